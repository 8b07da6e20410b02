/** What is said before a namespace has been joined. */
import assert from 'node:assert/strict';
import { type EventPacket, PacketType } from '../../lib/packet.js';
import { Anteroom } from '../../lib/session/anteroom.js';

const packet = (nsp: string, word: string): EventPacket => ({ type: PacketType.EVENT, nsp, data: [word] });

/** What each packet counts beside its bytes. */
const MORE = 128;

describe('an anteroom', () => {
  let flows: boolean[];

  const anteroom = (mailboxBytes: number): Anteroom => {
    flows = [];
    return new Anteroom({ mailboxBytes }, (open) => flows.push(open));
  };

  function wordsIn(anteroom: Anteroom, nsp: string): unknown[] {
    const words: unknown[] = [];
    anteroom.hear(nsp, ({ packet }) => words.push((packet as EventPacket).data[0]));
    return words;
  }

  it('keeps what was said for each namespace, in order', () => {
    const room = anteroom(1_000);
    for (const word of ['a', 'b']) room.add({ packet: packet('/x', word), size: 1 }, false);
    room.add({ packet: packet('/y', 'c'), size: 1 }, true);
    assert.equal(room.has('/x'), true);
    assert.deepEqual(flows, []);
    assert.deepEqual(wordsIn(room, '/x'), ['a', 'b']);
    assert.equal(room.has('/x'), false);
    assert.deepEqual(wordsIn(room, '/x'), []);
    assert.deepEqual(wordsIn(room, '/y'), ['c']);
  });

  it('keeps so many bytes of all namespaces together, and has room again when some are taken', () => {
    const room = anteroom(2 * (MORE + 1));
    const limits = ['/x', '/y', '/z'].map((nsp) => room.add({ packet: packet(nsp, nsp), size: 1 }, false));
    assert.deepEqual(limits, [undefined, undefined, 'mailboxBytes']);
    assert.equal(room.has('/z'), false);
    assert.deepEqual(flows, []);
    room.forget('/y');
    assert.equal(room.add({ packet: packet('/z', 'again'), size: 1 }, false), undefined);
    assert.deepEqual(wordsIn(room, '/x'), ['/x']);
    assert.deepEqual(wordsIn(room, '/z'), ['again']);
  });

  it('keeps whatever is said where the client is about to join, and slows it down', () => {
    const room = anteroom(2 * (MORE + 8));
    for (const word of ['a', 'b', 'c']) room.add({ packet: packet('/x', word), size: 8 }, true);
    assert.deepEqual(flows, [false, false]);
    assert.deepEqual(wordsIn(room, '/x'), ['a', 'b', 'c']);
    assert.equal(flows.at(-1), true);
  });

  it('lets nothing newer in while it is heard', () => {
    const room = anteroom(1_000);
    room.add({ packet: packet('/x', 'a'), size: 1 }, true);
    room.hear('/x', () => assert.deepEqual(flows, [false]));
    assert.deepEqual(flows, [false, true]);
  });
});
