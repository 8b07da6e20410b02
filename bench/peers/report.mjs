// @ts-check
/** What every peer tells the runner over IPC: that it listens, its CPU time, its memory. */
import { setTimeout as pause } from 'node:timers/promises';

/** Options of the library under test; the users' defaults where a scenario does not say otherwise. */
export const options = JSON.parse(process.env.BENCH_OPTIONS ?? '{}');

/** Milliseconds between two heartbeats of the peers that are no library. */
export const pingInterval = Number(options.pingInterval ?? 25_000);

/** @type {Record<string, () => unknown>} */
const answers = {
  /** User and system time of all threads, in microseconds. */
  usage: () => {
    const { user, system } = process.cpuUsage();
    return { cpuMicros: user + system };
  },
  memory: async () => {
    // More than once: what one collection finalizes, the next one frees.
    for (let times = 0; times < 4; times++) {
      globalThis.gc?.();
      await pause(50);
    }
    const { heapUsed, external, rss } = process.memoryUsage();
    return { heapBytes: heapUsed, externalBytes: external, rssBytes: rss };
  },
};

/** @param {number} port where the peer listens now */
export function listens(port) {
  process.on('message', async (/** @type {{ ask: string }} */ { ask }) => {
    process.send?.(await answers[ask]?.());
  });
  process.send?.({ port });
}

// A runner that has gone has no more use for us.
process.on('disconnect', () => process.exit());
