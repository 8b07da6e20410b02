/** Who is in which room, both ways round; that some sets are one at times is nobody's business. */
import assert from 'node:assert/strict';
import { Rooms } from '../../lib/adapter/rooms.js';
import { type Random, randomFrom } from '../support/random.js';

type Model = Map<string, Set<string>>;

/** Sockets and the rooms that they are in; the other way round follows from it. */
function membersOf(model: Model): Model {
  const members: Model = new Map();
  for (const [id, rooms] of model)
    for (const room of rooms) members.set(room, (members.get(room) ?? new Set()).add(id));
  return members;
}

/** Maps of sets without their order. */
const sorted = (map: Model) => [...map].map(([key, set]) => [key, [...set].sort()]).sort();

describe('rooms', () => {
  let rooms: Rooms;
  beforeEach(() => {
    rooms = new Rooms();
  });

  it('show a socket what it has joined as long as it is there, whoever looked first', () => {
    rooms.addAll('anna', new Set(['anna']));
    const mine = rooms.socketRooms('anna');
    rooms.addAll('anna', new Set(['news']));
    assert.deepEqual([...(mine ?? [])], ['anna', 'news']);
    assert.deepEqual([...(rooms.rooms.get('anna') ?? [])], ['anna']);
  });

  it('keep apart who is in a socket’s own room, and where that socket is', () => {
    rooms.addAll('anna', new Set(['anna']));
    rooms.addAll('bert', new Set(['bert']));
    rooms.addAll('bert', new Set(['anna']));
    assert.deepEqual([...(rooms.rooms.get('anna') ?? [])], ['anna', 'bert']);
    assert.deepEqual([...(rooms.socketRooms('anna') ?? [])], ['anna']);
    rooms.del('anna', 'anna');
    assert.deepEqual([...(rooms.rooms.get('anna') ?? [])], ['bert']);
    assert.deepEqual([...(rooms.socketRooms('anna') ?? [])], []);
  });

  it('take one set for a socket that is alone, and in no other room', () => {
    rooms.addAll('anna', new Set(['anna']));
    assert.equal(rooms.rooms.get('anna'), rooms.socketRooms('anna'));
  });

  it('tell of whoever leaves while he is still seen elsewhere', () => {
    rooms.addAll('anna', new Set(['anna']));
    const seen: unknown[] = [];
    rooms.on('leave-room', (room, id) => seen.push(room, id, [...(rooms.socketRooms(id) ?? [])]));
    rooms.delAll('anna');
    assert.deepEqual(seen, ['anna', 'anna', ['anna']]);
    assert.equal(rooms.rooms.size + rooms.sids.size, 0);
  });

  for (const seed of [1, 2, 3, 4, 5]) it(`are what was asked for, in any order (${seed})`, () => many(seed));

  function many(seed: number): void {
    const random = randomFrom(seed);
    const model: Model = new Map();
    for (let step = 0; step < 2_000; step += 1) {
      const id = random.one(['a', 'b', 'c']);
      act(random, id, model);
      assert.deepEqual(sorted(rooms.sids), sorted(model), `step ${step}`);
      assert.deepEqual(sorted(rooms.rooms), sorted(membersOf(model)), `step ${step}`);
    }
  }

  /** Rooms have the names of sockets, too. */
  function act(random: Random, id: string, model: Model): void {
    const room = random.one(['a', 'b', 'c', 'news']);
    if (random.chance(0.2)) {
      rooms.delAll(id);
      model.delete(id);
    } else if (random.chance(0.3)) {
      rooms.del(id, room);
      model.get(id)?.delete(room);
    } else {
      const entered = random.chance(0.5) ? [id] : [room, id];
      rooms.addAll(id, new Set(entered));
      model.set(id, new Set([...(model.get(id) ?? []), ...entered]));
    }
  }
});
