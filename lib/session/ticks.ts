/** The end of each tick: every session that was told something writes once; a crowd of them in several turns. */
import type { Codec } from '../codec/codec.js';
import { Trail } from './trail.js';

/** Sessions that write at the very end of their tick. More than that are a crowd. */
const FEW = 64;
/** Milliseconds that a crowd has in one turn of the event loop. */
const SLICE = 1;
/** Writes of a crowd between two looks at the time. */
const STEP = 16;

export interface Flushable {
  flush(): void;
}

export class Ticks {
  // Lists are emptied place by place: to set their lengths in each tick costs 2 % of an event there and back.
  #dirty: (Flushable | undefined)[] = [];
  #count = 0;
  /** The list of the tick before, empty, for the next one. */
  #spare: (Flushable | undefined)[] = [];
  /**
   * Those who write when the callbacks of this turn have run, a slice of them in each turn: ten thousand writes take
   * longer than others may be kept waiting. What they are told meanwhile leaves with it, in the same write. A room of a
   * thousand in which one speaks in each turn costs a quarter of what a write for each word would.
   */
  readonly #crowd = new Queue();
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
    this.#dirty[this.#count++] = session;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#due) return;
    this.#due = true;
    process.nextTick(this.#run);
  }

  #flush(): void {
    this.#due = false;
    const dirty = this.#dirty;
    const count = this.#count;
    this.#dirty = this.#spare;
    this.#count = 0;
    // What has been written must not be kept alive by the next tick's histories.
    for (let slot = 0; slot < this.#roots.length; slot++) this.#roots[slot] = undefined;
    let next = 0;
    try {
      if (count <= FEW) while (next < count) take(dirty, next++)?.flush();
    } finally {
      // If one throws, the others still get theirs.
      if (next < count) this.#queue(dirty, next, count);
      this.#spare = dirty;
    }
  }

  #queue(list: (Flushable | undefined)[], from: number, to: number): void {
    if (this.#crowd.empty) setImmediate(this.#goOn);
    this.#crowd.add(list, from, to);
  }

  #flushCrowd(): void {
    const crowd = this.#crowd;
    const end = performance.now() + SLICE;
    try {
      do crowd.flush(STEP);
      while (!crowd.empty && performance.now() < end);
    } finally {
      if (!crowd.empty) setImmediate(this.#goOn);
    }
  }
}

/** First come, first served. */
class Queue {
  readonly #places: (Flushable | undefined)[] = [];
  #next = 0;
  #end = 0;

  get empty(): boolean {
    return this.#next === this.#end;
  }

  /** Takes those in the places of a list, which are empty then. */
  add(list: (Flushable | undefined)[], from: number, to: number): void {
    this.#close();
    for (let place = from; place < to; place++) this.#places[this.#end++] = take(list, place);
  }

  /** @param most how many at most */
  flush(most: number): void {
    const last = Math.min(this.#next + most, this.#end);
    while (this.#next < last) take(this.#places, this.#next++)?.flush();
  }

  /** A queue that is never empty must not grow by those who have gone. */
  #close(): void {
    const length = this.#end - this.#next;
    if (this.#next < length) return;
    this.#places.copyWithin(0, this.#next, this.#end);
    this.#places.fill(undefined, length, this.#end);
    this.#next = 0;
    this.#end = length;
  }
}

function take(list: (Flushable | undefined)[], place: number): Flushable | undefined {
  const session = list[place];
  list[place] = undefined;
  return session;
}
