/** Upgrades that are not ours, beside other listeners: they are left to those, and ended if nobody takes them. */
import type { Duplex } from 'node:stream';
import { Deadline } from '../deadline.js';

/** By these somebody shows that a connection is his. */
const interests = ['data', 'readable', 'end', 'close', 'error'];

/**
 * Node hands an upgrade to all who listen, without a look at whether one of them wants it, and without a listener for its
 * errors: if nobody does, it would stay for ever, and its end could be the end of the process.
 * @param ms how long somebody may take
 * @param untaken called if nobody has
 */
export function leaveToOthers(socket: Duplex, ms: number, untaken: () => void): void {
  socket.on('error', ignore);
  const forgotten = (): void => deadline.stop();
  socket.on('close', forgotten);
  const before = traces(socket);
  const isTaken = (): boolean => traces(socket) !== before;
  const deadline = new Deadline(ms, () => isTaken() || socket.destroyed || untaken());
  // Whoever takes it does so at once, as a rule.
  setImmediate(() => {
    if (!isTaken()) return;
    deadline.stop();
    socket.off('close', forgotten);
    if (socket.listenerCount('error') > 1) socket.off('error', ignore);
  });
}

/** What changes when somebody says something, or wants to hear something. */
function traces(socket: Duplex): number {
  const { bytesWritten } = socket as { readonly bytesWritten?: number };
  return interests.reduce((sum, event) => sum + socket.listenerCount(event), bytesWritten ?? 0);
}

function ignore(): void {}
