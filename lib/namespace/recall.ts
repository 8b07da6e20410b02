/** Whether a client that asks for a namespace had a place there before, and after which ends it has one. */
import type { Entire, Found, Keeper } from '../adapter/keeper.js';
import type { Parcel } from '../codec/parcel.js';
import type { DisconnectReason } from '../errors.js';
import type { Arrival } from './wire.js';

/** For those of whose connections nothing is known. */
export const inPieces: Entire = () => false;

/** Characters of what a node gives its clients to come back with. Published adapters have 16 to 32. */
const LONGEST = 128;

/**
 * The place that a client claims. What it says of itself may be anything: then it is new here.
 * @see socket.io 4 documentation, "Connection state recovery": `pid` and `offset` beside the credentials
 */
export function recall(
  keeper: Keeper<Parcel> | undefined,
  { entire, handshake, client }: Arrival,
  judged: boolean,
): Found<Parcel> | undefined | Promise<Found<Parcel> | undefined> {
  if (!keeper || !entire) return undefined;
  const { pid, offset } = handshake.auth;
  if (typeof pid !== 'string' || isLong(pid) || isLong(offset)) return undefined;
  return keeper.recall(pid, offset, judged, (limit) => client.limited(limit));
}

function isLong(text: unknown): boolean {
  return typeof text === 'string' && text.length > LONGEST;
}

/** Ends that nobody has wished for. @see socket.io 4 documentation, "Connection state recovery"; `slow consumer` is ours */
export const recoverable: ReadonlySet<DisconnectReason> = new Set([
  'transport error',
  'transport close',
  'forced close',
  'ping timeout',
  'server shutting down',
  'forced server close',
  'slow consumer',
]);
