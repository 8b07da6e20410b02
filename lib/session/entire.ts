/** What arrives whole or not at all. */
import type { Entire } from '../adapter/keeper.js';
import type { Session } from './session.js';

/** Bytes told in one tick that leave together: above 64 KiB the outbox does not wait for the rest. */
const ENTIRE_BYTES = 60_000;

/** One answer to a poll does; a WebSocket may break between two frames. A CONNECT is one frame more. */
export function arrivesEntire(session: Session): Entire {
  return (frames, bytes) => {
    const { carrier, conn } = session;
    if (!carrier?.saysGoodbye || conn.bufferedAmount > 0) return false;
    return frames < carrier.mostFrames && bytes < ENTIRE_BYTES;
  };
}
