/** Pages for what is remembered: outside of the heap, and used again. */
import { Buffer } from 'node:buffer';

/** Bytes of a page: of the largest, of the first of a segment, and the least that any needs. */
const LARGEST = 65_536;
const FIRST = 1_024;
const SMALLEST = 64;
/** A part of all that there may be, so that pages which are not full yet are the smaller part of it. */
const SHARE = 1 / 32;
/** Bytes of the largest record: as much may be left empty at the end of a page; of small pages, a quarter. */
const WIDEST = 4_096;

export class Paper {
  readonly #largest: number;
  /** Of the largest size. */
  readonly #blank: Buffer[] = [];
  #bytes = 0;

  /** @param most bytes that there should be: of little paper, pages are small */
  constructor(most: number) {
    this.#largest = Math.max(SMALLEST, Math.min(LARGEST, Math.floor(most * SHARE)));
  }

  /** Of all pages, the blank ones included. */
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
   */
  next(last: Buffer | undefined, least: number): Buffer {
    const size = Math.min(Math.max(last ? 2 * last.length : FIRST, least), this.#largest);
    const blank = size === this.#largest ? this.#blank.pop() : undefined;
    if (blank) return blank;
    this.#bytes += size;
    return Buffer.allocUnsafeSlow(size);
  }

  /** Nobody reads these pages any more. */
  back(pages: readonly Buffer[]): void {
    for (const page of pages) {
      if (page.length === this.#largest) this.#blank.push(page);
      else this.#bytes -= page.length;
    }
  }

  /** Gives up a blank page. @returns whether there was one */
  shed(): boolean {
    if (!this.#blank.pop()) return false;
    this.#bytes -= this.#largest;
    return true;
  }
}
