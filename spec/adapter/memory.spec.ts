/** The in-memory adapter: who is where, and who is reached. */
import assert from 'node:assert/strict';
import { mock } from 'node:test';
import type {
  AckListener,
  BroadcastFlags,
  BroadcastOptions,
  Host,
  Resident,
  Stand,
} from '../../lib/adapter/contract.js';
import { MemoryAdapter } from '../../lib/adapter/memory.js';
import { type EventPacket, PacketType } from '../../lib/packet.js';

interface Letter {
  readonly packet: EventPacket;
}

class FakeSocket implements Resident<Letter> {
  readonly id: string;
  readonly handshake = {};
  readonly data = {};
  readonly acks: Map<number, AckListener> = new Map();
  readonly got: { letter: Letter; flags: BroadcastFlags }[] = [];
  readonly forgotten: number[] = [];
  readonly disconnects: (boolean | undefined)[] = [];
  readonly #adapter: () => MemoryAdapter<Letter>;
  onDeliver = (): void => {};
  stand: Stand<Letter> | undefined;

  constructor(id: string, adapter: () => MemoryAdapter<Letter>) {
    this.id = id;
    this.#adapter = adapter;
  }

  get rooms(): Set<string> {
    return this.#adapter().socketRooms(this.id) ?? new Set();
  }

  deliver(letter: Letter, flags: BroadcastFlags): Stand<Letter> | undefined {
    this.got.push({ letter, flags });
    this.onDeliver();
    return this.stand;
  }

  expect(id: number, answer: AckListener): void {
    this.acks.set(id, answer);
  }

  forget(id: number): void {
    this.acks.delete(id);
    this.forgotten.push(id);
  }

  join(rooms: string | string[]): void {
    this.#adapter().addAll(this.id, new Set([rooms].flat()));
  }

  leave(room: string): void {
    this.#adapter().del(this.id, room);
  }

  disconnect(close?: boolean): void {
    this.disconnects.push(close);
    sockets.delete(this.id);
    this.#adapter().delAll(this.id);
  }
}

let adapter: MemoryAdapter<Letter>;
let sockets: Map<string, FakeSocket>;
let sealed: EventPacket[];

function enter(id: string, ...rooms: string[]): FakeSocket {
  const socket = new FakeSocket(id, () => adapter);
  sockets.set(id, socket);
  adapter.addAll(id, new Set([id, ...rooms]));
  return socket;
}

const packet = (...data: unknown[]): EventPacket => ({ type: PacketType.EVENT, nsp: '', data });

const to = (rooms: string[] = [], except: string[] = [], flags: BroadcastFlags = {}): BroadcastOptions => ({
  rooms: new Set(rooms),
  except: new Set(except),
  flags,
});

const reached = (): string[] => [...sockets.values()].flatMap(({ id, got }) => got.map(() => id));

beforeEach(() => {
  sockets = new Map();
  sealed = [];
  const host: Host<Letter> = {
    name: '/nsp',
    members: sockets,
    ids: { next: 5 },
    overheard: false,
    turnover: 0,
    seal(one) {
      sealed.push(one);
      return { packet: one };
    },
  };
  adapter = new MemoryAdapter(host);
});

describe('rooms', () => {
  it('know members and members know rooms', () => {
    enter('a', 'news');
    enter('b', 'news', 'sport');
    assert.deepEqual(adapter.rooms.get('news'), new Set(['a', 'b']));
    assert.deepEqual(adapter.sids.get('b'), new Set(['b', 'news', 'sport']));
    assert.deepEqual(adapter.socketRooms('a'), new Set(['a', 'news']));
    assert.equal(adapter.socketRooms('stranger'), undefined);
  });

  it('vanish with their last member', () => {
    enter('a', 'news');
    adapter.del('a', 'news');
    assert.deepEqual([...adapter.rooms.keys()], ['a']);
    adapter.delAll('a');
    assert.equal(adapter.rooms.size, 0);
    assert.equal(adapter.sids.size, 0);
  });

  it('bear to be left twice, and by strangers', () => {
    enter('a');
    adapter.del('a', 'a');
    adapter.del('a', 'a');
    adapter.del('stranger', 'a');
    adapter.delAll('stranger');
    assert.equal(adapter.rooms.size, 0);
    assert.deepEqual(adapter.socketRooms('a'), new Set());
  });

  it('tell of their making, members and end, each once', () => {
    const told: unknown[][] = [];
    for (const event of ['create-room', 'delete-room', 'join-room', 'leave-room'])
      adapter.on(event, (...args) => told.push([event, ...args]));
    adapter.addAll('a', new Set(['news']));
    adapter.addAll('a', new Set(['news']));
    adapter.addAll('b', new Set(['news']));
    adapter.del('a', 'news');
    adapter.delAll('b');
    assert.deepEqual(told, [
      ['create-room', 'news'],
      ['join-room', 'news', 'a'],
      ['join-room', 'news', 'b'],
      ['leave-room', 'news', 'a'],
      ['leave-room', 'news', 'b'],
      ['delete-room', 'news'],
    ]);
  });

  it('live on when a listener of leave-room brings somebody in', () => {
    adapter.addAll('a', new Set(['news']));
    adapter.once('leave-room', () => adapter.addAll('b', new Set(['news'])));
    adapter.del('a', 'news');
    assert.deepEqual(adapter.rooms.get('news'), new Set(['b']));
  });

  it('take any name', () => {
    enter('a', '__proto__', 'constructor');
    adapter.broadcast(packet('x'), to(['__proto__']));
    assert.deepEqual(reached(), ['a']);
    assert.deepEqual([...adapter.rooms.keys()], ['a', '__proto__', 'constructor']);
  });
});

describe('a broadcast', () => {
  beforeEach(() => {
    enter('a', 'news');
    enter('b', 'news', 'sport');
    enter('c', 'sport');
    enter('d');
  });

  it('reaches everybody when no room is named', () => {
    adapter.broadcast(packet('x'), to());
    assert.deepEqual(reached(), ['a', 'b', 'c', 'd']);
  });

  it('reaches the members of a room', () => {
    adapter.broadcast(packet('x'), to(['news']));
    assert.deepEqual(reached(), ['a', 'b']);
  });

  it('reaches members of several rooms once', () => {
    adapter.broadcast(packet('x'), to(['news', 'sport', 'b']));
    assert.deepEqual(reached(), ['a', 'b', 'c']);
  });

  it('goes to each member once in a turn, however often it is repeated: the others go to where all of them stand', async () => {
    const told: Letter[] = [];
    const stand = { holders: 0, fits: () => true, goOn: (letter: Letter) => told.push(letter) };
    for (const socket of sockets.values()) {
      socket.stand = stand;
      socket.onDeliver = () => {
        stand.holders += 1;
      };
    }
    for (let times = 0; times < 20; times += 1) adapter.broadcast(packet('x'), to(['news']));
    assert.deepEqual([reached(), told.length], [['a', 'b'], 19]);
    adapter.broadcast(packet('x'), to(['news'], [], { volatile: true }));
    adapter.broadcast(packet('x'), to(['news'], [], { compress: false }));
    assert.equal(told.length, 19);
    adapter.broadcast(packet('x'), to(['news']));
    await new Promise(setImmediate);
    stand.holders = 2;
    adapter.broadcast(packet('x'), to(['news']));
    assert.equal(told.length, 19);
  });

  it('reaches nobody in an empty room', () => {
    adapter.broadcast(packet('x'), to(['nowhere']));
    assert.deepEqual(reached(), []);
  });

  it('leaves out the members of excepted rooms, one or more', () => {
    adapter.broadcast(packet('x'), to([], ['news']));
    assert.deepEqual(reached(), ['c', 'd']);
    adapter.broadcast(packet('x'), to([], ['news', 'd', 'nowhere']));
    assert.deepEqual(reached(), ['c', 'c', 'd']);
    adapter.broadcast(packet('x'), to(['sport'], ['b']));
    assert.deepEqual(reached(), ['c', 'c', 'c', 'd']);
  });

  it('leaves out nobody when the excepted room is empty', () => {
    adapter.broadcast(packet('x'), { rooms: new Set(), except: new Set(['nowhere']) });
    adapter.broadcast(packet('x'), { rooms: new Set() });
    assert.equal(reached().length, 8);
  });

  it('is sealed once, with the name of the namespace, and handed to all as it is', () => {
    const flags = { volatile: true };
    adapter.broadcast(packet('x', 1), to([], [], flags));
    assert.deepEqual(sealed, [{ type: PacketType.EVENT, nsp: '/nsp', data: ['x', 1] }]);
    const letters = [...sockets.values()].map(({ got }) => got[0]?.letter);
    assert.equal(new Set(letters).size, 1);
    assert.equal(sockets.get('a')?.got[0]?.flags, flags);
  });

  it('skips those who are not connected (yet)', () => {
    adapter.addAll('joining', new Set(['joining', 'news']));
    adapter.broadcast(packet('x'), to(['news']));
    assert.deepEqual(reached(), ['a', 'b']);
  });

  it('bears that receivers leave while it is under way', () => {
    const first = sockets.get('a');
    if (first) first.onDeliver = () => sockets.get('b')?.disconnect();
    adapter.broadcast(packet('x'), to(['news']));
    assert.equal(first?.got.length, 1);
    assert.equal(adapter.rooms.get('news')?.has('b'), false);
  });
});

describe('a broadcast that asks', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
  afterEach(() => mock.timers.reset());

  const ask = (options: BroadcastOptions): { counts: number[]; answers: unknown[][] } => {
    const heard: { counts: number[]; answers: unknown[][] } = { counts: [], answers: [] };
    adapter.broadcastWithAck(
      packet('x'),
      options,
      (count) => heard.counts.push(count),
      (...answer) => heard.answers.push(answer),
    );
    return heard;
  };

  it('counts its receivers and hands their answers on', () => {
    const a = enter('a', 'news');
    const b = enter('b', 'news');
    enter('c');
    const heard = ask(to(['news'], [], { timeout: 100 }));
    assert.deepEqual(heard.counts, [2]);
    a.acks.get(5)?.('yes', 'and more');
    b.acks.get(5)?.('no');
    assert.deepEqual(heard.answers, [['yes', 'and more'], ['no']]);
    assert.equal(a.got[0]?.letter.packet.id, 5);
  });

  it("takes the number from the namespace's one counter", () => {
    enter('a');
    ask(to([], [], { timeout: 100 }));
    assert.equal(adapter.nsp.ids.next, 6);
    ask(to([], [], { timeout: 100 }));
    assert.deepEqual([...(sockets.get('a')?.acks.keys() ?? [])], [5, 6]);
  });

  it('counts nobody at once', () => {
    assert.deepEqual(ask(to(['nowhere'], [], { timeout: 100 })).counts, [0]);
  });

  it('is forgotten by those who have not answered in time', () => {
    const a = enter('a');
    const b = enter('b');
    ask(to([], [], { timeout: 100 }));
    a.acks.get(5)?.('yes');
    mock.timers.tick(99);
    assert.equal(b.acks.size, 1);
    mock.timers.tick(1);
    assert.equal(b.acks.size, 0);
    assert.deepEqual([a.forgotten, b.forgotten], [[], [5]]);
  });

  it('is forgotten by all if it cannot be sent', () => {
    const a = enter('a');
    enter('b').onDeliver = () => {
      throw new TypeError('cannot be encoded');
    };
    assert.throws(() => ask(to([], [], { timeout: 100 })), /cannot be encoded/);
    assert.equal(a.acks.size, 0);
    assert.equal(sockets.get('b')?.acks.size, 0);
  });
});

describe('operations on many sockets', () => {
  beforeEach(() => {
    enter('a', 'news');
    enter('b', 'news', 'sport');
    enter('c');
  });

  it('list ids and sockets', async () => {
    assert.deepEqual(await adapter.sockets(new Set(['news'])), new Set(['a', 'b']));
    assert.deepEqual(await adapter.sockets(new Set()), new Set(['a', 'b', 'c']));
    assert.deepEqual(await adapter.fetchSockets(to([], ['a'])), [sockets.get('b'), sockets.get('c')]);
  });

  it('join and leave', () => {
    adapter.addSockets(to(['news'], ['sport']), ['x', 'y']);
    assert.deepEqual(adapter.rooms.get('x'), new Set(['a']));
    assert.deepEqual(adapter.rooms.get('y'), new Set(['a']));
    adapter.delSockets(to(), ['news', 'x']);
    assert.equal(adapter.rooms.has('news'), false);
    assert.equal(adapter.rooms.has('x'), false);
    assert.deepEqual(adapter.rooms.get('y'), new Set(['a']));
  });

  it('disconnect all who are meant, although each one leaves the room meanwhile', () => {
    const [a, b, c] = [...sockets.values()];
    adapter.disconnectSockets(to(['news']), true);
    assert.deepEqual([a?.disconnects, b?.disconnects, c?.disconnects], [[true], [true], []]);
    assert.deepEqual([...adapter.sids.keys()], ['c']);
  });
});

describe('a single node', () => {
  it('counts one server', async () => {
    assert.equal(await adapter.serverCount(), 1);
  });

  it('has no others to speak to, and says so', async () => {
    const answer = new Promise((resolve) =>
      adapter.serverSideEmit(['x', (...args: unknown[]) => resolve(args)]),
    );
    assert.deepEqual(await answer, [null, []]);
    adapter.serverSideEmit(['x', 1]);
  });

  it('remembers no sessions', async () => {
    adapter.persistSession({ sid: 'a', pid: 'secret', rooms: [], data: {} });
    assert.equal(await adapter.restoreSession('secret', 'offset'), null);
  });
});
