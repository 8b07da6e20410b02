/** One, none or several. */
import assert from 'node:assert/strict';
import { few, isOne, listOf } from '../lib/few.js';

const [anna, bert, carl] = [{ name: 'anna' }, { name: 'bert' }, { name: 'carl' }] as const;

describe('few', () => {
  for (const list of [[], [anna], [anna, bert], [anna, bert, carl]]) {
    it(`are all there, in their order: ${list.length}`, () => {
      assert.deepEqual(listOf(few(list)), list);
    });

    it(`are one or not: ${list.length}`, () => {
      assert.equal(isOne(few(list)), list.length === 1);
    });
  }

  it('are no list where there is one', () => {
    assert.equal(few([anna]), anna);
    assert.equal(few([]), undefined);
  });
});
