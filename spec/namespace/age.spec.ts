/** How old an answer is that has not come, known from a few moments. */
import assert from 'node:assert/strict';
import { Age } from '../../lib/namespace/age.js';
import { type Clock, stoppedClock } from '../session/clock.js';

const PATIENCE = 1_000;

describe('the age of what was asked', () => {
  let clock: Clock;
  beforeEach(() => {
    clock = stoppedClock();
  });
  afterEach(() => clock.restore());

  /** Asks at these times, then tells at which time each is over first. */
  function endsOf(times: readonly number[]): number[] {
    const age = new Age(PATIENCE);
    const ends: number[] = [];
    const latest = Math.max(...times) + 2 * PATIENCE;
    let next = 0;
    for (; clock.now < latest; clock.pass(10)) {
      for (let id = 0; id < next; id++) if (ends[id] === undefined && age.isOver(id)) ends[id] = clock.now;
      while (times[next] === clock.now) age.asked(next++);
    }
    return ends;
  }

  for (const [name, times] of [
    ['alone', [0]],
    ['many at once', [0, 0, 0, 0]],
    ['one after the other', Array.from({ length: 300 }, (_, n) => n * 10)],
    ['now and then', [0, 240, 260, 490, 500, 510, 1_700, 1_940, 4_000]],
    ['after a long rest', [0, 50_000, 50_010]],
  ] as const) {
    it(`is known within a quarter of the time: ${name}`, () => {
      const begin = clock.now;
      assert.equal(begin, 0);
      endsOf(times).forEach((end, id) => {
        const waited = end - (times[id] ?? 0);
        assert.ok(waited >= PATIENCE && waited <= 1.25 * PATIENCE, `${id} is over after ${waited}`);
      });
    });
  }

  it('is the same for an answer to a broadcast', () => {
    const age = new Age(PATIENCE);
    age.asked(0);
    clock.pass(10_000);
    age.asked(7);
    assert.deepEqual([age.isOver(0), age.isOver(7)], [true, false]);
  });
});
