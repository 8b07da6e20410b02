/** How much may wait for one client, and how fast it must come for it. */
import process from 'node:process';
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

/** How often a client is looked at in each deadline. */
const LOOKS = 4;
/** As much of the soft limit a batch counts for at least that we have cut short: a poll in half a second is not slow. */
const SHORT_BATCH = 1 / 16;

/**
 * Held against one client: what it has to take, and by when. While more than the soft limit waits, it must take as much as
 * the soft limit in each deadline, in the long run: with what it takes it earns time, a deadline of it at most. A slow but
 * steady reader stays, one that reads a byte now and then does not, nor one that has stopped, however much it took before.
 */
export class Pressure {
  readonly #wheel: Wheel;
  readonly #limits: PressureLimits;
  readonly #gauge: Gauge;
  readonly #nextLook = new Alarm({ rung: () => this.#judge() });
  /** The most that had been taken at a look: what is given back, and taken again, earns nothing. */
  #mark = 0;
  /** Looks that it has left. */
  #credit = 0;
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
    else if (!this.#nextLook.set) this.#begin();
  }

  /**
   * A batch leaves; there may have been nothing under way before it, and the client comes for it by a poll.
   * @param isShort whether the transport would not have had more of such messages in it, whatever the client can take
   */
  leaves(bytes: number, isShort: boolean): void {
    if (isShort) this.#earn(LOOKS * SHORT_BATCH);
    if (bytes > this.#limits.softBufferLimit) this.#credit = Math.max(this.#credit, this.#timeFor(bytes));
  }

  stop(): void {
    this.#nextLook.stop();
  }

  #begin(): void {
    this.#mark = this.#gauge.taken;
    this.#credit = Math.max(LOOKS, this.#timeFor(this.#gauge.flight));
    this.#lookAgain();
  }

  #lookAgain(): void {
    this.#nextLook.start(this.#wheel, Math.ceil(this.#limits.writeDeadline / LOOKS));
  }

  #judge(): void {
    const { bytes, taken } = this.#gauge;
    if (bytes <= this.#limits.softBufferLimit) return;
    this.#credit -= 1;
    if (taken > this.#mark) {
      this.#earn(this.#worth(taken - this.#mark));
      this.#mark = taken;
    }
    if (this.#credit > 0) this.#lookAgain();
    else this.#gauge.tooSlow('took less within writeDeadline than softBufferLimit bytes');
  }

  /** Looks that so many bytes earn. */
  #worth(bytes: number): number {
    return (LOOKS * bytes) / this.#limits.softBufferLimit;
  }

  /** Looks that a batch may take: nothing is seen to leave before its end, and a large one has the time of its parts. */
  #timeFor(flight: number): number {
    return LOOKS * Math.ceil(flight / this.#limits.softBufferLimit);
  }

  /** What a large batch has left of its time stays until its end. */
  #earn(looks: number): void {
    const most = Math.max(LOOKS, this.#timeFor(this.#gauge.flight));
    this.#credit = Math.min(most, this.#credit + looks);
  }
}
