/** Writes to a connection: past the stream's own queue where nothing stands in it. */
import { Buffer } from 'node:buffer';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Chunk } from './websocket-frames.js';

/** Who wrote what the operating system would not take at once. */
export interface Sender {
  /** So many bytes wait for it under the stream, which doesn't count them; or nothing will take them any more. */
  owes(bytes: number): void;
  /** There is room again, or the connection has ended meanwhile: by `error`, or without one. */
  taken(error?: Error | null): void;
}

/** What connections write by, if nobody has put functions of his own in their place: to count the bytes, or to change them. */
const { write: nodesWrite, _write: nodesOwn } = Socket.prototype;

/** What streams say to their own `_write` of bytes. */
const NONE = 'buffer' as BufferEncoding;

/** Told by a socket when bytes have left it. */
class Receipt {
  isSigned = false;
  error: Error | null | undefined;
  sender: Sender | undefined;
  readonly sign = (error?: Error | null): void => {
    this.isSigned = true;
    this.error = error;
    this.sender?.taken(error);
  };
}

/** Serves all whose bytes leave at once, one after the other; who has to wait keeps it. */
let blank = new Receipt();

/**
 * @returns whether the socket can take more; where not, `sender` is told when it can, and writes nothing before. A socket
 * that fails at once is destroyed, and its end is all that is told
 */
export function write(socket: Duplex, chunks: readonly Chunk[], sender: Sender): boolean {
  const [only] = chunks;
  if (only !== undefined && chunks.length === 1 && isStraight(socket))
    return writeThrough(socket, only, sender);
  const hasRoom = writeAll(socket, chunks);
  if (!hasRoom) socket.once('drain', () => sender.taken());
  return hasRoom;
}

/** Whether nothing stands in the queue that would be overtaken, and nobody wants to see what passes through it. */
function isStraight(socket: Duplex): socket is Socket {
  if (socket.writableLength !== 0 || socket.write !== nodesWrite || socket._write !== nodesOwn) return false;
  return socket instanceof Socket && !('encrypted' in socket);
}

/**
 * By the method that every stream has for its own use: the queue above it, which counts what comes and tells a tick
 * later that it has left, is a twentieth of a broadcast, a tenth where the room is larger than the processor's caches.
 * @see Node's documentation of `writable._write`
 */
function writeThrough(socket: Socket, bytes: Chunk, sender: Sender): boolean {
  const receipt = blank;
  receipt.isSigned = false;
  socket._write(bytes, typeof bytes === 'string' ? 'latin1' : NONE, receipt.sign);
  if (!receipt.isSigned) {
    blank = new Receipt();
    receipt.sender = sender;
  } else if (receipt.error) socket.destroy(receipt.error);
  else return true;
  sender.owes(bytes.length);
  return false;
}

function writeAll(socket: Duplex, chunks: readonly Chunk[]): boolean {
  const [only] = chunks;
  if (only !== undefined && chunks.length === 1)
    return socket.write(bytesOf(only)) || socket.writableLength === 0;
  socket.cork();
  for (const chunk of chunks) socket.write(bytesOf(chunk));
  socket.uncork();
  return socket.writableLength < socket.writableHighWaterMark;
}

/** Who looks at what passes may not care for encodings. */
function bytesOf(chunk: Chunk): Buffer {
  return typeof chunk === 'string' ? Buffer.from(chunk, 'latin1') : chunk;
}
