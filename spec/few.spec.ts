/** One, none or several. */
import assert from 'node:assert/strict';
import { few, listOf, pick } from '../lib/few.js';

const [anna, bert, carl] = [{ name: 'anna' }, { name: 'bert' }, { name: 'carl' }] as const;

describe('few', () => {
  for (const list of [[], [anna], [anna, bert], [anna, bert, carl]]) {
    it(`are all there, in their order: ${list.length}`, () => {
      assert.deepEqual(listOf(few(list)), list);
    });

    it(`are found where they are: ${list.length}`, () => {
      for (const one of [anna, bert, carl])
        assert.equal(
          pick(few(list), ({ name }) => name === one.name),
          list.find((other) => other === one),
        );
    });
  }

  it('are no list where there is one', () => {
    assert.equal(few([anna]), anna);
    assert.equal(few([]), undefined);
  });
});
