/** How much has come over a connection, also of what is not whole yet. */
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** @returns bytes; 0 where nobody counts them */
export function arrivedBy(socket: Duplex): number {
  return socket instanceof Socket ? socket.bytesRead : 0;
}
