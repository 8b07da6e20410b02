/** Where a client stands in what was said: a text behind the arguments of each event, which it says when it comes back. */
import { randomBytes } from 'node:crypto';

// offset = epoch "." number
// epoch  = 8*8(ALPHA / DIGIT / "-" / "_")   ; another one each time a namespace begins
// number = 1*11<a digit or small letter>    ; base 36
const OFFSET = /^([\w-]{8})\.([0-9a-z]{1,11})$/;
const EPOCH_BYTES = 6;
const BASE = 36;

/** The last two digits of a number: a division takes half as long as writing all of them. */
const ENDINGS = Array.from({ length: BASE * BASE }, (_, ending) => ending.toString(BASE).padStart(2, '0'));

export class Epoch {
  readonly #name = randomBytes(EPOCH_BYTES).toString('base64url');
  #start = 0;
  #head = `${this.#name}.`;

  /** @param number of an event, from 0 on */
  offset(number: number): string {
    const start = Math.floor(number / ENDINGS.length);
    if (start !== this.#start) {
      this.#start = start;
      this.#head = `${this.#name}.${start === 0 ? '' : start.toString(BASE)}`;
    }
    return this.#head + ENDINGS[number % ENDINGS.length];
  }

  /** Whether a client could have been told it, in this epoch or another. */
  static isOffset(offset: unknown): offset is string {
    return typeof offset === 'string' && OFFSET.test(offset);
  }

  /** @returns its number; `undefined` if it is of another epoch */
  number(offset: string): number | undefined {
    const [, name, number = ''] = OFFSET.exec(offset) ?? [];
    return name === this.#name ? Number.parseInt(number, BASE) : undefined;
  }
}
