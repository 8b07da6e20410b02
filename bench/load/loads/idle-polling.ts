/** S3b: polling sessions that have joined, each with a GET that waits. */
import { dropAll, type Ground, type Load, openMany } from '../load.js';
import { Poller } from '../poller.js';

/** Sessions that come and go first, so that what the server loads and keeps once is not counted. */
const FIRST = 200;

export async function idlePolling({ port, connections }: Ground): Promise<Load> {
  const first = await openMany(Math.min(FIRST, connections), () => Poller.join(port));
  await Promise.all(first.map((poller) => poller.leave()));
  const pollers: Poller[] = [];
  return {
    segment: async () => {
      pollers.push(...(await openMany(connections, () => Poller.join(port))));
      for (const poller of pollers) void poller.poll().then(spoken);
      return { units: pollers.length };
    },
    close: () => dropAll(pollers),
  };
}

function spoken(packets: string[]): never {
  throw new Error(`an idle session was told: ${packets.join(' ')}`);
}
