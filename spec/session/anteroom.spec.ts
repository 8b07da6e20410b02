/** What is said before a namespace has been joined. */
import assert from 'node:assert/strict';
import { type EventPacket, PacketType } from '../../lib/packet.js';
import { Anteroom } from '../../lib/session/anteroom.js';

const packet = (nsp: string, word: string): EventPacket => ({ type: PacketType.EVENT, nsp, data: [word] });
const wordsIn = (anteroom: Anteroom, nsp: string): unknown[] =>
  anteroom.take(nsp).map(({ packet }) => (packet as EventPacket).data[0]);

describe('an anteroom', () => {
  it('keeps what was said for each namespace, in order', () => {
    const anteroom = new Anteroom({ mailboxMessages: 10, mailboxBytes: 100 });
    for (const word of ['a', 'b']) anteroom.add({ packet: packet('/x', word), size: 1 });
    anteroom.add({ packet: packet('/y', 'c'), size: 1 });
    assert.equal(anteroom.has('/x'), true);
    assert.deepEqual(wordsIn(anteroom, '/x'), ['a', 'b']);
    assert.equal(anteroom.has('/x'), false);
    assert.deepEqual(wordsIn(anteroom, '/x'), []);
    assert.deepEqual(wordsIn(anteroom, '/y'), ['c']);
  });

  it('keeps so many packets of all namespaces together, and has room again when some are taken', () => {
    const anteroom = new Anteroom({ mailboxMessages: 2, mailboxBytes: 100 });
    for (const nsp of ['/x', '/y', '/z']) anteroom.add({ packet: packet(nsp, nsp), size: 1 });
    assert.equal(anteroom.has('/z'), false);
    assert.deepEqual(wordsIn(anteroom, '/x'), ['/x']);
    anteroom.add({ packet: packet('/z', 'again'), size: 1 });
    assert.deepEqual(wordsIn(anteroom, '/z'), ['again']);
  });

  it('keeps so many bytes', () => {
    const anteroom = new Anteroom({ mailboxMessages: 100, mailboxBytes: 10 });
    anteroom.add({ packet: packet('/x', 'big'), size: 8 });
    anteroom.add({ packet: packet('/x', 'too big'), size: 3 });
    anteroom.add({ packet: packet('/x', 'small'), size: 2 });
    assert.deepEqual(wordsIn(anteroom, '/x'), ['big', 'small']);
  });
});
