/** What was said in a namespace, in order; bounded in bytes and time, and forgotten in large pieces. */
import type { BroadcastOptions } from './contract.js';
import type { Kept } from './keeper.js';

/** One event, and who was meant by it. */
export interface Entry {
  readonly kept: Kept;
  /** The id of the only socket that was meant. */
  readonly only: string | undefined;
  /** Rooms; none means everybody. */
  readonly rooms: readonly string[] | undefined;
  readonly except: readonly string[] | undefined;
}

/** Entries that are forgotten together. */
interface Segment {
  readonly entries: Entry[];
  /** The number before that of the first entry. */
  readonly before: number;
  readonly began: number;
  bytes: number;
}

/** A part of each bound after which a new segment begins: so much less may be remembered than the bound allows. */
const PARTS = 8;
/** Memory of one entry beside its bytes, in bytes; measured. */
const ENTRY_BYTES = 250;

export class History {
  readonly #maxBytes: number;
  readonly #maxAge: number;
  #segments: Segment[] = [];
  #bytes = 0;
  #last = 0;
  #forgotten = 0;

  /** @param maxAge milliseconds for which an entry is remembered, unless there are too many; then at most an eighth more */
  constructor(maxBytes: number, maxAge: number) {
    this.#maxBytes = maxBytes;
    this.#maxAge = maxAge;
  }

  /** The number of the latest entry; they begin with 1. */
  get last(): number {
    return this.#last;
  }

  /** The highest number that is forgotten. */
  get forgotten(): number {
    return this.#forgotten;
  }

  /** The number before which the segments end that are complete. */
  get mark(): number {
    return this.#segments.at(-1)?.before ?? this.#last;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get empty(): boolean {
    return this.#segments.length === 0;
  }

  /** @param meant the only socket that is meant, or a selection */
  add(kept: Kept, meant: string | BroadcastOptions): void {
    const now = performance.now();
    const segment = this.#current(now);
    const bytes = kept.bytes + ENTRY_BYTES;
    segment.entries.push(entryOf(kept, meant));
    segment.bytes += bytes;
    this.#bytes += bytes;
    this.#last += 1;
    while (this.#bytes > this.#maxBytes) this.#forget();
  }

  /**
   * Forgets what is too old.
   * @returns milliseconds until there is something to forget again
   */
  expire(): number {
    const now = performance.now();
    for (let next = this.#segments[0]; next; next = this.#segments[0]) {
      const left = next.began + (this.#maxAge * (PARTS + 1)) / PARTS - now;
      if (left > 0) return left;
      this.#forget();
    }
    return this.#maxAge;
  }

  /** Calls for each remembered entry with a higher number, the latest first. */
  backward(after: number, visit: (entry: Entry, number: number) => void): void {
    let number = this.#last;
    for (let index = this.#segments.length - 1; index >= 0; index--) {
      const entries = this.#segments[index]?.entries ?? [];
      for (let at = entries.length - 1; at >= 0; at--, number--) {
        const entry = entries[at];
        if (number <= after || !entry) return;
        visit(entry, number);
      }
    }
  }

  clear(): void {
    while (!this.empty) this.#forget();
  }

  #current(now: number): Segment {
    const segment = this.#segments.at(-1);
    const fits =
      segment && segment.bytes < this.#maxBytes / PARTS && now - segment.began < this.#maxAge / PARTS;
    if (fits) return segment;
    const next = { entries: [], before: this.#last, began: now, bytes: 0 };
    this.#segments.push(next);
    return next;
  }

  #forget(): void {
    const segment = this.#segments.shift();
    if (!segment) return;
    this.#bytes -= segment.bytes;
    this.#forgotten = segment.before + segment.entries.length;
  }
}

function entryOf(kept: Kept, meant: string | BroadcastOptions): Entry {
  if (typeof meant === 'string') return { kept, only: meant, rooms: undefined, except: undefined };
  return { kept, only: undefined, rooms: listOf(meant.rooms), except: listOf(meant.except) };
}

function listOf(rooms: Set<string> | undefined): readonly string[] | undefined {
  return rooms && rooms.size > 0 ? [...rooms] : undefined;
}
