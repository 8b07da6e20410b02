/** Text with some of its characters escaped, beside the plain way to say so. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Escapes, escaped } from '../../lib/codec/escapes.js';

/** One call for each character: right, and slow. */
const plainly = (text: string, escapes: Escapes, start = 0): string =>
  Array.from({ length: text.length }, (_, at) => {
    const unit = text.charCodeAt(at);
    if (at < start || !escapes.concerns(unit, text, at)) return text[at];
    const short = escapes.short?.get(unit);
    return `\\${short ? String.fromCharCode(short) : `u${unit.toString(16).padStart(4, '0')}`}`;
  }).join('');

const ways: Readonly<Record<string, Escapes>> = {
  'all that is not ASCII': { concerns: (unit) => unit > 0x7f, leavesAscii: true },
  'a few, some of them shortly': {
    concerns: (unit) => unit === 0x22 || unit === 0x3c || unit === 0x2028,
    short: new Map([[0x22, 0x22]]),
  },
  'what stands behind something': { concerns: (_, text, at) => text.charCodeAt(at - 1) === 0x5c },
  nothing: { concerns: () => false },
};

const characters = [
  'a',
  '"',
  '<',
  '\\',
  '/',
  '\0',
  '\x7f',
  'é',
  'ÿ',
  'Ā',
  '€',
  '\u2028',
  '😀',
  '\ud800',
  '\udc00',
];

describe('codec/escapes', () => {
  for (const [name, escapes] of Object.entries(ways)) {
    it(`writes them as \\uXXXX, and all else as it is: ${name}`, () => {
      const text = fc.array(fc.constantFrom(...characters), { maxLength: 20 }).map((all) => all.join(''));
      fc.assert(
        fc.property(text, fc.nat(20), (some, start) => {
          const from = Math.min(start, some.length);
          assert.equal(escaped(some, escapes, from), plainly(some, escapes, from));
        }),
      );
    });

    it(`does so in texts of any length: ${name}`, () => {
      for (const length of [2_047, 2_048, 2_049, 10_000])
        for (const unit of [...characters, characters.join('')]) {
          const text = unit.repeat(length).slice(0, length);
          assert.equal(escaped(text, escapes), plainly(text, escapes));
        }
    });
  }
});
