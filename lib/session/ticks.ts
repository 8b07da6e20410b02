/** The end of each tick: every session that was told something writes once; where they are many, in several turns. */
import process from 'node:process';
import type { Codec } from '../codec/codec.js';
import { Queue } from '../queue.js';
import { Trail } from './trail.js';

/** Sessions that write at the very end of their tick: a fraction of a millisecond. More than that have to queue. */
const FEW = 64;
/** Milliseconds that those in the queue have in a turn of the event loop at least. */
const SLICE = 1;
/** What they have for each millisecond of others since then: where turns are long, a slice alone would take them seconds. */
const SHARE = 1 / 4;
/** What they have at most: after a pause of the whole process, everybody waits. */
const MOST = 20;
/** Writes between two looks at the time. */
const STEP = 16;

/** Somebody who writes when it is time. */
export interface Writer {
  /** Told once for each time that it was added. */
  due(): void;
}

/** Knows who has something to write, and when it is time. */
export class Ticks {
  // Lists are emptied place by place: to set their lengths in each tick costs 2 % of an event there and back.
  #told: (Writer | undefined)[] = [];
  #count = 0;
  /** The list of the tick before, empty, for the next one. */
  #spare: (Writer | undefined)[] = [];
  /**
   * Those who write when the callbacks of this turn have run, a slice of them in each turn: ten thousand writes take
   * longer than others may be kept waiting. What they are told meanwhile leaves with it, in the same write.
   */
  readonly #queue = new Queue<Writer>();
  /** When others began to have their turns. */
  #since = 0;
  readonly #roots: (Trail | undefined)[] = [];
  #due = false;
  readonly #run = () => this.#end();
  readonly #goOn = () => this.#slice();

  /** Where histories of this tick begin, for sessions of this codec; those in the queue stay on theirs. */
  root(codec: Codec): Trail {
    const known = this.#roots[codec.slot];
    if (known) return known;
    const root = Trail.root(codec);
    this.#roots[codec.slot] = root;
    // It leads to what was said last, and must be forgotten even if nobody is able to write it now.
    this.#schedule();
    return root;
  }

  /** Tells it once when the current tick is over; where many are to be told, in one of the next turns. */
  add(writer: Writer): void {
    this.#told[this.#count++] = writer;
    this.#schedule();
  }

  #schedule(): void {
    if (this.#due) return;
    this.#due = true;
    process.nextTick(this.#run);
  }

  #end(): void {
    this.#due = false;
    const told = this.#told;
    const count = this.#count;
    this.#told = this.#spare;
    this.#count = 0;
    // What has been written must not be kept alive by the next tick's histories.
    for (let slot = 0; slot < this.#roots.length; slot++) this.#roots[slot] = undefined;
    let next = 0;
    try {
      if (count <= FEW) while (next < count) take(told, next++)?.due();
    } finally {
      // If one throws, the others still get theirs.
      if (next < count) this.#enqueue(told, next, count);
      this.#spare = told;
    }
  }

  #enqueue(list: (Writer | undefined)[], from: number, to: number): void {
    if (this.#queue.empty) this.#giveWay();
    for (let place = from; place < to; place++) {
      const writer = take(list, place);
      if (writer) this.#queue.add(writer);
    }
  }

  #slice(): void {
    const queue = this.#queue;
    const now = performance.now();
    const end = now + Math.min(Math.max(SLICE, (now - this.#since) * SHARE), MOST);
    try {
      do for (let step = 0; step < STEP; step++) queue.take()?.due();
      while (!queue.empty && performance.now() < end);
    } finally {
      if (!queue.empty) this.#giveWay();
    }
  }

  #giveWay(): void {
    this.#since = performance.now();
    setImmediate(this.#goOn);
  }
}

function take(list: (Writer | undefined)[], place: number): Writer | undefined {
  const writer = list[place];
  list[place] = undefined;
  return writer;
}
