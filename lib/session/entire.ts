/** What a client has missed is told again at once: whether that arrives whole or not at all. */
import type { Entire } from '../adapter/keeper.js';
import type { PressureLimits } from './pressure.js';
import type { Session } from './session.js';
import { weightOfFrames } from './trail.js';

/** Bytes told in one tick that leave together: above 64 KiB the outbox does not wait for the rest. */
const ENTIRE_BYTES = 60_000;
/** At most of the CONNECT behind it, which is to leave with it. */
const CONNECT_BYTES = 1_024;

export type EntireLimits = Pick<PressureLimits, 'softBufferLimit' | 'hardBufferLimit'>;

/** One answer to a poll does; a WebSocket may break between two frames. A CONNECT is one frame more. */
export function arrivesEntire(session: Session, { softBufferLimit, hardBufferLimit }: EntireLimits): Entire {
  // No more than the soft limit leaves at once, and no more than the hard one waits.
  const most = Math.min(ENTIRE_BYTES, softBufferLimit - CONNECT_BYTES, hardBufferLimit - CONNECT_BYTES);
  return (frames, bytes) => {
    const { carrier } = session;
    const weight = weightOfFrames(frames, bytes);
    // It was in memory before, and whoever came back for it would be sent away each time.
    if (weight >= most) session.pressure.excuse(weight);
    if (!carrier?.saysGoodbye || session.bufferedAmount > 0) return false;
    return frames < carrier.mostFrames && bytes < most;
  };
}
