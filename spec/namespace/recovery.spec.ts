/** Coming back, seen from a namespace: raw frames, no network. */
import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { RecoveringAdapter } from '../../lib/adapter/recovery.js';
import type { Codec } from '../../lib/codec/codec.js';
import { engine3 } from '../../lib/codec/engine3.js';
import { engine4, engine4Text } from '../../lib/codec/engine4.js';
import type { Parcel } from '../../lib/codec/parcel.js';
import type { NamespaceServer } from '../../lib/namespace/home.js';
import { Namespace } from '../../lib/namespace/namespace.js';
import type { Socket } from '../../lib/namespace/socket.js';
import type { Arrival, Extent, Wire } from '../../lib/namespace/wire.js';
import { readOptions } from '../../lib/option-reading.js';
import type { UserOptions } from '../../lib/options.js';
import { type Clock, stoppedClock } from '../session/clock.js';

/** A client's connection: what it was sent, as text. */
class Connection implements Wire {
  readonly frames: string[] = [];
  readonly codec: Codec;
  readonly extents: Extent[] = [];
  socket: Socket | undefined;

  constructor(codec: Codec) {
    this.codec = codec;
  }

  send(parcel: Parcel): undefined {
    this.frames.push(...parcel.encoded(this.codec).frames.map(String));
  }

  close(extent: Extent): void {
    this.extents.push(extent);
    if (extent === 'lost') this.cut();
  }

  flow(): void {}

  cut(): void {
    this.socket?.closed('transport close');
  }

  /** What CONNECT said. */
  get welcome(): { sid: string; pid?: string } {
    const frame = this.frames.find((one) => one.startsWith('40'));
    return JSON.parse(frame?.slice(2) ?? '{}');
  }

  /** Events, as arrays. */
  get events(): unknown[][] {
    return this.frames.filter((one) => one.startsWith('42')).map((one) => JSON.parse(one.slice(2)));
  }

  /** Where the client stands. */
  get offset(): string {
    return String(this.events.at(-1)?.at(-1));
  }
}

let count = 0;
const MOST = 'connectionStateRecovery.maxLogBytes';

class World {
  readonly namespace: Namespace;
  carrier = 'websocket';
  entire = false;
  /** Bounds that were reached, in this client's name and in nobody's. */
  readonly limits: string[] = [];
  readonly others: string[] = [];

  constructor(recovery: UserOptions['connectionStateRecovery'] = true) {
    const options = readOptions({
      connectionStateRecovery: recovery ?? true,
      onError: (error) => {
        throw error;
      },
    });
    const bounds = options.connectionStateRecovery;
    assert.ok(bounds);
    this.namespace = new Namespace('/', {
      server: {} as NamespaceServer,
      options,
      createAdapter: (host) => new RecoveringAdapter(host, bounds, (limit) => this.others.push(limit)),
    });
  }

  come(auth: Record<string, unknown> = {}, codec: Codec = engine4): Connection {
    const connection = new Connection(codec);
    const conn = { readyState: 'open', transport: { name: this.carrier } };
    const arrival = {
      id: `id-${++count}`,
      wire: connection,
      client: {
        id: 'conn',
        conn,
        request: {} as IncomingMessage,
        limited: (limit: string) => this.limits.push(limit),
      },
      handshake: { auth },
      ...(codec === engine3 ? {} : { entire: () => this.entire }),
    } as unknown as Arrival;
    this.namespace.welcome(arrival, (socket) => {
      connection.socket = socket;
    });
    return connection;
  }

  /** @param offset where it has come to, if nothing is given; `undefined` is nothing */
  back(from: Connection, ...offset: [unknown?]): Connection {
    return this.come({ pid: from.welcome.pid, offset: offset.length > 0 ? offset[0] : from.offset });
  }
}

describe('a client that comes back', () => {
  let world: World;
  beforeEach(() => {
    world = new World();
  });
  const names = (connection: Connection): unknown[] => connection.events.map(([name]) => name);

  it('gets what it missed, in order, then the CONNECT, then what is new', () => {
    const first = world.come();
    world.namespace.emit('one', 1);
    first.cut();
    world.namespace.emit('two');
    first.socket?.emit('three', { a: 1 });
    const second = world.back(first);
    world.namespace.emit('four');
    assert.deepEqual(
      second.frames.map((frame) => frame.slice(0, 7)),
      ['42["two', '42["thr', `40{"sid`, '42["fou'],
    );
    assert.deepEqual(second.welcome, first.welcome);
    assert.equal(second.socket?.recovered, true);
    assert.equal(first.socket?.recovered, false);
  });

  it('finds its rooms and data again, and is a new socket', () => {
    const first = world.come();
    first.socket?.join(['red', 'blue']);
    if (first.socket) first.socket.data.name = 'me';
    first.cut();
    const { socket } = world.back(first, undefined);
    assert.notEqual(socket, first.socket);
    assert.equal(socket?.id, first.welcome.sid);
    assert.deepEqual([...(socket?.rooms ?? [])].sort(), [first.welcome.sid, 'blue', 'red'].sort());
    assert.deepEqual(socket?.data, { name: 'me' });
  });

  it('recovers again and again', () => {
    let connection = world.come();
    for (let round = 0; round < 5; round++) {
      connection.cut();
      world.namespace.emit('round', round);
      connection = world.back(connection, connection.frames.length > 1 ? connection.offset : undefined);
      assert.deepEqual(
        connection.events.map(([, number]) => number),
        [round],
      );
    }
  });

  it('recovers without having seen any event, from the start of its session and not before', () => {
    world.come();
    world.namespace.emit('before');
    const first = world.come();
    world.namespace.emit('missed');
    first.cut();
    assert.deepEqual(names(world.come({ pid: first.welcome.pid })), ['missed']);
  });

  it('recovers with an offset of an earlier session, of this server or another', () => {
    const earlier = world.come();
    world.namespace.emit('earlier');
    for (const offset of [earlier.offset, 'AAAAAAAA.1z']) {
      const first = world.come();
      world.namespace.emit('missed');
      first.cut();
      assert.deepEqual(names(world.back(first, offset)), ['missed']);
    }
  });

  it('is new with an offset that is none, or lies in the future', () => {
    for (const offset of ['text', '', 7, null, {}, 'AAAAAAAA.', 'AAAAAAAA.-1']) {
      const first = world.come();
      world.namespace.emit('missed');
      first.cut();
      const second = world.back(first, offset);
      assert.equal(second.socket?.recovered, false);
      assert.notEqual(second.welcome.pid, first.welcome.pid);
      assert.deepEqual(second.events, []);
    }
    const first = world.come();
    world.namespace.emit('seen');
    const future = first.offset.replace(/\.\w+$/, '.zzzz');
    assert.equal(world.back(first, future).socket?.recovered, false);
  });

  it('is new with a secret that nobody has, that is no text, or that is used up', () => {
    assert.equal(world.come({ pid: 'unknown' }).socket?.recovered, false);
    assert.equal(world.come({ pid: {}, offset: 1 }).socket?.recovered, false);
    const first = world.come();
    first.socket?.disconnect();
    assert.equal(world.back(first, undefined).socket?.recovered, false);
  });

  it('takes the place of the ghost that it has left', () => {
    const first = world.come();
    const reasons: unknown[] = [];
    first.socket?.on('disconnect', (reason) => reasons.push(reason));
    world.namespace.emit('seen');
    const { offset } = first;
    world.namespace.emit('lost on the way');
    const second = world.back(first, offset);
    assert.deepEqual(reasons, ['transport close']);
    assert.deepEqual(first.extents, ['lost']);
    assert.deepEqual(names(second), ['lost on the way']);
    assert.deepEqual([...world.namespace.sockets.values()], [second.socket]);
  });

  it('gets what was said in a room before it left it, and nothing from before it came', () => {
    const first = world.come();
    world.namespace.emit('seen');
    const { offset } = first;
    world.namespace.to('red').emit('too early');
    first.socket?.join('red');
    world.namespace.to('red').emit('in time');
    world.namespace.except('red').emit('for the others');
    first.socket?.leave('red');
    world.namespace.to('red').emit('too late');
    assert.deepEqual(names(world.back(first, offset)), ['in time']);
  });

  it('gets nothing twice, and all, where something is said while another thing is made ready', () => {
    const first = world.come();
    const busy = {
      toJSON: () => {
        world.namespace.emit('meanwhile');
        return 'ready';
      },
    };
    world.namespace.emit('first', busy);
    const offsets = first.events.map((event) => event.at(-1));
    assert.deepEqual(names(first).at(-1), 'first');
    assert.equal(new Set(offsets).size, offsets.length);
    first.cut();
    const second = world.back(first);
    assert.deepEqual([second.socket?.recovered, second.events], [true, []]);
    second.cut();
    const before = first.events.findLastIndex(([name]) => name === 'meanwhile');
    assert.deepEqual(names(world.back(first, offsets[before])), ['first']);
  });

  it('is not disturbed by what is volatile, and ends with a text', () => {
    const first = world.come();
    world.namespace.emit('seen');
    world.namespace.volatile.emit('noise', 'text');
    world.namespace.volatile.emit('noise');
    first.socket?.volatile.emit('noise', 'text');
    const { offset } = first;
    first.cut();
    world.namespace.volatile.emit('gone');
    world.namespace.emit('missed');
    assert.deepEqual(names(world.back(first, offset)), ['missed']);
  });

  it('is not resent what asked for an answer', () => {
    const first = world.come();
    first.socket?.emit('asked', 'text', () => {});
    first.cut();
    const second = world.back(first, undefined);
    assert.deepEqual([second.socket?.recovered, second.events], [true, []]);
  });

  it('gets the arguments as they were, bytes included', () => {
    const first = world.come();
    first.cut();
    const bytes = Buffer.from('then');
    const data = { word: 'then' };
    world.namespace.emit('event', data, bytes);
    data.word = bytes.fill('x').toString();
    const { frames } = world.back(first, undefined);
    assert.match(frames[0] ?? '', /"word":"then"/);
    assert.equal(frames[1], 'then');
  });

  it('gets bytes as base64 if it has asked for text', () => {
    const first = world.come({}, engine4Text);
    first.cut();
    world.namespace.emit('event', Buffer.from('then'));
    const second = world.come({ pid: first.welcome.pid }, engine4Text);
    assert.equal(second.frames[1], `b${Buffer.from('then').toString('base64')}`);
  });

  it('is new if nobody can know whether it has got what was sent before', () => {
    const first = world.come();
    world.namespace.emit('seen');
    first.cut();
    world.namespace.emit('missed');
    const second = world.back(first);
    assert.equal(second.socket?.recovered, true);
    second.cut();
    assert.equal(world.back(first).socket?.recovered, false);
  });

  it('is resent what came in one piece or not at all', () => {
    world.carrier = 'polling';
    world.entire = true;
    const first = world.come();
    world.namespace.emit('seen');
    first.cut();
    world.namespace.emit('missed');
    world.back(first).cut();
    assert.deepEqual(names(world.back(first)), ['missed']);
  });

  it('meets the middlewares only if that is wished', async () => {
    world = new World({ skipMiddlewares: false });
    let met = 0;
    world.namespace.use((socket, next) => {
      met += 1;
      if (met === 2) {
        world.namespace.emit('meanwhile');
        socket.emit('from the middleware');
      }
      next();
    });
    const first = world.come();
    await new Promise(setImmediate);
    first.cut();
    world.namespace.emit('missed');
    const second = world.back(first, undefined);
    await new Promise(setImmediate);
    assert.deepEqual(names(second), ['missed', 'meanwhile', 'from the middleware']);
    assert.match(second.frames.at(-1) ?? '', /^40/);
    assert.equal(met, 2);
  });

  it('is seen by the middlewares where it was, and stays out of what they take away', async () => {
    world = new World({ skipMiddlewares: false });
    const seen: unknown[] = [];
    world.namespace.use((socket, next) => {
      seen.push([...socket.rooms].sort());
      if (seen.length === 1) return next();
      world.namespace.to('red').emit('before it left red');
      socket.leave('red');
      socket.join('blue');
      world.namespace.to('red').emit('to red');
      world.namespace.to('blue').emit('to blue');
      next();
    });
    const first = world.come();
    await new Promise(setImmediate);
    first.socket?.join('red');
    first.cut();
    const second = world.back(first, undefined);
    await new Promise(setImmediate);
    world.namespace.except('red').emit('outside of red');
    assert.deepEqual(seen, [[], [first.welcome.sid, 'red'].sort()]);
    assert.deepEqual(names(second), ['before it left red', 'to blue', 'outside of red']);
    assert.deepEqual([...(second.socket?.rooms ?? [])].sort(), ['blue', first.welcome.sid].sort());
  });

  it('loses its place to a third connection while the middlewares think', async () => {
    world = new World({ skipMiddlewares: false });
    const first = world.come();
    first.cut();
    const waiting: (() => void)[] = [];
    world.namespace.use((_socket, next) => waiting.push(next));
    const second = world.back(first, undefined);
    const third = world.back(first, undefined);
    for (const next of waiting) next();
    await new Promise(setImmediate);
    assert.deepEqual(second.frames, []);
    assert.equal(third.welcome.sid, first.welcome.sid);
  });

  it('loses its place if a middleware refuses it', async () => {
    world = new World({ skipMiddlewares: false });
    const first = world.come();
    first.cut();
    world.namespace.use((_socket, next) => next(new Error('no')));
    const second = world.back(first, undefined);
    await new Promise(setImmediate);
    assert.match(second.frames[0] ?? '', /^44/);
    assert.equal(world.back(first, undefined).socket?.recovered, false);
  });

  it('is known by its kind: older clients get no offset and no secret', () => {
    const older = world.come({ pid: 'x' }, engine3);
    const newer = world.come();
    world.namespace.emit('event', 'text');
    older.socket?.emit('mine', 'text');
    assert.deepEqual(older.events, [
      ['event', 'text'],
      ['mine', 'text'],
    ]);
    assert.equal(newer.events[0]?.length, 3);
    assert.ok(!older.frames.some((frame) => frame.includes('pid')));
  });

  it('keeps the offset from listeners for outgoing events, whose own words come after it everywhere', () => {
    const [near, far] = [world.come(), world.come()];
    const told: unknown[][] = [];
    near.socket?.onAnyOutgoing((...event) => {
      told.push(event);
      if (event[0] === 'first') world.namespace.emit('second');
    });
    world.namespace.emit('first', 'text');
    assert.deepEqual(told, [['first', 'text'], ['second']]);
    assert.deepEqual(names(far), ['first', 'second']);
  });
});

describe('the bounds of coming back', () => {
  let clock: Clock;
  beforeEach(() => {
    clock = stoppedClock();
  });
  afterEach(() => clock.restore());

  it('a client is waited for as long as that, and no longer', () => {
    const world = new World({ maxDisconnectionDuration: 1_000 });
    for (const [away, recovered] of [
      [1_000, true],
      [1_001, false],
    ] as const) {
      const first = world.come();
      first.cut();
      clock.pass(away);
      assert.equal(world.back(first, undefined).socket?.recovered, recovered);
      assert.deepEqual(world.limits, []);
    }
  });

  it('a client that has long seen nothing recovers, however much others were told', () => {
    const world = new World({ maxDisconnectionDuration: 1_000 });
    const [quiet, busy] = [world.come(), world.come()];
    world.namespace.emit('seen');
    const { offset } = quiet;
    for (let round = 0; round < 50; round++) {
      busy.socket?.emit('chatter', round);
      clock.pass(100);
    }
    quiet.socket?.emit('missed');
    const back = world.back(quiet, offset);
    assert.equal(back.socket?.recovered, true);
    assert.deepEqual(
      back.events.map(([name]) => name),
      ['missed'],
    );
  });

  it('a client is new if something that it was sent is forgotten', () => {
    const world = new World({ maxDisconnectionDuration: 1_000 });
    const first = world.come();
    world.namespace.emit('seen');
    const { offset } = first;
    world.namespace.emit('lost on the way');
    clock.pass(1_200);
    world.namespace.emit('later');
    assert.equal(world.back(first, offset).socket?.recovered, false);
    assert.deepEqual(world.limits, []);
  });

  it('a client is new if more was said than may be remembered, and back if less', () => {
    for (const [times, recovered] of [
      [5, true],
      [100, false],
    ] as const) {
      const world = new World({ maxLogBytes: 10_000 });
      const first = world.come();
      first.cut();
      for (let time = 0; time < times; time++) world.namespace.emit('event', 'x'.repeat(100));
      const second = world.back(first, undefined);
      assert.equal(second.socket?.recovered, recovered);
      assert.equal(second.events.length, recovered ? times : 0);
      assert.deepEqual(world.limits, recovered ? [] : [MOST]);
    }
  });

  it('a client is nobody of whom that would be told if it names nothing, or something else', () => {
    for (const offset of ['text', 'later']) {
      const world = new World({ maxLogBytes: 10_000 });
      const first = world.come();
      world.namespace.emit('seen');
      const { offset: seen } = first;
      first.cut();
      for (let time = 0; time < 100; time++) world.namespace.emit('event', 'x'.repeat(100));
      world.back(first, offset === 'later' ? seen.replace(/\.\w+$/, '.zzzz') : offset);
      assert.deepEqual(world.limits, []);
    }
  });

  it('clients with very many rooms are told of when they are forgotten for them', () => {
    const world = new World({ maxLogBytes: 10_000 });
    const rooms = Array.from({ length: 200 }, (_room, index) => `room ${index}`);
    const first = world.come();
    first.socket?.join(rooms);
    first.cut();
    assert.deepEqual(world.others, []);
    const second = world.come();
    second.socket?.join(rooms);
    second.cut();
    assert.deepEqual(world.others, [MOST]);
    assert.equal(world.back(first, undefined).socket?.recovered, false);
    assert.equal(world.back(second, undefined).socket?.recovered, true);
    assert.deepEqual(world.limits, []);
  });

  for (const [what, forget] of [
    ['as much is said that it is forgotten', (say: () => void) => Array.from({ length: 100 }, say)],
    ['its time runs out', (_say: () => void, clock: Clock) => clock.pass(1_001)],
  ] as const) {
    it(`a client comes again, as somebody new, if ${what} while the middlewares think`, async () => {
      const bounds = { maxLogBytes: 10_000, maxDisconnectionDuration: 1_000, skipMiddlewares: false };
      const world = new World(bounds);
      const first = world.come();
      first.cut();
      world.namespace.emit('missed');
      const waiting: (() => void)[] = [];
      world.namespace.use((_socket, next) => waiting.push(next));
      const second = world.back(first, undefined);
      forget(() => world.namespace.emit('event', 'x'.repeat(100)), clock);
      for (const next of waiting.splice(0)) next();
      await new Promise(setImmediate);
      assert.deepEqual([second.frames, second.extents], [[], ['lost']]);
      assert.equal(world.namespace.sockets.size, 0);
      const third = world.back(first, undefined);
      for (const next of waiting) next();
      await new Promise(setImmediate);
      assert.equal(third.socket?.recovered, false);
      assert.notEqual(third.welcome.sid, first.welcome.sid);
    });
  }

  it('a client is new if it has changed rooms too often to be sure', () => {
    const world = new World();
    const first = world.come();
    world.namespace.emit('seen');
    const { offset } = first;
    for (let time = 0; time < 1_100; time++) {
      world.namespace.to('red').emit('event');
      if (time % 2) first.socket?.leave('red');
      else first.socket?.join('red');
    }
    assert.equal(world.back(first, offset).socket?.recovered, false);
  });
});
