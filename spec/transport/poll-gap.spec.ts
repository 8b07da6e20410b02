/** How long a polling client may stay away. */
import assert from 'node:assert/strict';
import { PollGap } from '../../lib/transport/poll-gap.js';
import { type Clock, stoppedClock } from '../session/clock.js';

describe('the gap between two polls', () => {
  let clock: Clock;
  let missed: number;
  let gap: PollGap;
  beforeEach(() => {
    clock = stoppedClock();
    missed = 0;
    gap = new PollGap(5_000, {
      failed: () => {
        missed += 1;
      },
    });
  });
  afterEach(() => clock.restore());

  it('may last as long as allowed, and a second look longer', () => {
    gap.begin(10);
    clock.pass(5_999);
    assert.equal(missed, 0);
    clock.pass(1);
    assert.equal(missed, 1);
  });

  it('ends with the next poll, also with one that is found at the second look', () => {
    gap.begin(10);
    clock.pass(4_999);
    gap.end();
    clock.pass(100_000);
    gap.begin(10);
    clock.pass(5_500);
    gap.end();
    gap.begin(10);
    clock.pass(5_500);
    assert.equal(missed, 0);
  });

  it('is counted anew from each answer', () => {
    for (let answer = 0; answer < 10; answer += 1) {
      gap.begin(10);
      clock.pass(3_000);
      gap.end();
    }
    assert.equal(missed, 0);
    gap.begin(10);
    clock.pass(6_000);
    assert.equal(missed, 1);
  });

  it('is not judged while a long answer may be on its way', () => {
    gap.begin(65_537);
    clock.pass(100_000);
    assert.equal(missed, 0);
  });

  it('is nothing once the connection has ended', () => {
    gap.begin(10);
    clock.pass(5_500);
    gap.stop();
    clock.pass(100_000);
    assert.equal(missed, 0);
  });
});
