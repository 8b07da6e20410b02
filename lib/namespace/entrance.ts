/** The last step into a namespace, and the way back from its door. */
import type { Found } from '../adapter/keeper.js';
import { Parcel } from '../codec/parcel.js';
import type { Packet } from '../packet.js';
import type { NamespaceOptions } from './audience.js';
import { refusalOf } from './chain.js';
import { inPieces } from './recall.js';
import { report } from './report.js';
import type { Arrival, Wire } from './wire.js';

/** A socket that is judged, or has been. */
interface Newcomer {
  readonly carrier: string;
  readonly joining: boolean;
  readonly connected: boolean;
  /** @throws what encoding throws */
  open(missed: readonly Parcel[]): void;
  /** @throws what encoding throws */
  refuse(data: { readonly message: string; readonly data?: unknown }): void;
  supersede(): void;
  expel(): void;
}

/**
 * Welcomes a client that the middlewares have let pass. Where that cannot be written, its connection ends, alone.
 * @returns whether it is there now
 */
export function letIn(
  socket: Newcomer,
  found: Found<Parcel> | undefined,
  { entire = inPieces }: Arrival,
  options: Pick<NamespaceOptions, 'onError'>,
): boolean {
  try {
    const missed = found ? found.missed(entire, socket.carrier) : [];
    if (missed) socket.open(missed);
    // Its place has been given up while the middlewares thought.
    else socket.supersede();
  } catch (error) {
    report(options, error, { socket, event: 'parser' });
    socket.expel();
  }
  return socket.connected;
}

/** Tells a client that a middleware has refused it. Where that cannot be written at all, its connection ends, alone. */
export function turnAway(socket: Newcomer, error: unknown, options: Pick<NamespaceOptions, 'onError'>): void {
  if (!socket.joining) return;
  const { message, data } = refusalOf(error);
  try {
    if (data !== undefined) return socket.refuse({ message, data });
  } catch (failure) {
    // What the middleware wanted to tell cannot be encoded; the refusal itself must reach the client.
    report(options, failure, { socket, event: 'middleware' });
  }
  try {
    socket.refuse({ message });
  } catch (failure) {
    report(options, failure, { socket, event: 'parser' });
    socket.expel();
  }
}

/**
 * Says what no program has asked for, so that none could catch what the option `parser` throws at it.
 * @returns false if it cannot be written; then the connection has to end
 */
export function announce(
  wire: Pick<Wire, 'send'>,
  packet: Packet,
  options: Pick<NamespaceOptions, 'onError'>,
  socket?: unknown,
): boolean {
  try {
    wire.send(new Parcel(packet));
    return true;
  } catch (error) {
    report(options, error, { socket, event: 'parser' });
    return false;
  }
}
