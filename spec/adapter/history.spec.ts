/** What is remembered, and what is forgotten. */
import assert from 'node:assert/strict';
import { History } from '../../lib/adapter/history.js';
import { type Clock, stoppedClock } from '../session/clock.js';

const kept = (bytes = 50) => ({ bytes, frames: [] });

function numbers(history: History, after = 0): number[] {
  const all: number[] = [];
  history.backward(after, (_entry, number) => all.push(number));
  return all;
}

describe('a history', () => {
  let clock: Clock;
  beforeEach(() => {
    clock = stoppedClock();
  });
  afterEach(() => clock.restore());

  it('gives numbers from 1, and the latest first', () => {
    const history = new History(1_000_000, 1_000);
    for (let count = 0; count < 3; count++) history.add(kept(), 'me');
    assert.deepEqual(numbers(history), [3, 2, 1]);
    assert.deepEqual(numbers(history, 2), [3]);
    assert.deepEqual([history.last, history.forgotten], [3, 0]);
  });

  it('remembers who was meant, whatever becomes of the selection', () => {
    const history = new History(1_000_000, 1_000);
    const rooms = new Set(['red']);
    history.add(kept(), { rooms, except: new Set() });
    rooms.clear();
    history.backward(0, (entry) => {
      assert.deepEqual([entry.only, entry.rooms, entry.except], [undefined, ['red'], undefined]);
    });
  });

  it('never takes more bytes than it may, and says what is gone', () => {
    const history = new History(10_000, 1_000);
    for (let count = 0; count < 1_000; count++) {
      history.add(kept(), 'me');
      assert.ok(history.bytes <= 10_000);
    }
    assert.equal(history.last, 1_000);
    assert.equal(numbers(history).length, 1_000 - history.forgotten);
    assert.ok(history.forgotten < 980, 'it forgets in pieces, not everything');
  });

  it('forgets at once what is larger than all', () => {
    const history = new History(1_000, 1_000);
    history.add(kept(5_000), 'me');
    assert.deepEqual([history.empty, history.forgotten, history.bytes], [true, 1, 0]);
  });

  it('remembers everything for its time, and nothing for an eighth longer', () => {
    const history = new History(1_000_000, 800);
    for (let count = 0; count < 10; count++) {
      history.add(kept(), 'me');
      clock.pass(100);
    }
    history.expire();
    // The first has waited for 1000 ms, the second for 900.
    assert.equal(history.forgotten, 2);
    clock.pass(1_000);
    history.expire();
    assert.deepEqual([history.empty, history.forgotten], [true, 10]);
  });

  it('says when it will have something to forget', () => {
    const history = new History(1_000_000, 800);
    history.add(kept(), 'me');
    clock.pass(300);
    assert.equal(history.expire(), 600);
  });
});
