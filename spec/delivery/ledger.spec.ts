/** Whoever looks for faults must find those that there are. */
import assert from 'node:assert/strict';
import { audit, type Note } from './ledger.js';

const began = (session: string, recovered = false): Note => ({ session, recovered });
const heard = (...events: number[]): Note[] => events.map((event) => ({ event }));
const kinds = (notes: readonly Note[], complete = true, debts = [1, 2, 3, 4]): string[] =>
  audit(
    'somebody',
    notes,
    new Map([
      ['a', debts],
      ['b', [5, 6]],
    ]),
    complete,
  ).map(({ kind, event }) => `${kind} ${event}`);

describe('the audit of a delivery', () => {
  it('finds nothing where nothing is wrong', () => {
    assert.deepEqual(kinds([began('a'), ...heard(1, 2), began('a', true), ...heard(3, 4)]), []);
  });

  it('finds what is lost in a session that goes on', () => {
    assert.deepEqual(kinds([began('a'), ...heard(1, 2), began('a', true), ...heard(4)]), ['lost 3']);
    assert.deepEqual(kinds([began('a'), ...heard(2, 3, 4)]), ['lost 1']);
    assert.deepEqual(kinds([began('a'), ...heard(1, 2, 3)]), ['lost 4']);
  });

  it('finds what came twice', () => {
    assert.deepEqual(kinds([began('a'), ...heard(1, 2), began('a', true), ...heard(2, 3, 4)]), ['doubled 2']);
  });

  it('finds what came too late', () => {
    assert.deepEqual(kinds([began('a'), ...heard(1, 3, 2, 4)]), ['out of order 2']);
  });

  it('finds what was meant for somebody else', () => {
    assert.deepEqual(kinds([began('a'), ...heard(1, 2, 3, 4, 9)]), ['not owed 9']);
  });

  it('finds a session that says that it goes on, and is another one', () => {
    assert.deepEqual(kinds([began('a'), ...heard(1, 2, 3, 4), began('b', true), ...heard()]), [
      'another session 4',
    ]);
  });

  it('allows that the end of a session is lost if it was not recovered, and nothing before it', () => {
    assert.deepEqual(kinds([began('a'), ...heard(1, 2), began('b'), ...heard(5, 6)]), []);
    assert.deepEqual(kinds([began('a'), ...heard(2), began('b'), ...heard(5, 6)]), ['lost 1']);
  });

  it('allows that something of the former session is told after the next one has begun, once', () => {
    assert.deepEqual(kinds([began('a'), ...heard(1, 2), began('b'), ...heard(3, 5, 6)]), []);
    assert.deepEqual(kinds([began('a'), ...heard(1, 2), began('b'), ...heard(2, 5, 6)]), ['doubled 2']);
  });

  it('allows that the end is still on its way', () => {
    assert.deepEqual(kinds([began('a'), ...heard(1, 2)], false), []);
  });
});
