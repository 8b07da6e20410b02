/** A site that is attacked: started by `Stage`, watched by itself. */
import { createServer } from 'node:http';
import { performance } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import express from 'express';
import { type Server, type Socket, socketio, type UserOptions } from '../../lib/index.js';
import { listening } from '../support/listening.js';

/** What the site tells of itself. */
export interface Report {
  /** The longest turn of the event loop since the last report: milliseconds in which it really worked. */
  readonly stall: number;
  /** What a turn may take: 50 ms, or on a slower machine so many times what reading 1 MB of JSON takes. */
  readonly most: number;
  /** Uncaught exceptions and unhandled rejections. */
  readonly uncaught: readonly string[];
  /** What `onError` has heard. */
  readonly complaints: readonly string[];
  /** Names of events that a catch-all listener or a listener has heard. */
  readonly heard: readonly string[];
  readonly sessions: number;
  readonly sockets: number;
  readonly namespaces: number;
  /** Bytes; after a collection, if the site was asked to weigh itself. */
  readonly heap: number;
  /** Bytes of buffers. */
  readonly buffers: number;
  /** The most of heap and buffers that was seen since the last report; garbage included. */
  readonly peak: number;
  /** Active timers, connections, and so on, by kind. */
  readonly resources: Readonly<Record<string, number>>;
  readonly polluted: boolean;
  readonly disconnects: readonly string[];
}

const TICK = 5;
const LIMIT = 50;

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

let stall = 0;
let peak = 0;
const uncaught: string[] = [];
const complaints: string[] = [];
const heard: string[] = [];
const disconnects: string[] = [];
/** What the program keeps of what it has heard. */
const kept: unknown[] = [];

process.on('uncaughtException', (error) => uncaught.push(String(error)));
process.on('unhandledRejection', (error) => uncaught.push(String(error)));

let last = performance.now();
let usage = process.cpuUsage();

/** A turn that worked long is one that took long and had the processor meanwhile. */
function look(): void {
  const now = performance.now();
  const { user, system } = process.cpuUsage(usage);
  stall = Math.max(stall, Math.min(now - last, (user + system) / 1_000) - TICK);
  const { heapUsed, external } = process.memoryUsage();
  peak = Math.max(peak, heapUsed + external);
  begin();
}

function begin(): void {
  last = performance.now();
  usage = process.cpuUsage();
}

/** How long this machine takes for what any server has to do with 1 MB. */
function measure(): number {
  const text = `[${'{},'.repeat(333_000)}1]`;
  JSON.parse(text);
  const begun = performance.now();
  JSON.parse(text);
  return Math.max(LIMIT, (performance.now() - begun) * 3);
}

function serve(io: Server): void {
  const news = setInterval(() => io.to('bystanders').emit('tick', count++), 10);
  news.unref();
  let count = 0;
  io.on('connection', (socket: Socket) => listen(socket));
  io.of('/private').use((_socket, next) => next(new Error('not you')));
  io.of('/other').on('connection', (socket: Socket) => listen(socket));
  io.of(/^\/room-\d+$/);
}

function listen(socket: Socket): void {
  socket.on('disconnect', (reason, description) => disconnects.push(`${reason}: ${description ?? ''}`));
  socket.onAny((name: string) => heard.push(name));
  socket.on('keep', (value: unknown) => kept.push(value));
  // What `send()` of the oldest clients says: as it stands in the packet.
  socket.on('message', (value: unknown) => kept.push(value));
  socket.on('bystander', () => socket.join('bystanders'));
  socket.on('echo', (...args: unknown[]) => {
    const reply = args.at(-1);
    if (typeof reply === 'function') reply(...args.slice(0, -1));
    else socket.emit('echo', ...args);
  });
  socket.on('shout', (value: unknown) => socket.broadcast.emit('shouted', value));
  socket.on('merge', (value: object) => Object.assign({}, value, { ...socket.handshake.auth }));
  socket.on('flood', (count: number, size: number) => {
    const text = 'x'.repeat(size);
    inTurns(socket, count, () => socket.emit('n', text));
  });
  socket.on('deaf', () => socket.join('deaf'));
  socket.on('proclaim', (count: number, size: number) => {
    const text = 'x'.repeat(size);
    inTurns(socket, count, () => socket.nsp.to('deaf').emit('n', text));
  });
  socket.on('ask', (count: number) =>
    inTurns(socket, count, (index) => socket.emit('q', index, () => heard.push('answer'))),
  );
  socket.on('throws', () => {
    throw new Error('the listener fails');
  });
  socket.on('rejects', async () => {
    throw new Error('the listener fails');
  });
  socket.on('fails in its answer', (reply: unknown) => Reflect.apply(reply as () => void, undefined, [1n]));
  socket.on('untidy', () => makeUntidy(socket));
  socket.on('change', () => {
    const value = { list: [1], text: 'as it was' };
    socket.nsp.emit('value', value);
    socket.emit('value', value);
    value.list.push(2);
    value.text = 'as it is';
  });
}

/** Does what should not be done at the end of a connection. */
function makeUntidy(socket: Socket): void {
  const act = (): void => {
    void socket.join('late');
    socket.emit('late', () => {});
    socket.broadcast.emit('late');
    socket.disconnect(true);
    void socket.leave('late');
  };
  socket.on('disconnecting', act);
  socket.on('disconnect', () => {
    act();
    setTimeout(act, 20);
    socket.removeAllListeners();
    if (socket.nsp.adapter.rooms.has('late')) uncaught.push('a room was left behind');
  });
}

/** So many times, and others have their turns meanwhile. */
function inTurns(socket: Socket, count: number, act: (index: number) => void): void {
  let next = 0;
  const some = (): void => {
    for (let batch = 0; batch < 100 && next < count && socket.connected; batch += 1) act(next++);
    if (next < count && socket.connected) setImmediate(some);
  };
  some();
}

function report(io: Server, most: number): Report {
  const resources: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) resources[kind] = (resources[kind] ?? 0) + 1;
  const told = {
    stall,
    most,
    uncaught: [...uncaught],
    complaints: complaints.splice(0),
    heard: heard.splice(0),
    disconnects: disconnects.splice(0),
    sessions: io.engine.clientsCount,
    sockets: io.sockets.sockets.size,
    namespaces: io._nsps.size,
    heap: process.memoryUsage().heapUsed,
    buffers: process.memoryUsage().arrayBuffers,
    peak,
    resources,
    polluted: 'polluted' in {},
  };
  stall = 0;
  peak = 0;
  return told;
}

const options = JSON.parse(process.env.OPTIONS ?? '{}') as UserOptions;
const io = socketio({
  ...options,
  onError: (error, { event }) =>
    complaints.push(`${event}: ${error instanceof Error ? error.message : error}`),
});
const app = express();
app.use('/socket.io', io);
const server = createServer(app);
const most = measure();
serve(io);
const port = await listening(server);
process.on('message', (message) => {
  if (message === 'weigh') {
    look();
    gc();
    // That was none of the attacker's turns.
    begin();
  }
  process.send?.({ report: report(io, most) });
});
process.on('disconnect', () => process.exit());
setInterval(look, TICK);
process.send?.({ port });
