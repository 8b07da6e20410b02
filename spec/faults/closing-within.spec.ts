/** A program may close its server in whatever the server has just called. */
import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mock } from 'node:test';
import { Adapter } from 'socket.io-adapter';
import type { Server } from '../../lib/index.js';
import { ask, knock } from '../router/raw.js';
import { listening } from '../support/listening.js';
import { latch, within } from '../support/patience.js';
import { type Tongue, tongues } from '../support/tongues.js';
import { handles, Stand } from './stand.js';

type Program = (io: Server, close: () => void) => void;

const places: Readonly<Record<string, Program>> = {
  'a middleware of the engine': (io, close) =>
    io.engine.use((_req, _res, next) => {
      close();
      next();
    }),
  'a listener for connections of the engine': (io, close) => io.engine.on('connection', close),
  'a listener for the first headers': (io, close) => io.engine.on('initial_headers', close),
  generateId: (io, close) => {
    io.engine.generateId = () => {
      close();
      return 'an-id-of-its-own';
    };
  },
  'a middleware of a namespace': (io, close) =>
    io.use((_socket, next) => {
      close();
      next();
    }),
  'a listener for connection': (io, close) => io.on('connection', close),
  'a serve handler': (io, close) => io.serve(() => close()),
  'a listener for an event': (io, close) => io.on('connection', (socket) => socket.on('x', close)),
  'a listener for all events': (io, close) => io.on('connection', (socket) => socket.onAny(close)),
  'a middleware for events': (io, close) =>
    io.on('connection', (socket) =>
      socket.use((_event, next) => {
        close();
        next();
      }),
    ),
  'an acknowledgement that has not come': (io, close) =>
    io.on('connection', (socket) => socket.timeout(1).emit('question', close)),
  'a listener for disconnecting': (io, close) =>
    io.on('connection', (socket) => socket.on('disconnecting', close).disconnect()),
  'a listener for disconnect': (io, close) =>
    io.on('connection', (socket) => socket.on('disconnect', close).disconnect(true)),
  'a listener for the packets of a connection': (io, close) =>
    io.on('connection', (socket) => socket.conn.on('packet', close)),
  'an observer': (_io, close) => {
    const hear = (): void => {
      unsubscribe('socketio:handshake', hear);
      close();
    };
    subscribe('socketio:handshake', hear);
  },
};

describe('a server that is closed in', () => {
  for (const [place, program] of Object.entries(places))
    for (const tongue of Object.values(tongues)) {
      it(`${place} (${tongue.name})`, () => closesIn(program, tongue));
    }

  async function closesIn(program: Program, tongue: Tongue): Promise<void> {
    const before = handles();
    const ended = latch<Promise<void>>();
    const close = (): void => ended.open(stand.io.close({ drain: 20 }));
    const stand: Stand = new Stand({
      name: '',
      program: (io) => program(io, close),
      come: async () => [],
    });
    const port = await listening(stand.server);
    await speak(port, tongue);
    await within(ended.promise, 'close and its end');
    await stand.leavesNothing(before);
  }
});

/** A client that goes on, whatever it is answered. */
async function speak(port: number, tongue: Tongue): Promise<void> {
  const { body, status } = await ask(port, tongue.handshake());
  if (status !== 200) return;
  const path = tongue.path('polling', tongue.sidIn(body));
  const say = (...packets: string[]) => ask(port, path, { method: 'POST', body: tongue.pack(...packets) });
  if (tongue.generation === 1) await ask(port, path);
  const [join] = tongue.join('/');
  if (join) await say(join);
  // A poll that found nothing would wait for ever.
  await say(tongue.event('x'));
}

describe('a server that closes', () => {
  class Stuck extends Adapter {
    override close(): Promise<void> {
      return new Promise(() => {});
    }
  }

  class Failing extends Adapter {
    override close(): Promise<void> {
      return Promise.reject(new Error('no broker'));
    }
  }

  for (const [what, adapter, complaint] of [
    ['hangs', Stuck, 'an adapter did not close within 5 seconds'],
    ['fails', Failing, 'no broker'],
  ] as const)
    it(`does not wait for ever for an adapter that ${what}, and says so`, async () => {
      const before = handles();
      const stand = new Stand({ name: '', options: () => ({ adapter }), come: async () => [] });
      stand.io.of('/other');
      await listening(stand.server);
      mock.timers.enable({ apis: ['setTimeout'] });
      const closed = stand.io.close();
      await new Promise(setImmediate);
      mock.timers.tick(5_000);
      mock.timers.reset();
      await within(closed, 'the end of close');
      assert.deepEqual(
        stand.complaints.splice(0).map((error) => (error as Error).message),
        [complaint, complaint],
      );
      await stand.leavesNothing(before);
    });

  it('may do so behind its HTTP server, which waits for it', async () => {
    const before = handles();
    const stand = new Stand({ name: '', come: async () => [] });
    const { io, server } = stand;
    const port = await listening(server);
    await speak(port, tongues.modern);
    const line = await knock(port, tongues.modern.handshake().replace('polling', 'websocket'));
    await line.until(/"sid"/);
    const closed = new Promise((resolve) => server.close(resolve));
    await within(Promise.all([io.close({ drain: 20 }), closed]), 'both ends');
    await stand.leavesNothing(before);
  });

  it('may do so before anybody has come, and before it is mounted', async () => {
    const before = handles();
    const stand = new Stand({ name: '', come: async () => [] });
    await stand.io.close();
    const port = await listening(stand.server);
    assert.equal((await ask(port, tongues.modern.handshake())).status, 503);
    await stand.leavesNothing(before);
  });

  it('can be told to hurry', async () => {
    const before = handles();
    const stand = new Stand({ name: '', come: async () => [] });
    const port = await listening(stand.server);
    await speak(port, tongues.modern);
    const first = stand.io.close({ drain: 3_600_000 });
    const second = stand.io.close({ drain: 20 });
    await within(Promise.all([first, second, stand.io.close()]), 'the end of all three');
    await stand.leavesNothing(before);
  });
});
