/** The end of each tick: every session that was told something writes once. */
import type { Codec } from '../codec/codec.js';
import { Trail } from './trail.js';

export interface Flushable {
  flush(): void;
}

export class Ticks {
  #dirty: Flushable[] = [];
  /** The list of the tick before, empty, for the next one. */
  #spare: Flushable[] = [];
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
    this.#dirty.push(session);
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
    this.#dirty = this.#spare;
    // What has been written must not be kept alive by the next tick's histories.
    this.#roots.length = 0;
    let next = 0;
    try {
      while (next < dirty.length) dirty[next++]?.flush();
    } finally {
      // If one throws, the others still get theirs.
      for (; next < dirty.length; next++) this.add(dirty[next] as Flushable);
      dirty.length = 0;
      this.#spare = dirty;
    }
  }
}
