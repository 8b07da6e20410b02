/** How many clients are waited for that may come back. */
import assert from 'node:assert/strict';
import type { Holder, Place } from '../../lib/adapter/keeper.js';
import { RecoveringAdapter } from '../../lib/adapter/recovery.js';

const left = { rooms: [], data: undefined };
const MANY = 10_000;

describe('clients that may come back', () => {
  let adapter: RecoveringAdapter<string>;
  let count = 0;
  beforeEach(() => {
    const bounds = { maxDisconnectionDuration: 60_000, maxLogBytes: 1_000 };
    adapter = new RecoveringAdapter({ members: new Map() } as never, bounds);
  });
  afterEach(() => adapter.close());

  function come(): Place<string> {
    const holder = { id: `${count++}` } as unknown as Holder<string>;
    const place = adapter.place(holder);
    place.take(holder);
    return place;
  }

  const isKnown = ({ pid }: Place<string>) => adapter.recall(pid, undefined) !== undefined;

  it('are forgotten, the first first, where they come and go without end', () => {
    const first = Array.from({ length: 10 }, come);
    for (const place of first) place.leave(left);
    for (let gone = 0; gone < MANY - 5; gone++) come().leave(left);
    assert.deepEqual(first.map(isKnown), [0, 0, 0, 0, 0, 1, 1, 1, 1, 1].map(Boolean));
  });

  it('are all waited for, if all were here at once and were lost together', () => {
    const places = Array.from({ length: MANY + 1_000 }, come);
    for (const place of places) place.leave(left);
    assert.equal(places.every(isKnown), true);
  });
});
