/** A time for something to come. */
import assert from 'node:assert/strict';
import { Deadline } from '../lib/deadline.js';
import { type Clock, stoppedClock } from './session/clock.js';

describe('a deadline', () => {
  let clock: Clock;
  let over: number[];
  let deadline: Deadline;
  beforeEach(() => {
    clock = stoppedClock();
    over = [];
    deadline = new Deadline(5_000, () => over.push(clock.now));
  });
  afterEach(() => clock.restore());

  it('is over in time, once', () => {
    clock.pass(20_000);
    assert.deepEqual(over, [5_000]);
  });

  it('is over a second after a process that stood still goes on, and tells how late that is', async () => {
    await clock.stand(8_000);
    clock.pass(999);
    assert.deepEqual(over, []);
    clock.pass(1);
    assert.deepEqual([over, deadline.late], [[9_000], 4_000]);
    clock.pass(20_000);
    assert.equal(over.length, 1);
  });

  it('is not over when it has been stopped, before or at the second look', async () => {
    await clock.stand(8_000);
    deadline.stop();
    const other = new Deadline(5_000, () => over.push(clock.now));
    other.stop();
    clock.pass(20_000);
    assert.deepEqual(over, []);
  });
});
