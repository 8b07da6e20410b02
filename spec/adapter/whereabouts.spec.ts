/** Who was where when something was said. */
import assert from 'node:assert/strict';
import type { Selection } from '../../lib/adapter/segment.js';
import { Whereabouts } from '../../lib/adapter/whereabouts.js';

const ME = 7;

const to = (rooms?: string[], except?: string[]): Selection => ({ rooms, except });

describe('the whereabouts of a client', () => {
  it('are those of the time of each event', () => {
    const whereabouts = new Whereabouts(ME, 0);
    whereabouts.changed({ number: 2, room: 'red', entered: true }, 0);
    whereabouts.changed({ number: 4, room: 'red', entered: false }, 0);
    const meant = whereabouts.backward(['me']);
    const red = [6, 5, 4, 3, 2, 1].filter((number) => meant(to(['red']), number));
    assert.deepEqual(red, [4, 3]);
  });

  it('count for those who are left out, too', () => {
    const whereabouts = new Whereabouts(ME, 0);
    whereabouts.changed({ number: 2, room: 'red', entered: true }, 0);
    const meant = whereabouts.backward(['me', 'red']);
    assert.deepEqual(
      [3, 2, 1].filter((number) => meant(to(undefined, ['red']), number)),
      [2, 1],
    );
  });

  it('do not matter for what is for this client alone', () => {
    const meant = new Whereabouts(ME, 0).backward([]);
    assert.equal(meant(ME, 1), true);
    assert.equal(meant(ME + 1, 1), false);
  });

  it('have a bound, and say since when they are known', () => {
    const whereabouts = new Whereabouts(ME, 0);
    for (let number = 1; number <= 1_001; number++)
      whereabouts.changed({ number, room: 'red', entered: number % 2 === 1 }, 0);
    assert.equal(whereabouts.since, 500);
  });

  it('drop first what is about forgotten events', () => {
    const whereabouts = new Whereabouts(ME, 0);
    for (let number = 1; number <= 1_001; number++)
      whereabouts.changed({ number, room: 'red', entered: number % 2 === 1 }, 700);
    assert.equal(whereabouts.since, 700);
  });
});
