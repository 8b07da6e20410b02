/** How much memory it takes what was read. */
import assert from 'node:assert/strict';
import { weightOf } from '../lib/weight.js';

const MUCH = 1_000_000_000;

describe('the weight', () => {
  it('of a text is that of its bytes, about', () => {
    assert.ok(Math.abs(weightOf('x'.repeat(1_000), MUCH) - 1_000) < 50);
    assert.ok(weightOf('é'.repeat(1_000), MUCH) >= 2_000);
  });

  it('of many small things is many times what they have as text', () => {
    for (const [text, bytes] of [
      ['[]', 40],
      ['{}', 64],
      ['{"a":1}', 64],
      ['[0]', 56],
    ] as const) {
      const weight = weightOf(JSON.parse(`[${Array(1_000).fill(text).join(',')}]`), MUCH);
      assert.ok(weight >= 1_000 * bytes && weight < 3_000 * bytes, `${text}: ${weight}`);
    }
  });

  it('counts names, buffers and what is deep inside', () => {
    assert.ok(weightOf({ ['x'.repeat(500)]: 1 }, MUCH) > 500);
    assert.ok(weightOf({ a: Buffer.alloc(500) }, MUCH) > 500);
    assert.ok(weightOf(JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`), MUCH) > 50_000 * 40);
    for (const nothing of [1, true, null, undefined]) assert.equal(weightOf(nothing, MUCH), 0);
  });

  it('is not looked for beyond what matters', () => {
    const list = new Proxy(Array(1_000).fill('xxxxxxxx'), {
      get: (target, key) => (Number(key) > 10 ? assert.fail('looked at too much') : Reflect.get(target, key)),
    });
    assert.ok(weightOf(list, 100) > 100);
  });
});
