/** How many clients are waited for that may come back. */
import assert from 'node:assert/strict';
import type { Berth } from '../../lib/adapter/berth.js';
import type { Holder, Place } from '../../lib/adapter/keeper.js';
import { RecoveringAdapter } from '../../lib/adapter/recovery.js';

const left = { rooms: [], data: undefined };
const MANY = 10_000;
const nsp = { members: new Map(), seal: () => 'letter', keep: () => ({ bytes: 6, frames: ['letter'] }) };

describe('clients that may come back', () => {
  let adapter: RecoveringAdapter<string>;
  let count = 0;
  beforeEach(() => {
    const bounds = { maxDisconnectionDuration: 60_000, maxLogBytes: 8_000 };
    adapter = new RecoveringAdapter(nsp as never, bounds);
  });
  afterEach(() => adapter.close());

  function come(): Place<string> {
    const holder = { id: `${count++}`, post: () => false } as unknown as Holder<string>;
    const place = adapter.place(holder);
    place.take(holder);
    return place;
  }

  const idOf = (place: Place<string>) => (place as Berth<string>).id;
  const isKnown = ({ pid }: Place<string>) => adapter.recall(pid, undefined) !== undefined;

  it('are forgotten, the first first, where they come and go without end', () => {
    const first = Array.from({ length: 10 }, come);
    for (const place of first) place.leave(left);
    for (let gone = 0; gone < MANY - 5; gone++) come().leave(left);
    assert.deepEqual(first.map(isKnown), [0, 0, 0, 0, 0, 1, 1, 1, 1, 1].map(Boolean));
  });

  const rooms = Array.from({ length: 100 }, (_room, index) => `room ${index}`);
  const travels: readonly [how: string, travel: (id: string) => readonly string[]][] = [
    [
      'are in very many rooms',
      (id) => {
        adapter.addAll(id, new Set(rooms));
        return rooms;
      },
    ],
    [
      'went from room to room',
      (id) => {
        for (const room of rooms) adapter.addAll(id, new Set([room]));
        for (const room of rooms) adapter.del(id, room);
        return [];
      },
    ],
  ];

  for (const [how, travel] of travels) {
    it(`are forgotten sooner where they ${how}, unless all were here at once`, () => {
      const listener = come();
      const leave = (place: Place<string>): void => {
        // What they were told, or not, since they have come.
        adapter.tell(listener as never, { type: 2, nsp: '/', data: ['news'] }, {});
        const id = idOf(place);
        place.leave({ rooms: travel(id), data: undefined });
        adapter.delAll(id);
      };
      const first = come();
      leave(first);
      assert.ok(isKnown(first));
      for (let gone = 0; gone < 20; gone++) leave(come());
      assert.equal(isKnown(first), false);
    });
  }

  it('are all waited for with all their rooms, if all were here at once and were lost together', () => {
    const places = Array.from({ length: 20 }, come);
    for (const place of places) adapter.addAll(idOf(place), new Set(rooms));
    for (const place of places) {
      place.leave({ rooms, data: undefined });
      adapter.delAll(idOf(place));
    }
    assert.equal(places.every(isKnown), true);
  });

  it('are all waited for, if all were here at once and were lost together', () => {
    const places = Array.from({ length: MANY + 1_000 }, come);
    for (const place of places) place.leave(left);
    assert.equal(places.every(isKnown), true);
  });
});
