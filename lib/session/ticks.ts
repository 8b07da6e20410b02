/** The end of each tick: every session that was told something writes once; a crowd of them in several turns. */
import type { Codec } from '../codec/codec.js';
import { Trail } from './trail.js';

/** Sessions that write at the very end of their tick. More than that are a crowd. */
const FEW = 64;
/** Milliseconds that a crowd has in one turn of the event loop, at least. */
const SLICE = 1;
/** As much of what others have taken since it last had: where turns are long, a room of ten thousand would need seconds. */
const SHARE = 1 / 4;
/** Writes of a crowd between two looks at the time. */
const STEP = 16;

export interface Flushable {
  flush(): void;
}

export class Ticks {
  #told = new Queue();
  /** The queue of the tick before, empty, for the next one. */
  #spare = new Queue();
  /**
   * Those who write when the callbacks of this turn have run, a slice of them in each turn: ten thousand writes take
   * longer than others may be kept waiting. What they are told meanwhile leaves with it, in the same write. A room of a
   * thousand in which one speaks in each turn costs a third of what a write for each word would.
   */
  #crowd = new Queue();
  /** When others began to have their turns. */
  #since = 0;
  readonly #roots: (Trail | undefined)[] = [];
  #due = false;
  readonly #run = () => this.#flush();
  readonly #goOn = () => this.#flushCrowd();

  /** Where histories of this tick begin, for sessions of this codec. */
  root(codec: Codec): Trail {
    const known = this.#roots[codec.slot];
    if (known) return known;
    const root = Trail.root(codec);
    this.#roots[codec.slot] = root;
    // It leads to what was said last, and must be forgotten even if nobody is able to write it now.
    this.#schedule();
    return root;
  }

  /** Calls `flush` once when the current tick is over; where many are to be called, in one of the next turns. */
  add(session: Flushable): void {
    this.#told.add(session);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#due) return;
    this.#due = true;
    process.nextTick(this.#run);
  }

  #flush(): void {
    this.#due = false;
    const told = this.#told;
    this.#told = this.#spare;
    // What has been written must not be kept alive by the next tick's histories.
    for (let slot = 0; slot < this.#roots.length; slot++) this.#roots[slot] = undefined;
    if (told.length > FEW) return this.#queue(told);
    try {
      told.flush(FEW);
    } finally {
      // If one throws, the others still get theirs.
      if (told.length > 0) this.#queue(told);
      else this.#spare = told;
    }
  }

  #queue(told: Queue): void {
    const crowd = this.#crowd;
    if (crowd.length > 0) {
      told.moveTo(crowd);
      this.#spare = told;
    } else {
      this.#crowd = told;
      this.#spare = crowd;
      this.#giveWay();
    }
  }

  #flushCrowd(): void {
    const crowd = this.#crowd;
    const now = performance.now();
    const end = now + Math.max(SLICE, (now - this.#since) * SHARE);
    try {
      do crowd.flush(STEP);
      while (crowd.length > 0 && performance.now() < end);
    } finally {
      if (crowd.length > 0) this.#giveWay();
    }
  }

  #giveWay(): void {
    this.#since = performance.now();
    setImmediate(this.#goOn);
  }
}

/** First come, first served. */
class Queue {
  // Emptied place by place: to set its length in each tick costs 2 % of an event there and back.
  readonly #places: (Flushable | undefined)[] = [];
  #next = 0;
  #end = 0;

  get length(): number {
    return this.#end - this.#next;
  }

  add(session: Flushable): void {
    this.#places[this.#end++] = session;
  }

  /** @param most how many at most */
  flush(most: number): void {
    for (let left = most; left > 0 && this.#next < this.#end; left--) this.#take()?.flush();
    if (this.#next === this.#end) this.#next = this.#end = 0;
  }

  moveTo(other: Queue): void {
    other.#close();
    while (this.#next < this.#end) other.#places[other.#end++] = this.#take();
    this.#next = this.#end = 0;
  }

  /** A queue that is never empty must not grow by those who have gone. */
  #close(): void {
    if (this.#next < this.length) return;
    const { length } = this;
    this.#places.copyWithin(0, this.#next, this.#end);
    this.#places.fill(undefined, length, this.#end);
    this.#end = length;
    this.#next = 0;
  }

  #take(): Flushable | undefined {
    const place = this.#next++;
    const session = this.#places[place];
    this.#places[place] = undefined;
    return session;
  }
}
