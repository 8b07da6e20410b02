/** Socket.IO 4 beside the parser of socket.io 2: the same bytes, and the same verdict but for stated reasons. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { engine3 } from '../../lib/codec/engine3.js';
import { PacketType } from '../../lib/packet.js';
import { binary, incoming, outgoing } from './arbitraries.js';
import { compare, messagesOf, stated, theirFrames, theirVerdict } from './compared3.js';
import { mutated, ourVerdict, reasons } from './differences.js';
import { encodeSocketPacket } from './engine3-genuine.js';
import { decodeLast } from './limits.js';

const { CONNECT, CONNECT_ERROR } = PacketType;

describe('codec/engine3 beside the genuine parser', () => {
  it('writes the very frames of socket.io-parser', () => {
    fc.assert(
      fc.property(outgoing, (packet) => {
        // Their clients would read it as the packet's id.
        fc.pre(packet.type !== CONNECT_ERROR || typeof packet.data.data !== 'number');
        assert.deepEqual(engine3.encode(packet), theirFrames(packet));
      }),
      { numRuns: 500 },
    );
  });

  it('is read by socket.io-parser, and reads what that writes', () => {
    fc.assert(
      fc.property(incoming, (packet) => {
        for (const frames of [engine3.encode(packet), theirFrames(packet)]) {
          const messages = messagesOf(frames);
          assert.equal(theirVerdict(messages).says, 'packet');
          assert.ok(compare(messages));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('reads the query of a namespace as the clients write it', () => {
    const word = fc.string({ unit: 'grapheme', maxLength: 6 }).filter((text) => text !== '__proto__');
    const pairs = fc.dictionary(word, word, { maxKeys: 4, noNullPrototype: true });
    fc.assert(
      fc.property(pairs, fc.boolean(), (data, hasComma) => {
        const query = Object.entries(data).map((pair) => pair.map(encodeURIComponent).join('='));
        const [message] = encodeSocketPacket({ type: CONNECT, nsp: `/chat?${query.join('&')}` });
        const text = String(message).slice(0, hasComma ? undefined : -1);
        const expected = { type: CONNECT, nsp: '/chat', ...(query.length > 0 && { data }) };
        assert.deepEqual(decodeLast(engine3, [`4${text}`]), expected);
      }),
    );
  });

  it('agrees with socket.io-parser on damaged texts, but for the stated reasons', () => {
    let agreed = 0;
    let accepted = 0;
    fc.assert(
      fc.property(mutated, (text) => {
        if (!compare([text])) return;
        agreed += 1;
        if (ourVerdict(engine3, [text]).says === 'packet') accepted += 1;
      }),
      { numRuns: 3_000 },
    );
    assert.ok(agreed > 1_500 && accepted > 200, `only ${agreed} agreed, ${accepted} of them accepted`);
  });

  it('differs from it for every reason of its own', () => {
    for (const [index, text] of ['0/a,"x"', '2["connect"]'].entries()) {
      const [name, holds] = stated[reasons.length + index] ?? assert.fail();
      assert.equal(compare([text]), false, name);
      assert.ok(holds(text, theirVerdict([text]), ourVerdict(engine3, [text])), name);
    }
  });

  it('agrees with it on placeholders', () => {
    const num = fc.constantFrom('0', '1', '2', '-1', '1e0', '"0"', 'null', '"splice"', '1e9', '{}', 'true');
    const holes = fc.array(
      num.map((num) => `{"_placeholder":true,"num":${num}}`),
      { maxLength: 3 },
    );
    fc.assert(
      fc.property(
        holes,
        fc.array(binary, { maxLength: 3 }),
        fc.integer({ min: 1, max: 3 }),
        (list, found, count) => {
          assert.ok(compare([`5${count}-["m",${['1', ...list].join()}]`, ...found]));
        },
      ),
      { numRuns: 500 },
    );
  });
});
