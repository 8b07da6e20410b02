/** A program in which clients come and go; it reports what they leave behind. Started by a spec, with `--expose-gc`. */
import { open, Poller, reason, type Site, Talk } from './ground.js';

const { ROUNDS = '300', WAY = 'websocket', END = 'clean' } = process.env;
/** Rounds before the first measure: caches and pools fill, and the engine optimizes. */
const WARM_UP = Math.max(100, Number(ROUNDS) / 5);
const AT_ONCE = 10;

type Stay = (site: Site) => Promise<() => unknown>;

/** How a client comes; the result makes it leave. */
const ways: Record<string, Stay> = {
  websocket: async (site) => {
    const talk = await Talk.join(site);
    return () => leave(talk);
  },
  polling: async (site) => {
    const poller = await Poller.come(site);
    if (END === 'clean') return () => poller.post('1');
    const poll = await poller.waitingPoll();
    return () => poll.destroy();
  },
  upgrade: async (site) => {
    const poller = await Poller.come(site);
    const talk = await poller.upgrade();
    talk.send('2probe', '5');
    await talk.next();
    return () => leave(talk);
  },
};

function leave(talk: Talk): Promise<unknown> {
  if (END === 'clean') talk.ws.close();
  else talk.ws.terminate();
  return talk.closed;
}

async function round(site: Site): Promise<void> {
  const end = await (ways[WAY] as Stay)(site);
  await end();
}

async function rounds(site: Site, count: number): Promise<void> {
  for (let done = 0; done < count; done += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, () => round(site)));
  }
  while (left < came) await new Promise((resolve) => setTimeout(resolve, 10));
  await new Promise((resolve) => setTimeout(resolve, 50));
}

function measure(site: Site): Record<string, number> {
  for (let pass = 0; pass < 4; pass++) global.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  const names = site.server.eventNames();
  return {
    memory: heapUsed + external,
    resources: process.getActiveResourcesInfo().length,
    listeners: names.reduce((sum, name) => sum + site.server.listenerCount(name), 0),
    sockets: site.io.sockets.sockets.size,
  };
}

let came = 0;
let left = 0;
const site = await open();
site.io.on('connection', (socket) => {
  came += 1;
  socket.on('echo', (...args: unknown[]) => socket.emit('echo', ...args));
  reason(socket).then(() => {
    left += 1;
  });
});
await rounds(site, WARM_UP);
const before = measure(site);
await rounds(site, Number(ROUNDS));
const after = measure(site);
console.log(JSON.stringify({ before, after, came }));
await site.close();
