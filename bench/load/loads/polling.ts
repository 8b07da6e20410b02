/** S5: an event goes up by POST, and comes back by the GET that waits. */
import { dropAll, type Ground, type Load, openMany } from '../load.js';
import { Poller } from '../poller.js';
import { repeat } from '../rounds.js';

export async function polling({ port, connections }: Ground): Promise<Load> {
  const pollers = await openMany(connections, () => Poller.join(port));
  return {
    segment: async (ms) => ({
      units: await repeat(ms, connections, async (index) => {
        const poller = pollers[index];
        if (poller) await echo(poller, `42["echo","number ${index} says hello to the server"]`);
      }),
    }),
    close: () => dropAll(pollers),
  };
}

async function echo(poller: Poller, packet: string): Promise<void> {
  const polled = poller.poll();
  await poller.say(packet);
  const packets = await polled;
  if (packets.length !== 1 || packets[0] !== packet) {
    throw new Error(`"${packet}" was expected, not "${packets.join(' ')}"`);
  }
}
