/** What a client has missed is told again at once: whether that arrives whole or not at all. */
import type { Entire } from '../adapter/keeper.js';
import type { Session } from './session.js';
import { weightOfFrames } from './trail.js';

/** Bytes told in one tick that leave together: above 64 KiB the outbox does not wait for the rest. */
const ENTIRE_BYTES = 60_000;

/** One answer to a poll does; a WebSocket may break between two frames. A CONNECT is one frame more. */
export function arrivesEntire(session: Session): Entire {
  return (frames, bytes) => {
    const { carrier } = session;
    const weight = weightOfFrames(frames, bytes);
    // It was in memory before, and whoever came back for it would be sent away each time.
    if (weight >= ENTIRE_BYTES) session.pressure.excuse(weight);
    if (!carrier?.saysGoodbye || session.bufferedAmount > 0) return false;
    return frames < carrier.mostFrames && bytes < ENTIRE_BYTES;
  };
}
