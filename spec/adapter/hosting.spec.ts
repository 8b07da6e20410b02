/** A server of ours with an adapter of the ecosystem: how it is given, what fails, and programs that only emit. */
import assert from 'node:assert/strict';
import process from 'node:process';
import { createAdapter } from '@socket.io/redis-adapter';
import { Emitter } from '@socket.io/redis-emitter';
import { createClient } from 'redis';
import { Adapter as InMemory } from 'socket.io-adapter';
import { type Socket as Client, io as connect } from 'socket.io-client';
import type { Adapter } from '../../lib/adapter/contract.js';
import { MemoryAdapter } from '../../lib/adapter/memory.js';
import type { Anything } from '../../lib/events.js';
import { socketio } from '../../lib/index.js';
import { Folder, readBlocks } from '../readme/program.js';
import { heard } from '../support/patience.js';
import { openSite, type Site } from '../support/site.js';
import { missing, type Program, startProgram } from './cluster/programs.js';
import { arrive, type Guest, until } from './cluster/station.js';

let site: Site | undefined;
const guests: Guest[] = [];

afterEach(async () => {
  for (const guest of guests.splice(0)) guest.leave();
  await site?.close();
  site = undefined;
});

async function guest(name: string, ...rooms: string[]): Promise<Guest> {
  const arrived = await arrive(site?.url ?? '', name, rooms);
  guests.push(arrived);
  return arrived;
}

function welcome({ io }: Site): void {
  io.on('connection', (socket) => {
    socket.join(socket.handshake.auth.rooms as string[]);
    socket.on('where', (reply: () => void) => reply());
  });
}

type Matched = (error: null, allow: boolean) => void;

/** What a server asks of its adapter. */
const verbs = [
  ...['init', 'close', 'serverCount', 'addAll', 'del', 'delAll', 'broadcast', 'broadcastWithAck'],
  ...['fetchSockets', 'addSockets', 'delSockets', 'disconnectSockets', 'serverSideEmit'],
];

/** How it may fail; some reject with a text. */
const failing: readonly (readonly [how: string, fail: () => unknown])[] = [
  [
    'throws',
    () => {
      throw new Error('broken');
    },
  ],
  ['rejects', () => Promise.reject(new Error('broken'))],
  ['rejects with a text', () => Promise.reject('broken')],
  ['rejects with nothing', () => Promise.reject()],
];

describe('the adapter of a server', () => {
  it('is in memory if nothing is said', () => {
    const io = socketio();
    assert.equal(io.adapter(), MemoryAdapter);
    assert.ok(io.of('/chat').adapter instanceof MemoryAdapter);
  });

  it('is made for each namespace, also for those to come', () => {
    const io = socketio({ adapter: InMemory });
    assert.equal(io.adapter(), InMemory);
    for (const name of ['/', '/chat']) assert.ok(io.of(name).adapter instanceof InMemory);
  });

  it('must be a function', () => {
    assert.throws(() => socketio({ adapter: 'redis' as never }), { code: 'OPTION_INVALID' });
    assert.throws(() => socketio().adapter({} as never), { code: 'OPTION_INVALID' });
  });

  it('can be changed while clients are here: they stay in their rooms', async () => {
    site = await openSite();
    welcome(site);
    const ann = await guest('ann', 'red');
    const former = site.io.of('/').adapter;
    let closed = false;
    former.close = () => {
      closed = true;
    };
    assert.equal(site.io.adapter(InMemory), site.io);
    assert.ok(site.io.of('/').adapter instanceof InMemory);
    assert.equal(closed, true);
    site.io.to('red').emit('news', 1);
    await ann.hears('news');
    const [found] = await site.io.in('red').fetchSockets();
    assert.equal(found, site.io.sockets.sockets.get(ann.id));
  });

  it('that fails at its beginning is an error for onError', async () => {
    const broken = new Error('no table');
    class Broken extends InMemory {
      override async init(): Promise<void> {
        throw broken;
      }
    }
    site = await openSite({ adapter: Broken });
    await new Promise(setImmediate);
    assert.deepEqual(
      site.complaints.map(({ error, event }) => [error, event]),
      [[broken, 'adapter']],
    );
  });

  it('that fails at whatever it is told is an error for onError, and the server goes on', async () => {
    class Broken extends InMemory {
      override addSockets(): void {
        throw new Error('broken');
      }
      override async delSockets(): Promise<void> {
        throw new Error('broken');
      }
      override async serverSideEmit(): Promise<void> {
        throw new Error('broken');
      }
      override async close(): Promise<void> {
        throw new Error('broken');
      }
    }
    site = await openSite({ adapter: Broken });
    site.io.socketsJoin('red');
    site.io.socketsLeave('red');
    site.io.serverSideEmit('x');
    await assert.rejects(site.io.serverSideEmitWithAck('x'), /broken/);
    await new Promise(setImmediate);
    assert.deepEqual(
      site.complaints.map(({ event }) => event),
      ['adapter', 'adapter', 'adapter'],
    );
  });

  for (const [how, fail] of failing) {
    it(`that ${how} at whatever it is asked harms nobody, and nobody but onError and the asker hears of it`, async () => {
      const strays: unknown[] = [];
      const stray = (error: unknown): void => void strays.push(error);
      process.on('unhandledRejection', stray);
      class Broken extends InMemory {}
      site = await openSite({ adapter: Broken });
      welcome(site);
      const ann = await guest('ann', 'red');
      for (const verb of verbs) Object.defineProperty(Broken.prototype, verb, { value: fail });
      const [socket] = [...site.io.sockets.sockets.values()];
      const moves = [(): unknown => socket?.join('blue'), (): unknown => socket?.leave('red')];
      for (const move of moves) await assert.rejects(async () => move());
      if (how !== 'throws') for (const move of moves) move();
      await assert.rejects(site.io.fetchSockets());
      await assert.rejects(site.io.serverSideEmitWithAck('x'), { responses: [] });
      await assert.rejects(site.io.timeout(10_000).emitWithAck('x'), { responses: [] });
      site.io.emit('x');
      site.io.local.emit('x');
      site.io.socketsJoin('blue');
      site.io.disconnectSockets();
      socket?.disconnect();
      await until(() => ann.client.disconnected, 'the end');
      assert.equal(site.io.sockets.sockets.size, 0);
      await site.io.close({ drain: 0 });
      process.off('unhandledRejection', stray);
      assert.deepEqual(strays, []);
      assert.ok(site.complaints.length > 0);
    });
  }

  it('that can ask nobody makes nobody wait for answers', async () => {
    class Broken extends InMemory {
      override async broadcastWithAck(): Promise<void> {
        throw new Error('broken');
      }
    }
    site = await openSite({ adapter: Broken as never });
    await assert.rejects(site.io.timeout(0x7fffffff).emitWithAck('x'), /broken/);
    const error = await new Promise((resolve) => site?.io.timeout(0x7fffffff).emit('x', resolve));
    assert.match(String(error), /broken/);
  });

  it('that cannot be made for a name that a client asks for is an error for onError: there is no such namespace', async () => {
    for (const pattern of [/^\/room-/, (_: string, __: object, next: Matched) => next(null, true)]) {
      const broken = new Error('no connection');
      const factory = (nsp: Anything): Adapter => {
        if (nsp.name !== '/') throw broken;
        return new InMemory(nsp) as never;
      };
      site = await openSite({ adapter: factory });
      site.io.of(pattern as RegExp);
      const client = connect(`${site.url}/room-1`, { transports: ['websocket'], forceNew: true });
      const [refusal] = (await heard(client as never, 'connect_error')) as [Error];
      client.disconnect();
      assert.equal(refusal.message, 'Invalid namespace');
      assert.deepEqual(
        site.complaints.map(({ error, event }) => [error, event]),
        [[broken, 'adapter']],
      );
      await site.close();
    }
  });
});

describe('with Redis', function () {
  this.timeout(60_000);
  let redis: Program | undefined;
  const clients: ReturnType<typeof createClient>[] = [];

  before(async function () {
    const why = missing('redis');
    if (why) {
      console.log(`    skipped: ${why}`);
      this.skip();
    }
    redis = await startProgram('redis');
  });

  afterEach(async () => {
    await site?.close();
    for (const made of clients.splice(0)) await made.quit();
  });

  after(() => redis?.close());

  async function client() {
    const made = createClient({ socket: { path: redis?.address ?? '' } });
    made.on('error', () => {});
    await made.connect();
    clients.push(made);
    return made;
  }

  it('a program that is no server emits to rooms', async () => {
    const [pub, sub, other] = [await client(), await client(), await client()];
    site = await openSite({ adapter: createAdapter(pub, sub) });
    welcome(site);
    const ann = await guest('ann', 'red');
    const bob = await guest('bob');
    const emitter = new Emitter(other);
    emitter.to('red').emit('news', { text: 'hello' }, Buffer.from([1, 2]));
    await ann.hears('news');
    emitter.emit('all', 1);
    await Promise.all([ann, bob].map((one) => one.hears('all')));
    assert.deepEqual(ann.heard, [
      ['news', { text: 'hello' }, Buffer.from([1, 2])],
      ['all', 1],
    ]);
    assert.deepEqual(bob.heard, [['all', 1]]);
    emitter.in('red').disconnectSockets(true);
    await until(() => !ann.client.connected, 'the end of ann');
    assert.equal(bob.client.connected, true);
  });

  it('the program in docs/scaling.md runs on two nodes', async () => {
    const folder = await Folder.make();
    try {
      const [block = ''] = await readBlocks('docs/scaling.md');
      const env = { REDIS_URL: redis?.url ?? '' };
      const ports = [await folder.run('one', block, env), await folder.run('two', block, env)];
      const readers = ports.map((port) => connect(`http://localhost:${port}`, { reconnection: false }));
      const [one, two] = readers as [Client, Client];
      await Promise.all(readers.map((reader) => heard(reader as never, 'connect')));
      const message = heard(two as never, 'message');
      one.send('hello');
      assert.deepEqual(await message, ['hello']);
      for (const reader of readers) reader.disconnect();
    } finally {
      await folder.remove();
    }
  });
});
