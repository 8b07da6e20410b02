/** Socket.IO 5 beside socket.io-parser: the same bytes, and the same verdict but for stated reasons. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { engine4 } from '../../lib/codec/engine4.js';
import { binary, incoming, messageOf, outgoing } from './arbitraries.js';
import { compare, officialFrames, officialVerdict } from './compared4.js';
import { mutated, ourVerdict, reasons } from './differences.js';

describe('codec/message beside the genuine parser', () => {
  it('writes the very frames of socket.io-parser', () => {
    fc.assert(
      fc.property(outgoing, (packet) => {
        assert.deepEqual(engine4.encode(packet), officialFrames(packet));
      }),
      { numRuns: 500 },
    );
  });

  it('is read by socket.io-parser, and reads what that writes', () => {
    fc.assert(
      fc.property(incoming, (packet) => {
        const ours = engine4.encode(packet).map(messageOf);
        const theirs = officialFrames(packet).map(messageOf);
        assert.equal(officialVerdict(ours).says, 'packet');
        assert.ok(compare(ours));
        assert.ok(compare(theirs));
      }),
      { numRuns: 500 },
    );
  });

  it('agrees with socket.io-parser on damaged texts, but for the stated reasons', () => {
    let agreed = 0;
    let accepted = 0;
    fc.assert(
      fc.property(mutated, (text) => {
        if (!compare([text])) return;
        agreed += 1;
        if (ourVerdict(engine4, [text]).says === 'packet') accepted += 1;
      }),
      { numRuns: 3_000 },
    );
    assert.ok(agreed > 1_500 && accepted > 250, `only ${agreed} agreed, ${accepted} of them accepted`);
  });

  it('differs from it for every stated reason', () => {
    const examples = [
      '',
      '2 ["m"]',
      '21234567890123456["m"]',
      '501-["m"]',
      '4{"message":"x"}',
      '2',
      '3["x"]',
      '51-',
      `2/${'x'.repeat(1_100)},["m"]`,
    ];
    for (const [index, text] of examples.entries()) {
      assert.equal(compare([text]), false, reasons[index]?.[0]);
      assert.ok(
        reasons[index]?.[1](text, officialVerdict([text]), ourVerdict(engine4, [text])),
        reasons[index]?.[0],
      );
    }
  });

  it('agrees with it on placeholders, but for fractions', () => {
    const num = fc.constantFrom(
      '0',
      '1',
      '2',
      '-1',
      '1e0',
      '0.5',
      '"0"',
      'null',
      '"splice"',
      '1e9',
      '{}',
      'true',
    );
    const mark = fc.constantFrom('true', '1', '"true"', 'false');
    const holes = fc.array(
      fc.record({ num, mark }).map(({ num, mark }) => `{"_placeholder":${mark},"num":${num}}`),
      { maxLength: 3 },
    );
    fc.assert(
      fc.property(
        holes,
        fc.array(binary, { maxLength: 3 }),
        fc.integer({ min: 1, max: 3 }),
        (list, found, count) => {
          const text = `5${count}-["m",${['1', ...list].join()}]`;
          const fraction = /true,"num":0\.5/.test(text);
          if (!fraction) assert.ok(compare([text, ...found]), text);
          else if (found.length === count)
            assert.equal(ourVerdict(engine4, [text, ...found]).says, 'refused');
        },
      ),
      { numRuns: 500 },
    );
  });
});
