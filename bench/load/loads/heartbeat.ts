/** S9: connections that say nothing but the answers to the server's pings. */
import { setTimeout as pause } from 'node:timers/promises';
import { Line } from '../line.js';
import { dropAll, type Ground, type Load, openMany } from '../load.js';

/** Of the pings that a second should bring; a clock that runs on in steps may bring fewer in one segment. */
const LEAST = 0.6;

export async function heartbeat({ port, connections }: Ground): Promise<Load> {
  const lines = await openMany(connections, () => Line.join(port));
  const pings = (): number => lines.reduce((sum, line) => sum + line.pings, 0);
  return {
    segment: async (ms) => {
      const before = pings();
      await pause(ms);
      const units = pings() - before;
      const least = connections * Math.floor(ms / 1_000) * LEAST;
      if (units < least) throw new Error(`only ${units} pings, where ${least} is few`);
      return { units };
    },
    close: () => dropAll(lines),
  };
}
