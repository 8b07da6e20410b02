/** How a session ends, by its reason: with last words or without, how long they may take, and what the transport is told. */
import type { Malformed } from '../codec/codec.js';
import type { DisconnectReason } from '../errors.js';
import type { CloseManner } from '../transport/transport.js';
import { Alarm, type Wheel } from './wheel.js';

/** Milliseconds in which a closing session may still be asked for its last words. */
export const LINGER = 30_000;

/** Ends that the client has made, or that no last word can follow. */
const abrupt: ReadonlySet<DisconnectReason> = new Set([
  'transport close',
  'transport error',
  'ping timeout',
  'slow consumer',
]);

const manners: Partial<Record<DisconnectReason, CloseManner>> = {
  'parse error': 'malformed',
  'forced close': 'malformed',
  // Somebody who does not answer a heartbeat will not answer a close frame.
  'ping timeout': 'abort',
  'slow consumer': 'abort',
};

/** The reason of a session that a malformed frame has ended. @see socket.io 4, disconnect reasons */
export function reasonOf({ layer }: Malformed): DisconnectReason {
  return layer === 'engine' ? 'parse error' : 'forced close';
}

export class Farewell {
  readonly #reason: DisconnectReason;
  readonly #wheel: Wheel;
  readonly #alarm: Alarm;
  #said = false;

  /** @param overdue called when the client has not come for its last words, or does not answer them */
  constructor(reason: DisconnectReason, wheel: Wheel, lingerMs: number, overdue: () => void) {
    this.#reason = reason;
    this.#wheel = wheel;
    this.#alarm = new Alarm(overdue);
    this.#alarm.start(wheel, lingerMs);
  }

  /** Whether what still waits is dropped. */
  get abrupt(): boolean {
    return abrupt.has(this.#reason);
  }

  /** Whether what waits leaves at once or not at all: nobody lingers for a client that breaks the rules. */
  get brisk(): boolean {
    return this.abrupt || this.manner === 'malformed';
  }

  get manner(): CloseManner {
    return manners[this.#reason] ?? 'orderly';
  }

  /** @returns whether it is said now: it is said once */
  say(): boolean {
    if (this.#said) return false;
    this.#said = true;
    return true;
  }

  /** A closing session can be told to hurry, not to take more time. */
  hurry(lingerMs: number): void {
    if (lingerMs < LINGER) this.#alarm.start(this.#wheel, lingerMs);
  }

  stop(): void {
    this.#alarm.stop();
  }
}
