/** Connections read into one buffer for all, where Node makes one of 64 KiB for each piece that comes. */
import { Buffer } from 'node:buffer';
import { Socket } from 'node:net';
import { type Duplex, Readable } from 'node:stream';

/** As much as Node reads at once. */
const SIZE = 65_536;
/** Bytes up to which a piece is small. */
const SMALL = 4_096;
/** A connection that begins with so many small pieces goes on like that. */
const OFTEN = 4;
const KNOWN = OFTEN + 1;

const shared = Buffer.allocUnsafeSlow(SIZE);

/** What a socket keeps under names of Node's own: by these it reads if it was made with the option `onread`. */
interface Reading {
  [name: symbol]: unknown;
  readonly _handle?: { useUserBuffer?(buffer: Buffer): void } | null;
}

const names = Object.getOwnPropertySymbols(new Socket());
const bufferName = names.find(({ description }) => description === 'kBuffer');
const hearerName = names.find(({ description }) => description === 'kBufferCb');

export interface Hearer {
  /**
   * @param bytes valid during the call only
   * @returns whether more is wanted
   */
  hear(bytes: Buffer): boolean;
}

/**
 * From now on `hearer` is told what comes, and not the stream: a ninth of what an echo over a WebSocket costs. What
 * cannot be read so (TLS, HTTP/2, a Node that has changed) goes on as before.
 * @see Node's documentation of `net`, the option `onread`
 */
function readInOneBuffer(socket: Duplex, hearer: Hearer): void {
  if (!(socket instanceof Socket) || 'encrypted' in socket || !bufferName || !hearerName) return;
  const reading = socket as Socket & Reading;
  if (!reading._handle?.useUserBuffer) return;
  reading._handle.useUserBuffer(shared);
  reading[bufferName] = shared;
  reading[hearerName] = (count: number) => hearer.hear(shared.subarray(0, count));
}

/**
 * Looks at what a connection is used for, until that is known. Large messages would have to be copied out of the
 * buffer of all, and are better left to Node; most clients never send one.
 * @param seen what this function gave for the piece before; 0 for the first
 */
export function habit(seen: number, piece: Buffer, socket: Duplex, hearer: Hearer): number {
  if (seen === KNOWN || piece.length > SMALL) return KNOWN;
  if (seen === OFTEN) readInOneBuffer(socket, hearer);
  return seen + 1;
}

/** Whether others will write where these bytes are. */
export function isLent(bytes: Buffer): boolean {
  return bytes.buffer === shared.buffer;
}

/**
 * The stream keeps what comes from now on, up to its high-water mark. A socket that is read into a buffer of ours would
 * stop at once, and where nothing is read, nobody hears that the client has gone.
 */
export function pause(socket: Duplex): void {
  Readable.prototype.pause.call(socket);
}
