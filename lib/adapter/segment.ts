/** A part of a history, which is forgotten as a whole. */
import { Buffer } from 'node:buffer';
import type { Kept } from './keeper.js';
import type { Paper } from './paper.js';

/** Who is meant by an event that is not for one client alone: rooms (none means everybody), and rooms that are not. */
export interface Selection {
  readonly rooms: readonly string[] | undefined;
  readonly except: readonly string[] | undefined;
}

/** One event, and who was meant by it. */
export interface Entry extends Selection {
  readonly kept: Kept;
  /** The number of the only client that was meant. */
  readonly only: number | undefined;
}

// page   = *record
// record = *OCTET to length  ; the text of the usual event, UTF-8; read from its end, the latest first
// to     = 6OCTET            ; number of the only client that was meant; 0: a selection, in a list beside
// length = 2OCTET            ; of the text; %xFFFF: it is none, or a long one, and in a list beside

const TO = 6;
const TAIL = TO + 2;
const SELECTED = 0;
const BESIDE = 0xffff;

/** Memory beside the bytes of what stands in a list, in bytes; measured. */
const KEPT_BYTES = 50;
const FRAME_BYTES = 200;
const SELECTION_BYTES = 100;
/** Of the name of a room, beside its letters: it may have no other members by then. */
const NAME_BYTES = 50;

/**
 * Texts stand on pages: as an object on the heap each would be moved twice by the garbage collector, and the system
 * would have to clear new memory for it. That is a twentieth of an event there and back.
 */
export class Segment {
  /** The number before that of the first entry. */
  readonly before: number;
  /** When it began, and when nothing more was added. */
  readonly began: number;
  closed: number | undefined;
  readonly #paper: Paper;
  readonly #pages: Buffer[] = [];
  /** Where the records of each full page end. */
  readonly #ends: number[] = [];
  #page: Buffer | undefined;
  #end = 0;
  readonly #kept: Kept[] = [];
  readonly #selections: Selection[] = [];
  #count = 0;
  #bytes = 0;
  /** Bytes on the full pages. */
  #written = 0;

  constructor(before: number, began: number, paper: Paper) {
    this.before = before;
    this.began = began;
    this.#paper = paper;
  }

  /** The number of the last entry. */
  get last(): number {
    return this.before + this.#count;
  }

  /** Of memory, about, beside the pages. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The same with what stands on the pages. */
  get size(): number {
    return this.#bytes + this.#written + this.#end;
  }

  /** @param meant the number of the only client that is meant, from 1 on, or a selection */
  add(kept: Kept, meant: number | Selection): void {
    const text = textOf(kept);
    const isShort = text !== undefined && kept.bytes + TAIL <= this.#paper.widest;
    if (!isShort) this.#keep(kept);
    if (typeof meant !== 'number') this.#select(meant);
    const to = typeof meant === 'number' ? meant : SELECTED;
    if (isShort) this.#write(text, kept.bytes, to);
    else this.#write('', BESIDE, to);
    this.#count += 1;
  }

  /** Calls for each entry with a higher number, the latest first. */
  backward(after: number, visit: (entry: Entry, number: number) => void): void {
    let number = this.last;
    let kept = this.#kept.length;
    let selections = this.#selections.length;
    for (let index = this.#pages.length - 1; index >= 0; index--) {
      const page = this.#pages[index] as Buffer;
      let end = this.#ends[index] ?? this.#end;
      for (; end > 0 && number > after; number--) {
        const length = page.readUInt16LE(end - 2);
        const to = page.readUIntLE(end - TAIL, TO);
        end -= length === BESIDE ? TAIL : TAIL + length;
        const said = length === BESIDE ? this.#kept[--kept] : { page, start: end, length };
        const meant = to === SELECTED ? this.#selections[--selections] : to;
        if (said && meant !== undefined) visit(new Remembered(said, meant), number);
      }
    }
  }

  /** It is forgotten. */
  clear(): void {
    this.#paper.back(this.#pages);
  }

  #keep(kept: Kept): void {
    this.#kept.push(kept);
    this.#bytes += memoryFor(kept) + KEPT_BYTES + FRAME_BYTES * kept.frames.length;
  }

  #select(selection: Selection): void {
    this.#selections.push(selection);
    this.#bytes += SELECTION_BYTES + memoryOfNames(selection.rooms) + memoryOfNames(selection.except);
  }

  #write(text: string, length: number, to: number): void {
    const bytes = length === BESIDE ? 0 : length;
    const page = this.#room(bytes + TAIL);
    // What is as long in bytes as in characters is ASCII, and written faster as such.
    if (bytes > 0) page.write(text, this.#end, bytes === text.length ? 'latin1' : 'utf8');
    this.#end += bytes;
    page.writeUIntLE(to, this.#end, TO);
    this.#end = page.writeUInt16LE(length, this.#end + TO);
  }

  /** A page with room for so many bytes. */
  #room(bytes: number): Buffer {
    const page = this.#page;
    if (page && page.length - this.#end >= bytes) return page;
    if (page) this.#ends.push(this.#end);
    this.#written += this.#end;
    const next = this.#paper.next(page, bytes);
    this.#pages.push(next);
    this.#page = next;
    this.#end = 0;
    return next;
  }
}

/** Where a text stands. */
interface Passage {
  readonly page: Buffer;
  readonly start: number;
  readonly length: number;
}

/** An entry that is read when somebody wants to know it: most are not meant for whoever asks. */
class Remembered implements Entry {
  readonly #said: Kept | Passage;
  readonly #meant: number | Selection;

  constructor(said: Kept | Passage, meant: number | Selection) {
    this.#said = said;
    this.#meant = meant;
  }

  get kept(): Kept {
    const said = this.#said;
    if ('frames' in said) return said;
    const { page, start, length } = said;
    return { frames: [page.toString('utf8', start, start + length)], bytes: length };
  }

  get only(): number | undefined {
    return typeof this.#meant === 'number' ? this.#meant : undefined;
  }

  get rooms(): readonly string[] | undefined {
    return typeof this.#meant === 'number' ? undefined : this.#meant.rooms;
  }

  get except(): readonly string[] | undefined {
    return typeof this.#meant === 'number' ? undefined : this.#meant.except;
  }
}

/** The only frame, if nothing else need be known of it. */
function textOf({ frames, plain }: Kept): string | undefined {
  const [frame] = frames;
  return frames.length === 1 && !plain && typeof frame === 'string' ? frame : undefined;
}

/** A letter that is not of Latin-1 makes each in its text take two bytes, a megabyte of others included. */
function memoryFor({ frames, bytes }: Kept): number {
  const [text] = frames;
  if (typeof text !== 'string') return bytes;
  return Buffer.byteLength(text) > text.length ? bytes + text.length : bytes;
}

function memoryOfNames(rooms: readonly string[] | undefined): number {
  let bytes = 0;
  for (const room of rooms ?? []) bytes += NAME_BYTES + room.length;
  return bytes;
}
