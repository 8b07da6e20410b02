/** What was said in a namespace, in order; bounded in bytes and time, and forgotten in large pieces. */
import type { BroadcastOptions } from './contract.js';
import type { Kept } from './keeper.js';
import { Paper } from './paper.js';
import { Segment, type Selection, type Whom } from './segment.js';

/** A part of each bound after which a new segment begins: so much less may be remembered than the bound allows. */
const PARTS = 8;

export class History {
  readonly #maxBytes: number;
  readonly #maxAge: number;
  readonly #paper: Paper;
  readonly #segments: Segment[] = [];
  /** The one that is written. */
  #current: Segment | undefined;
  /** Bytes of all segments beside the paper. */
  #bytes = 0;
  #last = 0;
  #forgotten = 0;
  #displaced = 0;

  /** @param maxAge milliseconds for which an entry is remembered, unless there are too many; an eighth more at most, if `expire` is called in time */
  constructor(maxBytes: number, maxAge: number) {
    this.#maxBytes = maxBytes;
    this.#maxAge = maxAge;
    this.#paper = new Paper(maxBytes);
  }

  /** The number of the latest entry; they begin with 1. */
  get last(): number {
    return this.#last;
  }

  /** The highest number that is forgotten. */
  get forgotten(): number {
    return this.#forgotten;
  }

  /** The highest number that is forgotten for want of room. */
  get displaced(): number {
    return this.#displaced;
  }

  /** The number before which the segments end that are complete. */
  get mark(): number {
    return this.#current?.before ?? this.#last;
  }

  /** Of memory, about. */
  get bytes(): number {
    return this.#bytes + this.#paper.bytes;
  }

  /** Milliseconds after which another segment begins, and `expire` has to be called. */
  get span(): number {
    return this.#maxAge / PARTS;
  }

  get empty(): boolean {
    return this.#segments.length === 0;
  }

  /**
   * Does not look at the clock: whoever calls `expire` when it is time does.
   * @param meant the number of the only client that is meant, from 1 on, or a selection
   */
  add(kept: Kept, meant: number | BroadcastOptions): void {
    const segment = this.#segment();
    const before = segment.bytes;
    segment.add(kept, typeof meant === 'number' ? meant : selectionOf(meant));
    this.#bytes += segment.bytes - before;
    this.#last += 1;
    while (this.bytes > this.#maxBytes) if (!this.#paper.shed()) this.#displace();
  }

  /**
   * Forgets what is too old.
   * @returns milliseconds after which it is to be called again
   */
  expire(): number {
    const now = performance.now();
    const current = this.#current;
    if (current && now - current.began >= this.span) this.#close(current);
    // Where time is the bound, less is said than there is paper for.
    while (this.#paper.shed());
    for (let next = this.#segments[0]; next?.closed !== undefined; next = this.#segments[0]) {
      const left = next.closed + this.#maxAge - now;
      if (left > 0) return Math.min(left, this.#left(now));
      this.#forget();
    }
    return this.#left(now);
  }

  /**
   * Goes back from the latest entry.
   * @param after the number at which to stop
   * @param isMeant asked of each
   * @param found called for those who are meant
   */
  backward(
    after: number,
    isMeant: (whom: Whom, number: number) => boolean,
    found: (kept: Kept, number: number) => void,
  ): void {
    for (let index = this.#segments.length - 1; index >= 0; index--) {
      const segment = this.#segments[index];
      if (!segment || segment.last <= after) return;
      segment.backward(after, isMeant, found);
    }
  }

  clear(): void {
    while (!this.empty) this.#forget();
  }

  /** Milliseconds that may still be added to the segment that is written; as many as one has, if none is. */
  #left(now: number): number {
    return this.#current ? this.#current.began + this.span - now : this.span;
  }

  #segment(): Segment {
    const current = this.#current;
    if (current && current.size < this.#maxBytes / PARTS) return current;
    if (current) this.#close(current);
    const next = new Segment(this.#last, performance.now(), this.#paper, this.#segments.at(-1));
    this.#segments.push(next);
    this.#current = next;
    return next;
  }

  #close(segment: Segment): void {
    segment.closed = performance.now();
    this.#current = undefined;
  }

  #displace(): void {
    this.#forget();
    this.#displaced = this.#forgotten;
  }

  #forget(): void {
    const segment = this.#segments.shift();
    if (!segment) return;
    segment.release(this.#segments[0]);
    this.#bytes -= segment.bytes;
    this.#forgotten = segment.last;
    if (segment === this.#current) this.#current = undefined;
    if (!this.empty) return;
    while (this.#paper.shed());
  }
}

function selectionOf({ rooms, except }: BroadcastOptions): Selection {
  return { rooms: listOf(rooms), except: listOf(except) };
}

function listOf(rooms: Set<string> | undefined): readonly string[] | undefined {
  return rooms && rooms.size > 0 ? [...rooms] : undefined;
}
