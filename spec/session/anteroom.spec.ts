/** What is said before a namespace has been joined. */
import assert from 'node:assert/strict';
import { type EventPacket, PacketType } from '../../lib/packet.js';
import { Anteroom } from '../../lib/session/anteroom.js';

const packet = (nsp: string, word: string): EventPacket => ({ type: PacketType.EVENT, nsp, data: [word] });
const wordsIn = (anteroom: Anteroom, nsp: string): unknown[] =>
  anteroom.take(nsp).map(({ packet }) => (packet as EventPacket).data[0]);

/** What each packet counts beside its bytes. */
const MORE = 128;

describe('an anteroom', () => {
  it('keeps what was said for each namespace, in order', () => {
    const anteroom = new Anteroom({ mailboxBytes: 1_000 });
    for (const word of ['a', 'b']) anteroom.add({ packet: packet('/x', word), size: 1 }, false);
    anteroom.add({ packet: packet('/y', 'c'), size: 1 }, true);
    assert.equal(anteroom.has('/x'), true);
    assert.deepEqual(wordsIn(anteroom, '/x'), ['a', 'b']);
    assert.equal(anteroom.has('/x'), false);
    assert.deepEqual(wordsIn(anteroom, '/x'), []);
    assert.deepEqual(wordsIn(anteroom, '/y'), ['c']);
  });

  it('keeps so many bytes of all namespaces together, and has room again when some are taken', () => {
    const anteroom = new Anteroom({ mailboxBytes: 2 * (MORE + 1) });
    for (const nsp of ['/x', '/y', '/z']) {
      assert.equal(anteroom.full, nsp === '/z');
      anteroom.add({ packet: packet(nsp, nsp), size: 1 }, false);
    }
    assert.equal(anteroom.has('/z'), false);
    assert.deepEqual(wordsIn(anteroom, '/x'), ['/x']);
    assert.equal(anteroom.full, false);
    anteroom.add({ packet: packet('/z', 'again'), size: 1 }, false);
    assert.deepEqual(wordsIn(anteroom, '/z'), ['again']);
  });

  it('keeps whatever is said where the client is about to join', () => {
    const anteroom = new Anteroom({ mailboxBytes: 10 });
    for (const word of ['a', 'b', 'c']) anteroom.add({ packet: packet('/x', word), size: 8 }, true);
    assert.equal(anteroom.full, true);
    assert.deepEqual(wordsIn(anteroom, '/x'), ['a', 'b', 'c']);
    assert.equal(anteroom.full, false);
  });
});
