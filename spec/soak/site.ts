/** The site of the soak: a program of its own, with `--expose-gc`; it tells how much it holds when it is asked. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Socket } from '../../lib/index.js';
import { openSite } from '../support/site.js';
import type { Sample } from './sample.js';

/** About eight clients sit at one. */
const TABLES = Math.max(1, Math.round(Number(process.env.CLIENTS ?? 500) / 8));
const MILLION = 1_000_000;
/** Milliseconds after which the pause of our own garbage collection has been seen by the histogram. */
const PAUSE = 40;

// Maps of our sources are read when the first errors in each file are told, and stay: they are not the library's memory.
process.setSourceMapsEnabled(false);

/** A slower crowd is missed later. */
const pace = Math.max(0.25, Number(process.env.PACE ?? 1));

const site = await openSite({
  transports: ['polling', 'websocket', 'jsonp', 'htmlfile', 'flashsocket'],
  pingInterval: 3_000 * pace,
  pingTimeout: 10_000 * pace,
  connectionStateRecovery: { maxDisconnectionDuration: 15_000 },
});
let came = 0;
let said = 0;
site.io.on('connection', (socket: Socket) => {
  came += 1;
  const table = `table ${came % TABLES}`;
  if (!socket.recovered) socket.join(table);
  socket.on('say', (line: unknown, answer: unknown) => {
    said += 1;
    socket.to(table).emit('line', line);
    // Nobody answers this one: what waits for an answer must go, too.
    if (said % 10 === 0) socket.timeout(1_000).emit('are you there?', () => {});
    if (typeof answer === 'function') answer(said);
  });
});

const delay = monitorEventLoopDelay({ resolution: 10 });
delay.enable();

function sample(): Sample {
  const delays = { p50: delay.percentile(50), p99: delay.percentile(99), max: delay.max };
  const { user, system } = process.cpuUsage();
  for (let pass = 0; pass < 2; pass++) global.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  setTimeout(() => delay.reset(), PAUSE);
  const kinds = process.getActiveResourcesInfo();
  const timers = kinds.filter((kind) => kind === 'Timeout').length;
  return {
    heap: heapUsed + external,
    rss,
    handles: kinds.length - timers,
    timers,
    clients: site.io.engine.clientsCount,
    sockets: site.io.sockets.sockets.size,
    came,
    said,
    complaints: site.complaints.length,
    delay: { p50: delays.p50 / MILLION, p99: delays.p99 / MILLION, max: delays.max / MILLION },
    cpu: (user + system) / MILLION,
  };
}

process.on('message', () => process.send?.(sample()));
process.on('disconnect', () => process.exit());
process.send?.({ port: site.port });
