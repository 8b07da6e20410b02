/** Texts in memory of their own. */
import assert from 'node:assert/strict';
import { ownText, partOf } from '../lib/own-text.js';

const said = [
  '',
  'short',
  'longer than thirteen',
  'Grüße aus Österreich',
  'снег и дождь, 雪と雨',
  'half of a 😀: \ud83d!',
  '"\\\n\u2028 quoted',
];

describe('own texts', () => {
  for (const text of said) {
    it(`say the same: ${JSON.stringify(text)}`, () => {
      const whole = `${'x'.repeat(1_000)}${text}`;
      assert.equal(ownText(whole.slice(1_000)), text);
      assert.equal(partOf(whole, 1_000, whole.length), text);
      assert.equal(partOf(text, 0, text.length), text);
    });
  }
});
