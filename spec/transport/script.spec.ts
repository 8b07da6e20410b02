/** Text inside a script. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Frame } from '../../lib/codec/codec.js';
import { payload } from '../../lib/codec/payload3.js';
import { scripted } from '../../lib/transport/jsonp.js';
import { jsonpPolling } from '../../lib/transport/jsonp-polling.js';
import { literal, slashed } from '../../lib/transport/script.js';
import { effort } from '../support/effort.js';
import { batchOf } from './listener.js';

const UNSAFE =
  /[<\u007f-\u009f\u00ad\u0600-\u0604\u070f\u17b4\u17b5\u200c-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ufff0-\ufffc\ufffe\uffff]/g;

/** The same, said in one line, with a call for each character. */
const plainly = (text: string): string =>
  JSON.stringify(text).replace(UNSAFE, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

describe('transport/script', () => {
  it('writes each character that is', () => {
    for (let unit = 0; unit <= 0xffff; unit += 1) {
      const text = String.fromCharCode(unit);
      // Beside one that is escaped in any case, all are looked at one by one.
      for (const some of [text, `<${text}`]) if (literal(some) !== plainly(some)) assert.fail(`${unit}`);
    }
  });

  it('writes any text', () => {
    const characters = [
      'a',
      '<',
      '/',
      '"',
      '\\',
      '\n',
      '\u2028',
      '€',
      '😀',
      '\ud83d',
      '\ude00',
      '\ufffd',
      '\0',
    ];
    const text = fc.oneof(
      fc.array(fc.constantFrom(...characters)).map((all) => all.join('')),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(text, (some) => {
        assert.equal(literal(some), plainly(some));
        assert.equal(slashed(some), plainly(some).replaceAll('/', '\\/'));
      }),
    );
  });

  for (const unit of ['<', '<a', '\x7f', '\u2028'])
    it(`takes no call for each character: ${JSON.stringify(unit)}`, () => {
      const text = unit.repeat(500_000 / unit.length);
      const slow = effort(() => plainly(text));
      for (const way of [literal, slashed]) assert.ok(effort(() => way(text)) < slow / 2);
    });

  it('takes no call for each slash', () => {
    const text = '/'.repeat(500_000);
    assert.ok(effort(() => slashed(text)) < effort(() => text.replace(/\//g, () => '\\/')));
  });

  it('is written once for all who are sent the same, whatever their functions are called', () => {
    let packed = 0;
    const made = new Map<unknown, unknown>();
    const batch = {
      ...batchOf('4<a>'),
      packed<T>(pack: (frames: readonly Frame[]) => T): T {
        if (!made.has(pack)) {
          packed += 1;
          made.set(pack, pack(['4<a>']));
        }
        return made.get(pack) as T;
      },
    };
    for (const envelope of [scripted('1'), scripted('2'), jsonpPolling('3')]) {
      const { body } = envelope.sealBatch(batch, payload.pack);
      assert.deepEqual(body, envelope.seal(payload.pack(['4<a>'])).body);
    }
    assert.equal(packed, 1);
  });
});
