/** How a session ends, by its reason: with last words or without, how long they may take, and what the transport is told. */
import type { Codec, Frame, Malformed } from '../codec/codec.js';
import type { DisconnectReason } from '../errors.js';
import type { CloseManner, Transport } from '../transport/transport.js';
import type { Outbox } from './outbox.js';
import { written } from './signals.js';
import { Alarm, type Wheel } from './wheel.js';

/** Milliseconds in which a closing session may still be asked for its last words; anew while enough of them is taken. */
export const LINGER = 30_000;
/** As much of what may wait for an open one is enough. */
const STEADY = 1 / 2;

/** Ends that the client has made, or that no last word can follow. */
const abrupt: ReadonlySet<DisconnectReason> = new Set([
  'transport close',
  'transport error',
  'ping timeout',
  'slow consumer',
]);

/** Ends after which nobody comes for what waits; what can leave at once does. */
const brisk: ReadonlySet<DisconnectReason> = new Set([
  ...abrupt,
  'parse error',
  'forced close',
  'client namespace disconnect',
]);

const manners: Partial<Record<DisconnectReason, CloseManner>> = {
  'parse error': 'malformed',
  'forced close': 'malformed',
  // Somebody who does not answer a heartbeat will not answer a close frame.
  'ping timeout': 'abort',
  'slow consumer': 'abort',
};

/**
 * `patient`: the client may come for what waits. `brisk`: what waits leaves at once, or not at all. `stern`: the same, and
 * the client is told that it has broken the rules.
 */
export type Pace = 'patient' | 'brisk' | 'stern';

/** How a session ends whose client has broken the rules. @see socket.io 4, disconnect reasons */
export function verdictOn(fault: 'heartbeat' | Malformed): [DisconnectReason, string, undefined, Pace?] {
  if (fault === 'heartbeat') return ['transport error', 'invalid heartbeat direction', undefined, 'stern'];
  return [fault.layer === 'engine' ? 'parse error' : 'forced close', fault.why, undefined];
}

/** What a session has at its end. */
export interface Estate {
  readonly transport: Transport;
  readonly outbox: Outbox;
  readonly codec: Codec;
  readonly house: {
    readonly wheel: Wheel;
    readonly limits: { readonly softBufferLimit: number };
  };
}

export class Farewell {
  readonly #reason: DisconnectReason;
  readonly #manner: CloseManner;
  readonly #isBrisk: boolean;
  readonly #estate: Estate;
  readonly #alarm: Alarm;
  readonly #overdue: () => void;
  #transport: Transport;
  /** What had been taken when it was looked at last; `undefined` where the time is fixed. */
  #taken: number | undefined;
  #why: string | undefined;
  #said = false;

  /**
   * @param lingerMs how long the client may take to come for its last words, and to answer them
   * @param pace where it is not what the reason suggests
   * @param overdue called when it has taken longer; the transport has been told to abort
   */
  constructor(
    reason: DisconnectReason,
    estate: Estate,
    lingerMs: number,
    pace: Pace | undefined,
    overdue: () => void,
  ) {
    this.#reason = reason;
    this.#manner = pace ? (pace === 'stern' ? 'malformed' : 'orderly') : (manners[reason] ?? 'orderly');
    // Nobody lingers for a client that breaks the rules.
    this.#isBrisk = pace ? pace !== 'patient' : brisk.has(reason);
    this.#estate = estate;
    this.#transport = estate.transport;
    this.#overdue = overdue;
    if (lingerMs === LINGER) this.#taken = estate.outbox.taken;
    this.#alarm = new Alarm({ rung: () => this.#judge() });
    this.#alarm.start(estate.house.wheel, lingerMs);
  }

  /** Whether the client may still go on to another transport: it may have left this one, and would hear nothing more. */
  get patient(): boolean {
    return !this.#isBrisk;
  }

  /** It has. */
  carryBy(transport: Transport): void {
    this.#transport = transport;
    this.proceed();
  }

  /** What waits leaves, and the end behind it. @param why told to a client that has broken the rules, if it is a text */
  begin(why?: unknown): void {
    if (this.#manner === 'malformed' && typeof why === 'string') this.#why = why;
    if (!abrupt.has(this.#reason)) {
      this.#transport.flow(true);
      this.#estate.outbox.flush();
      this.proceed();
    }
    if (this.#isBrisk) this.#leave();
  }

  /** The transport has taken something. */
  proceed(): void {
    const transport = this.#transport;
    // A goodbye has a poll of its own: clients 4.x drop the packets that they find in one body with it.
    if (this.#estate.outbox.empty && (!transport.saysGoodbye || transport.writable)) this.#leave();
  }

  /** A client that says goodbye as well does not come for ours. */
  received(frame: Frame): void {
    if (frame === this.#estate.codec.signal({ type: 'close' })) this.#leave();
  }

  /** A closing session can be told to hurry, not to take more time. */
  hurry(lingerMs: number): void {
    if (lingerMs >= LINGER) return;
    this.#taken = undefined;
    this.#alarm.start(this.#estate.house.wheel, lingerMs);
  }

  /** The session has ended. Its transport may have said so before it was told, and a body may still be coming by it. */
  stop(): void {
    this.#alarm.stop();
    if (!this.#said) this.#transport.close('orderly');
  }

  /** Time is up, unless the client has taken much meanwhile. */
  #judge(): void {
    const { outbox, house } = this.#estate;
    const least = (this.#taken ?? Number.POSITIVE_INFINITY) + STEADY * house.limits.softBufferLimit;
    if (outbox.taken < least) {
      this.#said = true;
      this.#transport.close('abort');
      return this.#overdue();
    }
    this.#taken = outbox.taken;
    this.#alarm.start(house.wheel, LINGER);
  }

  #leave(): void {
    if (this.#said) return;
    this.#said = true;
    const { outbox, codec } = this.#estate;
    const transport = this.#transport;
    outbox.clear();
    if (transport.saysGoodbye && transport.writable) transport.send(written(codec, { type: 'close' }));
    transport.close(this.#manner, this.#why);
  }
}
