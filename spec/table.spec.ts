/** A table of few names, or of many: nobody can tell. */
import assert from 'node:assert/strict';
import { excluding, including, type Name, namesIn, type Table, valueIn } from '../lib/table.js';

const many = Array.from({ length: 30 }, (_, index) => `name ${index}`);

function tableOf(names: readonly Name[]): Table<object> | undefined {
  return names.reduce<Table<object> | undefined>((table, name) => including(table, name, [name]), undefined);
}

describe('a table', () => {
  for (const count of [1, 2, 8, 9, 30]) {
    const names = many.slice(0, count);

    describe(`of ${count}`, () => {
      it('has each name in the order of its coming, with its value', () => {
        const table = tableOf(names);
        assert.deepEqual(namesIn(table), names);
        for (const name of names) assert.deepEqual(valueIn(table, name), [name]);
        assert.equal(valueIn(table, 'another'), undefined);
      });

      it('keeps the place of a name whose value changes', () => {
        const value = {};
        const table = including(tableOf(names), 'name 0', value);
        assert.deepEqual(namesIn(table), names);
        assert.equal(valueIn(table, 'name 0'), value);
      });

      it('forgets a name, and nothing with it', () => {
        const [first = '', ...others] = names;
        const table = excluding(excluding(tableOf(names), first), 'another');
        assert.deepEqual(namesIn(table), others);
        assert.equal(valueIn(table, first), undefined);
        for (const name of others) assert.deepEqual(valueIn(table, name), [name]);
      });

      it('is nothing when all have gone', () => {
        const left = names.reduce<Table<object> | undefined>(excluding, tableOf(names));
        assert.equal(left, undefined);
        assert.deepEqual(namesIn(left), []);
      });
    });
  }

  it('tells symbols from texts, and values from names', () => {
    const symbol = Symbol('one');
    const table = including(including<Name>(undefined, symbol, 'two'), 'one', 'two');
    assert.deepEqual(namesIn(table), [symbol, 'one']);
    assert.equal(valueIn(table, 'two'), undefined);
    assert.equal(valueIn(table, symbol), 'two');
  });

  it('of few is changed for whoever has the new one, and for nobody else', () => {
    const before = tableOf(many.slice(0, 4));
    including(before, 'another', {});
    excluding(before, 'name 0');
    assert.deepEqual(namesIn(before), many.slice(0, 4));
  });
});
