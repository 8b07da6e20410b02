/** The site that the fuzzer speaks to: a program of its own, with `--expose-gc`, that tells of everything that goes wrong. */
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import express from 'express';
import { type Server, type Socket, socketio, type UserOptions } from '../../lib/index.js';
import { listening } from '../support/listening.js';
import { harmIn, trapIn } from './harm.js';
import { MOST_FRAGMENTS } from './steps.js';

/** What it tells, one at a time. */
export type News =
  | { readonly port: number }
  | { readonly fault: 'stall' | 'rejection' | 'complaint' | 'trap'; readonly text: string }
  | { readonly rest: Rest };

/** What is left of those who came. */
export interface Rest {
  /** Sessions beside those of the bystanders. */
  readonly sessions: number;
  readonly connections: number;
  readonly timers: number;
  /** Bytes after garbage collection, those outside of the heap included. */
  readonly heap: number;
}

/** Milliseconds of one turn of the event loop. */
const LONGEST_TURN = 50;

const tell = (news: News): void => void process.send?.(news);
const textOf = (error: unknown): string => (error instanceof Error ? `${error.stack}` : String(error));

process.on('unhandledRejection', (error) => tell({ fault: 'rejection', text: textOf(error) }));

const options: UserOptions = {
  transports: ['polling', 'websocket', 'jsonp', 'htmlfile', 'flashsocket'],
  // What was left behind goes soon; bystanders on a busy machine must not be missed.
  pingInterval: 1_000,
  pingTimeout: 4_000,
  upgradeTimeout: 500,
  connectTimeout: 1_000,
  bodyTimeout: 500,
  handshakeTimeout: 1_000,
  pollTimeout: 3_000,
  // All of them come from here.
  maxPendingPerAddress: 1_000_000,
  maxFragments: MOST_FRAGMENTS,
  origins: 'http://h.example',
  flashPolicy: { domains: ['h.example'], ports: [80] },
  onError: (error, { event }) => tell({ fault: 'complaint', text: `${event}: ${textOf(error)}` }),
};

const houses: Readonly<Record<string, Server>> = {
  '/socket.io': socketio({ ...options, connectionStateRecovery: { maxDisconnectionDuration: 1_000 } }),
  '/every': socketio({ ...options, admit: 'every' }),
  '/squeezed': socketio({
    ...options,
    perMessageDeflate: true,
    httpCompression: { threshold: 1 },
    cookie: true,
  }),
  '/packed': socketio({ ...options, parser: createRequire(import.meta.url)('socket.io-msgpack-parser') }),
};

function report(where: string, trap: string | undefined): void {
  if (trap !== undefined) tell({ fault: 'trap', text: `${where}: ${trap}` });
}

/** What programs merge into objects of their own must be harmless in every namespace. */
function lookOut({ handshake }: Socket, next: () => void): void {
  report('auth', trapIn(handshake.auth));
  report('query', trapIn(handshake.query));
  next();
}

/** A small program that listens, answers, and passes on; only in `/echo` does it say what it was told. */
function furnish(io: Server): void {
  const count = (socket: Socket): void => {
    let heard = 0;
    socket.on('say', (...args: unknown[]) => {
      report('an event', harmIn(args));
      const answer = args.pop();
      if (typeof answer === 'function') answer(++heard);
    });
  };
  for (const name of ['/', '/box', '/echo', /^\/live-\d+$/]) io.of(name).use(lookOut);
  io.on('connection', (socket: Socket) => {
    count(socket);
    socket.on('tick', (number: number, answer: (number: number) => void) => answer(number));
    socket.on('watch', () => socket.join('bystanders'));
  });
  io.of(/^\/live-\d+$/).on('connection', count);
  io.of('/box').serve(async (socket) => {
    for await (const message of socket) message.reply(message.args.length);
  });
  io.of('/echo').on('connection', (socket: Socket) =>
    socket.onAny((name: string, ...args: unknown[]) => {
      const values = args.filter((value) => typeof value !== 'function');
      if (name === 'say') io.of('/echo').emit('said', ...values);
    }),
  );
  io.of('/deny').use((_socket, next) => next(new Error('no')));
}

const app = express();
app.use('/every', express.text(), express.urlencoded({ extended: false }), express.json());
for (const [path, io] of Object.entries(houses)) {
  app.use(path, io);
  furnish(io);
}
// What the site itself makes of a request that is not ours is no matter here: others would repeat the address.
app.use((_req, res) => void res.status(404).end());
app.use(((_error, _req, res, _next) => void res.destroy()) as express.ErrorRequestHandler);
const server = createServer({ connectionsCheckingInterval: 200 }, app);
Object.assign(server, { headersTimeout: 3_000, requestTimeout: 5_000, keepAliveTimeout: 500 });

let tock = 0;
setInterval(() => houses['/socket.io']?.to('bystanders').emit('tock', ++tock), 50);
let left = { at: performance.now(), used: process.cpuUsage() };
setInterval(watchTurns, 5);

/** On a busy machine only the time counts that this program itself has used. */
function watchTurns(): void {
  const at = performance.now();
  const { user, system } = process.cpuUsage(left.used);
  const used = (user + system) / 1_000;
  const long = Math.min(used, at - left.at);
  left = { at, used: process.cpuUsage() };
  if (long > LONGEST_TURN) tell({ fault: 'stall', text: `a turn of ${long.toFixed(0)} ms` });
}

function rest(bystanders: number): Rest {
  report('the program', harmIn(undefined));
  for (let pass = 0; pass < 3; pass++) global.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  const kinds = process.getActiveResourcesInfo();
  const count = (kind: string): number => kinds.filter((one) => one === kind).length;
  // Our own garbage collection is nobody's stall.
  left = { at: performance.now(), used: process.cpuUsage() };
  return {
    sessions: Object.values(houses).reduce((sum, io) => sum + io.engine.clientsCount, 0) - bystanders,
    connections: count('TCPSocketWrap'),
    timers: count('Timeout'),
    heap: heapUsed + external,
  };
}

process.on('message', (bystanders: number) => tell({ rest: rest(bystanders) }));
process.on('disconnect', () => process.exit());
tell({ port: await listening(server) });
