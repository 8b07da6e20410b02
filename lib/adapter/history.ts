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

/** Who is meant by an event that is not for one socket alone. */
type Selection = Pick<Entry, 'rooms' | 'except'>;

/**
 * Events that are forgotten together. What each is and who was meant stand in two lists, and the usual event, one text
 * for one socket, is nothing but that text: every object that lives as long is moved twice by the garbage collector,
 * and four more of them for each event cost 0.15 µs.
 */
interface Segment {
  readonly said: (string | Kept)[];
  readonly meant: (string | Selection)[];
  /** The number before that of the first entry. */
  readonly before: number;
  readonly began: number;
  bytes: number;
}

/** A part of each bound after which a new segment begins: so much less may be remembered than the bound allows. */
const PARTS = 8;
/** Memory beside the bytes of what was said, in bytes; measured: of a text for one socket, and what others take more. */
const TEXT_BYTES = 50;
const SELECTION_BYTES = 100;
const FRAMES_BYTES = 200;
/** Of the name of a room, beside its letters: it may have no other members by then. */
const NAME_BYTES = 50;

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
    const said = textOf(kept) ?? kept;
    segment.said.push(said);
    segment.meant.push(typeof meant === 'string' ? meant : selectionOf(meant));
    const bytes = memoryFor(said, kept.bytes) + memoryBeside(said, meant);
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
      const segment = this.#segments[index];
      for (let at = (segment?.said.length ?? 0) - 1; at >= 0; at--, number--) {
        const entry = segment && entryAt(segment, at);
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
    const next = { said: [], meant: [], before: this.#last, began: now, bytes: 0 };
    this.#segments.push(next);
    return next;
  }

  #forget(): void {
    const segment = this.#segments.shift();
    if (!segment) return;
    this.#bytes -= segment.bytes;
    this.#forgotten = segment.before + segment.said.length;
  }
}

/** The only frame, if nothing else need be known of it. */
function textOf({ frames, plain }: Kept): string | undefined {
  const [frame] = frames;
  return frames.length === 1 && !plain && typeof frame === 'string' ? frame : undefined;
}

/** A letter that is not of Latin-1 makes each in its text take two bytes, a megabyte of others included. */
function memoryFor(said: string | Kept, bytes: number): number {
  if (typeof said === 'string') return said.length === bytes ? bytes : Math.max(bytes, 2 * said.length);
  const [text] = said.frames;
  return typeof text === 'string' && Buffer.byteLength(text) > text.length ? bytes + text.length : bytes;
}

function memoryBeside(said: string | Kept, meant: string | BroadcastOptions): number {
  const ofSaid = typeof said === 'string' ? TEXT_BYTES : TEXT_BYTES + FRAMES_BYTES * said.frames.length;
  if (typeof meant === 'string') return ofSaid;
  return ofSaid + SELECTION_BYTES + memoryOfNames(meant.rooms) + memoryOfNames(meant.except);
}

function memoryOfNames(rooms: Set<string> | undefined): number {
  let bytes = 0;
  for (const room of rooms ?? []) bytes += NAME_BYTES + room.length;
  return bytes;
}

function selectionOf({ rooms, except }: BroadcastOptions): Selection {
  return { rooms: listOf(rooms), except: listOf(except) };
}

function entryAt({ said, meant }: Segment, at: number): Entry | undefined {
  const one = said[at];
  const whom = meant[at];
  if (one === undefined || whom === undefined) return undefined;
  const kept = typeof one === 'string' ? { frames: [one], bytes: Buffer.byteLength(one) } : one;
  if (typeof whom === 'string') return { kept, only: whom, rooms: undefined, except: undefined };
  return { kept, only: undefined, rooms: whom.rooms, except: whom.except };
}

function listOf(rooms: Set<string> | undefined): readonly string[] | undefined {
  return rooms && rooms.size > 0 ? [...rooms] : undefined;
}
