/** A polling client moves to a WebSocket: probe, release of the waiting poll, then the swap. */
import type { Codec, Decoder, Frame } from '../codec/codec.js';
import type { DisconnectReason } from '../errors.js';
import {
  type Batch,
  type CloseManner,
  nobody,
  type Transport,
  type TransportEvents,
} from '../transport/transport.js';
import type { Household } from './household.js';
import { written } from './signals.js';
import { Alarm, type Wheel } from './wheel.js';

/** Why a new connection is sent away. */
const TOO_EARLY = 'a packet before the move to this connection';
const TOO_LATE = 'no move to this connection within upgradeTimeout';
/** Milliseconds between two looks for a poll that has to be released. */
const RELEASE_INTERVAL = 100;

export interface HandoverEvents {
  /** The old way. */
  readonly carrier: Pick<Transport, 'busy'> | undefined;
  /** Ends a waiting poll with a noop, if one waits. @param probed the connection that the client has just tried */
  release(probed?: Transport): void;
  /**
   * The client has moved. @returns `false` while something that it sent the old way has not been taken, or it has not
   * taken what was sent the new way
   */
  moved(to: Transport): boolean;
  /** It has not; the polling session goes on untouched. @param why the new connection was sent away, if it was */
  abandoned(why?: string): void;
}

/** @see engine.io-protocol v4, "Upgrade" */
export class Handover implements TransportEvents {
  readonly #to: Transport;
  readonly #codec: Codec;
  readonly #decoder: Decoder;
  readonly #wheel: Wheel;
  /** Milliseconds. */
  readonly #patience: number;
  readonly #up: HandoverEvents;
  readonly #deadline = new Alarm({ rung: (heldUp) => this.#late(heldUp) });
  readonly #releases = new Alarm({ rung: () => this.#release() });
  /** Whether the first poll after the probe is still to come; it was under way when the client paused. */
  #expecting = false;
  /** The client has moved, and is not heard before all that it said the old way. */
  #moving = false;
  #over = false;

  constructor(
    to: Transport,
    codec: Codec,
    { wheel, limits }: Pick<Household, 'wheel' | 'limits'>,
    up: HandoverEvents,
  ) {
    this.#to = to;
    this.#codec = codec;
    this.#decoder = codec.decoder(limits);
    this.#wheel = wheel;
    this.#up = up;
    this.#patience = limits.upgradeTimeout;
    this.#deadline.start(wheel, this.#patience);
  }

  /** Whether the client has moved, or will not. */
  get over(): boolean {
    return this.#over;
  }

  received(frame: Frame): void {
    if (this.#over) return;
    const signal = this.#decoder.decode(frame);
    if (signal?.type === 'ping' && signal.data === 'probe') this.#probed();
    else if (signal?.type === 'upgrade') this.#move();
    // Anything else before the swap would be out of order; only the new connection ends.
    else this.#refuse(signal?.type === 'malformed' ? signal.why : TOO_EARLY);
  }

  writable(): void {
    if (this.#moving && !this.#over) this.#move();
  }

  closed(_reason: DisconnectReason, description?: unknown): void {
    // Frames that broke the rules have had their answer.
    this.#leave('orderly', description instanceof RangeError ? description.message : undefined);
  }

  /** A poll has come to wait: the client may be unable to move before its answer. */
  polled(): void {
    if (!this.#expecting || this.#moving || this.#over) return;
    this.#expecting = false;
    this.#up.release();
  }

  /** Closes the new connection; may be called twice. */
  abandon(): void {
    this.#leave('orderly');
  }

  /** Nobody waits any more for the new connection, closed as it may be, to be gone. */
  drop(): void {
    this.#to.close('abort');
  }

  /**
   * The client moves once nothing of its own is on the way any more, and once it has all of a poll's answer. It polls no
   * more by then: to send it away would end it.
   */
  #late(heldUp: boolean): void {
    if (heldUp) this.#deadline.lookAgain(this.#wheel);
    else if (this.#up.carrier?.busy) this.#deadline.start(this.#wheel, this.#patience);
    else this.#refuse(TOO_LATE);
  }

  #refuse(why: string): void {
    this.#leave('malformed', why);
  }

  #leave(manner: CloseManner, why?: string): void {
    if (this.#over) return;
    this.#end();
    this.#to.close(manner, why);
    this.#up.abandoned(why);
  }

  #probed(): void {
    // Whoever asks again and does not read has the answer coming: all of them would be hundreds of megabytes.
    if (this.#to.writable) this.#to.send(written(this.#codec, { type: 'pong', data: 'probe' }));
    this.#release(this.#to);
    this.#expecting = true;
  }

  /** The client waits for the answer of its poll before it moves; a poll may come between probe and move. */
  #release(probed?: Transport): void {
    if (this.#moving) return this.#move();
    this.#up.release(probed);
    if (this.#over) return;
    this.#releases.start(this.#wheel, RELEASE_INTERVAL);
  }

  #move(): void {
    this.#moving = true;
    if (this.#up.moved(this.#to)) return this.#end();
    this.#to.flow(false);
    this.#releases.start(this.#wheel, RELEASE_INTERVAL);
  }

  #end(): void {
    this.#over = true;
    this.#deadline.stop();
    this.#releases.stop();
  }
}

/**
 * The old connection's end. It may still answer a poll that waits, since the client waits for that answer.
 * @returns what it was given and the client has certainly not received
 */
export function retire(from: Transport, codec: Codec): Batch | undefined {
  from.reportTo(nobody);
  const unsent = from.reclaim();
  if (from.writable) from.send(written(codec, { type: 'noop' }));
  from.close('orderly');
  return unsent;
}
