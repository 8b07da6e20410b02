/** The end of each tick: every session that was told something writes once. */
import type { Codec } from '../codec/codec.js';
import { Trail } from './trail.js';

export interface Flushable {
  flush(): void;
}

export class Ticks {
  // Lists are emptied place by place: to set their lengths in each tick costs 2 % of an event there and back.
  #dirty: (Flushable | undefined)[] = [];
  #count = 0;
  /** The list of the tick before, empty, for the next one. */
  #spare: (Flushable | undefined)[] = [];
  readonly #roots: (Trail | undefined)[] = [];
  #due = false;
  readonly #run = () => this.#flush();

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

  /** Calls `flush` once when the current tick is over. */
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
      while (next < count) take(dirty, next++)?.flush();
    } finally {
      // If one throws, the others still get theirs.
      for (; next < count; next++) this.add(take(dirty, next) as Flushable);
      this.#spare = dirty;
    }
  }
}

function take(list: (Flushable | undefined)[], place: number): Flushable | undefined {
  const session = list[place];
  list[place] = undefined;
  return session;
}
