/** S6: open by polling, join, move to a WebSocket, say something there, close. */
import { textFrame } from '../frames.js';
import { Line } from '../line.js';
import type { Ground, Load } from '../load.js';
import { Poller } from '../poller.js';
import { repeat } from '../rounds.js';

const PROBE = textFrame('2probe');
const UPGRADE = textFrame('5');
const PACKET = '42["echo","said after the move"]';
const SPOKEN = textFrame(PACKET);

export async function upgrade({ port, connections }: Ground): Promise<Load> {
  return {
    segment: async (ms) => ({ units: await repeat(ms, connections, () => move(port)) }),
    close: async () => {},
  };
}

async function move(port: number): Promise<void> {
  const poller = await Poller.join(port);
  const polled = poller.poll();
  const line = await Line.open(port, poller.sid);
  line.write(PROBE);
  await line.expect('3probe');
  // The GET that waits is let go by a NOOP before the client moves.
  const packets = await polled;
  if (packets.join() !== '6') throw new Error(`a NOOP was expected, not "${packets.join(' ')}"`);
  poller.release();
  line.write(UPGRADE);
  line.write(SPOKEN);
  await line.expect(PACKET);
  await line.leave();
  await poller.drop();
}
