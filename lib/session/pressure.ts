/** How much may wait for one client, and how fast it must come for it. */
import { EAGER_BYTES } from './trail.js';
import { Alarm, type Wheel } from './wheel.js';

export interface PressureLimits {
  readonly softBufferLimit: number;
  readonly hardBufferLimit: number;
  readonly writeDeadline: number;
}

/** Limits from which on so few bytes, and what a socket buffers while it can be written, are nothing to judge. */
const ROOMY = 16 * EAGER_BYTES;

/** Whether what comes together in one turn, and what a socket still holds of it, cannot reach these limits. */
export function isRoomy({ softBufferLimit, hardBufferLimit }: PressureLimits): boolean {
  return softBufferLimit >= ROOMY && hardBufferLimit >= 2 * ROOMY;
}

/** What is watched. */
export interface Gauge {
  /** Bytes that wait. */
  readonly bytes: number;
  /** Bytes that have left since the beginning. */
  readonly taken: number;
  /** Bytes of the batch that leaves; its progress can't be seen before its end. */
  readonly flight: number;
  /** More waits than the limits allow: it takes nothing more. The session hears of it in a tick of its own. */
  tooSlow(why: string): void;
}

/**
 * Held against one client: what it has to take, and by when. While more than the soft limit waits, a deadline runs. In
 * each span of it the client must take at least as much as the soft limit: a slow but steady reader stays, one that reads
 * a byte now and then does not.
 */
export class Pressure {
  readonly #wheel: Wheel;
  readonly #limits: PressureLimits;
  readonly #gauge: Gauge;
  readonly #deadline = new Alarm({ rung: () => this.#judge() });
  /** What had been taken when this span began. */
  #mark = 0;
  /** Spans in which nothing need be seen to leave: a large batch is allowed the time of its parts. */
  #grace = 0;
  #excused = 0;
  #isFresh = false;

  constructor(wheel: Wheel, limits: PressureLimits, gauge: Gauge) {
    this.#wheel = wheel;
    this.#limits = limits;
    this.#gauge = gauge;
  }

  /** Bytes of memory that do not count against the hard limit. */
  get excused(): number {
    return this.#excused;
  }

  /** So much is about to be told in this tick and does not count, until nothing waits any more. */
  excuse(bytes: number): void {
    this.#excused += bytes;
    this.#isFresh = true;
    process.nextTick(() => {
      this.#isFresh = false;
      this.watch();
    });
  }

  /** Looks at what waits now. */
  watch(): void {
    const { bytes } = this.#gauge;
    if (bytes === 0 && !this.#isFresh) this.#excused = 0;
    if (bytes <= this.#limits.softBufferLimit) this.stop();
    else if (!this.#deadline.set) this.#span();
  }

  stop(): void {
    this.#deadline.stop();
  }

  #span(): void {
    const { taken, flight } = this.#gauge;
    this.#mark = taken;
    this.#grace = Math.ceil(flight / this.#limits.softBufferLimit) - 1;
    this.#deadline.start(this.#wheel, this.#limits.writeDeadline);
  }

  #judge(): void {
    const { softBufferLimit, writeDeadline } = this.#limits;
    if (this.#gauge.bytes <= softBufferLimit) return;
    if (this.#gauge.taken - this.#mark >= softBufferLimit) return this.#span();
    if (this.#grace-- > 0) return this.#deadline.start(this.#wheel, writeDeadline);
    this.#gauge.tooSlow('took less within writeDeadline than softBufferLimit bytes');
  }
}
