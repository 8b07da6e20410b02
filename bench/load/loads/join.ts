/** S4: connect by WebSocket, join, close; a few at a time. */
import { Line } from '../line.js';
import type { Ground, Load } from '../load.js';
import { repeat } from '../rounds.js';

export async function join({ port, connections }: Ground): Promise<Load> {
  return {
    segment: async (ms) => ({
      units: await repeat(ms, connections, async () => {
        const line = await Line.join(port);
        await line.leave();
      }),
    }),
    close: async () => {},
  };
}
