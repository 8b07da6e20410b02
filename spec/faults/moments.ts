/** Moments of a session's life in which a server may be closed; each is brought about by hand, so that it lasts. */
import type { Express } from 'express';
import { SessionAwareAdapter } from 'socket.io-adapter';
import type { Server, Socket, UserOptions } from '../../lib/index.js';
import { ask, Knock, knock } from '../router/raw.js';
import { heard, within } from '../support/patience.js';
import { masked, type Tongue, tongues } from '../support/tongues.js';

/** Where the program has been asked something, and does not answer before it is told to. */
export interface Gate {
  /** Called there. @param go goes on */
  wait(go: () => void): void;
  /** Settles when somebody waits there. */
  readonly reached: Promise<void>;
}

export interface Scene {
  readonly io: Server;
  readonly port: number;
  readonly tongue: Tongue;
  readonly gate: Gate;
}

export interface Moment {
  readonly name: string;
  /** Whether a client is given a second to hear of it, however much time there is. */
  readonly slow?: true;
  /** Who can come to it. @default everybody */
  readonly tongues?: readonly Tongue[];
  readonly options?: (gate: Gate) => UserOptions;
  /** What stands in front of the mount. */
  readonly stack?: (app: Express, gate: Gate) => void;
  /** What the program does with its server. */
  readonly program?: (io: Server, gate: Gate) => void;
  /** @returns connections that have to end by themselves */
  come(scene: Scene): Promise<readonly Knock[]>;
}

const { modern, classic, vintage } = tongues;
const engines = [modern, classic];
const old = [vintage];

function get(port: number, path: string): Knock {
  return Knock.send(port, `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
}

/** Where a WebSocket comes without a session, or (revision 1) with one that nobody has heard of. */
function firstContact({ generation, handshake, path }: Tongue): string {
  return generation === 1 ? path('websocket', 'nobody') : handshake().replace('polling', 'websocket');
}

/** A session that has just shaken hands. */
async function greet({ port, tongue }: Scene): Promise<string> {
  const { body } = await ask(port, tongue.handshake());
  return tongue.sidIn(body);
}

async function say({ port, tongue }: Scene, sid: string, ...packets: string[]): Promise<void> {
  await ask(port, tongue.path('polling', sid), { method: 'POST', body: tongue.pack(...packets) });
}

/** Somebody who polls, and has been welcomed in `/`; between two polls. */
async function enter(scene: Scene): Promise<{ sid: string; socket: Socket; path: string }> {
  const joined = heard(scene.io as never, 'connection') as Promise<[Socket]>;
  const sid = await greet(scene);
  const path = scene.tongue.path('polling', sid);
  const [join] = scene.tongue.join('/');
  if (join) await say(scene, sid, join);
  await ask(scene.port, path);
  const [socket] = await joined;
  return { sid, socket, path };
}

/** The same by WebSocket. */
async function connect(scene: Scene): Promise<{ socket: Socket; line: Knock }> {
  const { port, tongue, io } = scene;
  const joined = heard(io as never, 'connection') as Promise<[Socket]>;
  const path = tongue.generation === 1 ? tongue.path('websocket', await greet(scene)) : firstContact(tongue);
  const line = await knock(port, path);
  await line.head();
  for (const join of tongue.join('/')) line.socket.write(masked(join));
  const [socket] = await joined;
  return { socket, line };
}

/** A poll of a session that has nothing to hear; the answer to another request shows that it waits. */
async function wait({ port }: Scene, path: string): Promise<Knock> {
  const poll = get(port, path);
  await ask(port, '/');
  return poll;
}

/** Asks, and leaves the answer to others. */
async function shut(promise: Promise<unknown>): Promise<readonly []> {
  promise.catch(() => {});
  return [];
}

class SlowAdapter extends SessionAwareAdapter {
  static gate: Gate | undefined;

  override restoreSession(): Promise<never> {
    return new Promise((resolve) => SlowAdapter.gate?.wait(() => resolve(null as never)));
  }
}

/** Before there is a session. */
const outside: readonly Moment[] = [
  {
    name: "a handshake waits in the site's middleware",
    stack: (app, gate) => app.use((_req, _res, next) => gate.wait(next)),
    come: async ({ port, tongue, gate }) => {
      const poll = get(port, tongue.handshake());
      await gate.reached;
      return [poll];
    },
  },
  {
    name: "an upgrade waits in the site's middleware",
    stack: (app, gate) => app.use((_req, _res, next) => gate.wait(next)),
    come: async ({ port, tongue, gate }) => {
      const line = await knock(port, firstContact(tongue));
      await gate.reached;
      return [line];
    },
  },
  {
    name: 'allowRequest has not answered a poll',
    options: (gate) => ({ allowRequest: (_req, done) => gate.wait(() => done(null, true)) }),
    come: async ({ port, tongue, gate }) => {
      const poll = get(port, tongue.handshake());
      await gate.reached;
      return [poll];
    },
  },
  {
    name: 'allowRequest has not answered an upgrade',
    tongues: engines,
    options: (gate) => ({ allowRequest: (_req, done) => gate.wait(() => done(null, true)) }),
    come: async ({ port, tongue, gate }) => {
      const line = await knock(port, firstContact(tongue));
      await gate.reached;
      return [line];
    },
  },
  {
    name: 'an id is still being made',
    program: (io, gate) => {
      io.engine.generateId = () => new Promise((resolve) => gate.wait(() => resolve('some-id')));
    },
    come: async ({ port, tongue, gate }) => {
      const poll = get(port, tongue.handshake());
      await gate.reached;
      return [poll];
    },
  },
  {
    name: 'the bytes behind a draft’s handshake have not come',
    tongues: old,
    come: async (scene) => {
      const { port } = scene;
      const sid = await greet(scene);
      const lines = [
        `GET ${vintage.path('websocket', sid)} HTTP/1.1`,
        `Host: 127.0.0.1:${port}`,
        'Upgrade: WebSocket',
        'Connection: Upgrade',
        `Origin: http://127.0.0.1:${port}`,
        'Sec-WebSocket-Key1: 4 @1  46546xW%0l 1 5',
        'Sec-WebSocket-Key2: 12998 5 Y3 1  .P00',
      ];
      const line = Knock.send(port, `${lines.join('\r\n')}\r\n\r\n`);
      await line.head();
      return [line];
    },
  },
];

/** Between handshake and joining. */
const young: readonly Moment[] = [
  {
    name: 'hands have been shaken, and no more',
    come: async (scene) => {
      await greet(scene);
      return [];
    },
  },
  {
    name: 'a WebSocket is open, and nothing has been said',
    tongues: engines,
    come: async ({ port, tongue }) => {
      const line = await knock(port, firstContact(tongue));
      await line.until(/"sid"/);
      return [line];
    },
  },
  {
    name: 'a middleware of the namespace has not decided',
    program: (io, gate) => io.of('/slow').use((_socket, next) => gate.wait(next)),
    come: async (scene) => {
      const { sid } = await enter(scene);
      await say(scene, sid, ...scene.tongue.join('/slow'));
      await scene.gate.reached;
      return [];
    },
  },
  {
    name: 'it is not known whether there is such a namespace',
    program: (io, gate) => void io.of((_name, _auth, next) => gate.wait(() => next(null, true))),
    come: async (scene) => {
      const { sid } = await enter(scene);
      await say(scene, sid, ...scene.tongue.join('/made'));
      await scene.gate.reached;
      return [];
    },
  },
  {
    name: 'a client that has come back is still being looked for',
    tongues: [modern],
    options: (gate) => {
      SlowAdapter.gate = gate;
      return { connectionStateRecovery: true, adapter: SlowAdapter };
    },
    come: async (scene) => {
      const sid = await greet(scene);
      await say(scene, sid, ...modern.join('/', '{"pid":"somebody","offset":"something"}'));
      await scene.gate.reached;
      return [];
    },
  },
];

/** While it lives. */
const grown: readonly Moment[] = [
  {
    name: 'a client is between two polls',
    come: async (scene) => {
      await enter(scene);
      return [];
    },
  },
  {
    name: 'a poll waits',
    come: async (scene) => {
      const { path } = await enter(scene);
      return [await wait(scene, path)];
    },
  },
  {
    name: 'more waits than one poll takes',
    come: async (scene) => {
      const { socket } = await enter(scene);
      for (let count = 0; count < 40; count++) socket.emit('x', 'y'.repeat(100_000));
      return [];
    },
  },
  {
    name: 'a large answer is on its way to somebody who does not read',
    come: async (scene) => {
      const { socket, path } = await enter(scene);
      const poll = await wait(scene, path);
      poll.socket.pause();
      for (let count = 0; count < 10; count++) socket.emit('x', 'y'.repeat(900_000));
      return [poll];
    },
  },
  {
    name: 'a POST is half way',
    slow: true,
    come: async (scene) => {
      const { path } = await enter(scene);
      const head = `POST ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 1000\r\n\r\n`;
      const post = Knock.send(scene.port, `${head}${scene.tongue.event('x').slice(0, 4)}`);
      await ask(scene.port, '/');
      return [post];
    },
  },
  {
    name: 'a mailbox is full',
    options: () => ({ mailboxMessages: 1 }),
    program: (io) => io.serve(() => new Promise(() => {})),
    come: async (scene) => {
      const { sid } = await enter(scene);
      const { event } = scene.tongue;
      const full = async (): Promise<void> => {
        while (scene.io.stats().limits.mailboxMessages === undefined) await new Promise(setImmediate);
      };
      const posted = say(scene, sid, event('a'), event('b'), event('c'));
      await within(full(), 'a full mailbox');
      return shut(posted);
    },
  },
  {
    name: 'a handler never ends, and answers are owed',
    program: (io) => io.serve(() => new Promise(() => {})),
    come: async (scene) => {
      const { socket } = await enter(scene);
      socket.emit('question', () => {});
      scene.io.timeout(60_000).emit('question', () => {});
      void socket
        .timeout(60_000)
        .emitWithAck('question')
        .catch(() => {});
      return [];
    },
  },
  {
    name: 'a WebSocket is quiet',
    come: async (scene) => [(await connect(scene)).line],
  },
  {
    name: 'much waits for a WebSocket that does not read',
    come: async (scene) => {
      const { socket, line } = await connect(scene);
      line.socket.pause();
      for (let count = 0; count < 15; count++) socket.emit('x', 'y'.repeat(900_000));
      return [line];
    },
  },
  {
    name: 'a goodbye has been said that nobody has come for',
    come: async (scene) => {
      const { socket } = await enter(scene);
      socket.disconnect(true);
      return [];
    },
  },
];

/** While the client changes its transport. */
const moving: readonly Moment[] = [
  {
    name: 'a WebSocket has been opened beside the polls',
    tongues: engines,
    come: async (scene) => {
      const { sid, path } = await enter(scene);
      const poll = await wait(scene, path);
      const line = await knock(scene.port, scene.tongue.path('websocket', sid));
      await line.head();
      return [poll, line];
    },
  },
  {
    name: 'it has been probed, and the client has not moved',
    tongues: engines,
    come: async (scene) => {
      const { sid } = await enter(scene);
      const line = await knock(scene.port, scene.tongue.path('websocket', sid));
      await line.head();
      line.socket.write(masked('2probe'));
      await line.until(/3probe/);
      return [line];
    },
  },
  {
    name: 'a client has moved while its POST is half way',
    slow: true,
    tongues: engines,
    come: async (scene) => {
      const { sid, path } = await enter(scene);
      const head = `POST ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 1000\r\n\r\n`;
      const post = Knock.send(scene.port, `${head}${scene.tongue.event('x').slice(0, 4)}`);
      const line = await knock(scene.port, scene.tongue.path('websocket', sid));
      await line.head();
      line.socket.write(masked('2probe'));
      await line.until(/3probe/);
      line.socket.write(masked('5'));
      await ask(scene.port, '/');
      return [post, line];
    },
  },
  {
    name: 'a client has gone on to another transport, and its first one is still there',
    tongues: old,
    come: async (scene) => {
      const { sid, path } = await enter(scene);
      const poll = await wait(scene, path);
      const page = get(scene.port, vintage.path('htmlfile', sid));
      await page.head();
      return [poll, page];
    },
  },
  {
    name: 'a page never ends',
    tongues: old,
    come: async (scene) => {
      const page = get(scene.port, vintage.path('htmlfile', await greet(scene)));
      await page.until(/1::/);
      return [page];
    },
  },
];

export const moments: readonly Moment[] = [...outside, ...young, ...grown, ...moving];
