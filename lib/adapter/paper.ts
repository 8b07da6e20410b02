/** Pages for what is remembered: outside of the heap, and used again. */
import { Buffer } from 'node:buffer';

/** Bytes of the largest page there is, of the first one, and the least that the largest has. */
const LARGEST = 65_536;
const FIRST = 256;
const SMALLEST = 512;
/** A part of all that there may be for the largest page: those that are not full yet are the smaller part of it. */
const SHARE = 1 / 32;
/** Bytes of the largest record: as much may be left empty at the end of a page; of small pages, a quarter. */
const WIDEST = 4_096;
/** Memory of a page beside its bytes; measured. */
const PAGE_BYTES = 250;

export class Paper {
  readonly #largest: number;
  /** Of the largest size. */
  readonly #blank: Buffer[] = [];
  #bytes = 0;

  /** @param most bytes that there should be: of little paper, pages are small */
  constructor(most: number) {
    this.#largest = Math.max(SMALLEST, Math.min(LARGEST, Math.floor(most * SHARE)));
  }

  /** Of memory, for all pages, the blank ones included. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Bytes of the largest record that is written on pages. */
  get widest(): number {
    return Math.min(WIDEST, this.#largest / 4);
  }

  /**
   * @param last the page before, which is full: the next is twice as large, since most histories are short
   * @param least bytes that it must have, at most `widest`
   * @throws RangeError if there is no memory for it
   */
  next(last: Buffer | undefined, least: number): Buffer {
    const size = Math.min(Math.max(last ? 2 * last.length : FIRST, least), this.#largest);
    const blank = size === this.#largest ? this.#blank.pop() : undefined;
    if (blank) return blank;
    const page = Buffer.allocUnsafeSlow(size);
    this.#bytes += size + PAGE_BYTES;
    return page;
  }

  /** Nobody reads this page any more. */
  back(page: Buffer): void {
    if (page.length === this.#largest) this.#blank.push(page);
    else this.#bytes -= page.length + PAGE_BYTES;
  }

  /** Gives up a blank page. @returns whether there was one */
  shed(): boolean {
    if (!this.#blank.pop()) return false;
    this.#bytes -= this.#largest + PAGE_BYTES;
    return true;
  }
}
