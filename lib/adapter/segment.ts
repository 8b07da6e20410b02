/** A part of a history, which is forgotten as a whole. */
import { Buffer } from 'node:buffer';
import type { Kept } from './keeper.js';
import type { Paper } from './paper.js';

/** Who is meant by an event that is not for one client alone: rooms (none means everybody), and rooms that are not. */
export interface Selection {
  readonly rooms: readonly string[] | undefined;
  readonly except: readonly string[] | undefined;
}

/** Who is meant: the number of the only client, from 1 on, or a selection. */
export type Whom = number | Selection;

// page   = *record
// record = *OCTET to length  ; the text of the usual event; read from its end, the latest first
// to     = 6OCTET            ; number of the only client that is meant; 0: a selection, in a list beside
// length = 2OCTET            ; of the text: ASCII, or UTF-16 if the highest bit is set; %xFFFF: what stands beside

const TO = 6;
const TAIL = TO + 2;
const SELECTED = 0;
const WIDE = 0x8000;
const BESIDE = 0xffff;

/** Memory beside the bytes of what stands in a list, in bytes; measured. */
const KEPT_BYTES = 130;
const ATTACHMENT_BYTES = 200;
const SELECTION_BYTES = 100;
/** Of the name of a room, beside its letters: it may have no other members by then. */
const NAME_BYTES = 50;

/** The part of a page that a segment has. */
interface Sheet {
  readonly page: Buffer;
  readonly start: number;
  end: number;
}

/**
 * Texts stand on pages: as an object on the heap each would be moved twice by the garbage collector, and the system
 * would have to clear new memory for it. That is a twentieth of an event there and back.
 */
export class Segment {
  /** The number before that of the first entry. */
  readonly before: number;
  /** When it began, and since when nothing more is added. */
  readonly began: number;
  closed: number | undefined;
  readonly #paper: Paper;
  readonly #sheets: Sheet[] = [];
  readonly #kept: Kept[] = [];
  readonly #selections: Selection[] = [];
  #count = 0;
  #bytes = 0;
  #written = 0;

  /** @param former the one before it, if that is still remembered: they share a page */
  constructor(before: number, began: number, paper: Paper, former: Segment | undefined) {
    this.before = before;
    this.began = began;
    this.#paper = paper;
    const last = former === undefined ? undefined : former.#sheets.at(-1);
    if (last) this.#sheets.push({ page: last.page, start: last.end, end: last.end });
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
    return this.#bytes + this.#written;
  }

  add(kept: Kept, whom: Whom): void {
    const text = textOf(kept);
    // What is as long in bytes as in characters is ASCII.
    const isWide = text?.length !== kept.bytes;
    const length = text === undefined ? 0 : isWide ? 2 * text.length : text.length;
    const isShort = text !== undefined && length + TAIL <= this.#paper.widest;
    // First of all: without memory for it, nothing has happened.
    const sheet = this.#room(isShort ? length + TAIL : TAIL);
    if (isShort) this.#write(sheet, text, isWide ? 'utf16le' : 'latin1');
    else this.#keep(kept);
    const to = typeof whom === 'number' ? whom : this.#select(whom);
    this.#end(sheet, to, isShort ? length | (isWide ? WIDE : 0) : BESIDE);
    this.#count += 1;
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
    let number = this.last;
    let kept = this.#kept.length;
    let selections = this.#selections.length;
    for (const { page, start, end } of this.#sheets.toReversed()) {
      for (let at = end; at > start && number > after; number--) {
        const length = page.readUInt16LE(at - 2);
        const to = page.readUIntLE(at - TAIL, TO);
        const whom = to === SELECTED ? this.#selections[--selections] : to;
        at -= TAIL + (length === BESIDE ? 0 : length & ~WIDE);
        const beside = length === BESIDE ? this.#kept[--kept] : undefined;
        if (whom !== undefined && isMeant(whom, number)) found(beside ?? textAt(page, at, length), number);
      }
    }
  }

  /** It is not read any more. @param next the one behind it, if there is one */
  release(next: Segment | undefined): void {
    const shared = next === undefined ? undefined : next.#sheets[0]?.page;
    for (const { page } of this.#sheets) if (page !== shared) this.#paper.back(page);
  }

  #keep(kept: Kept): void {
    this.#kept.push(kept);
    this.#bytes += KEPT_BYTES + memoryFor(kept) + ATTACHMENT_BYTES * (kept.frames.length - 1);
  }

  /** @returns what stands for it in the record */
  #select(selection: Selection): number {
    this.#selections.push(selection);
    this.#bytes += SELECTION_BYTES + memoryOfNames(selection.rooms) + memoryOfNames(selection.except);
    return SELECTED;
  }

  #write(sheet: Sheet, text: string, encoding: 'latin1' | 'utf16le'): void {
    const length = sheet.page.write(text, sheet.end, encoding);
    sheet.end += length;
    this.#written += length;
  }

  #end(sheet: Sheet, to: number, length: number): void {
    sheet.page.writeUIntLE(to, sheet.end, TO);
    sheet.page.writeUInt16LE(length, sheet.end + TO);
    sheet.end += TAIL;
    this.#written += TAIL;
  }

  /** A sheet with room for so many bytes. */
  #room(bytes: number): Sheet {
    const last = this.#sheets.at(-1);
    if (last && last.page.length - last.end >= bytes) return last;
    const sheet = { page: this.#paper.next(last?.page, bytes), start: 0, end: 0 };
    this.#sheets.push(sheet);
    return sheet;
  }
}

/** The only frame, if nothing else need be known of it. */
function textOf({ frames, plain }: Kept): string | undefined {
  const [frame] = frames;
  return frames.length === 1 && !plain && typeof frame === 'string' ? frame : undefined;
}

function textAt(page: Buffer, start: number, length: number): Kept {
  if (!(length & WIDE)) return { frames: [page.toString('latin1', start, start + length)], bytes: length };
  const text = page.toString('utf16le', start, start + (length & ~WIDE));
  return { frames: [text], bytes: Buffer.byteLength(text) };
}

/** A letter that is not of Latin-1 makes each in its text take two bytes, a megabyte of others included. */
function memoryFor({ frames, bytes }: Kept): number {
  const [text] = frames;
  if (typeof text !== 'string') return bytes;
  if (frames.length === 1) return text.length === bytes ? bytes : Math.max(bytes, 2 * text.length);
  return Buffer.byteLength(text) > text.length ? bytes + text.length : bytes;
}

function memoryOfNames(rooms: readonly string[] | undefined): number {
  let bytes = 0;
  for (const room of rooms ?? []) bytes += NAME_BYTES + room.length;
  return bytes;
}
