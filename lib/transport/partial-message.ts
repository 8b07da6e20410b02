/** A message that is still coming, in one buffer: pieces kept one by one would weigh more than what is in them. */
import { Buffer } from 'node:buffer';
import type { Frame } from '../codec/codec.js';
import { isLent } from './one-buffer.js';
import { type Bits, textOf, unmask } from './unmask.js';

const FIRST_ROOM = 1_024;
/** How much more room is made than is used at the time: a bound on what few bytes can make us reserve. */
const GROWTH = 4;

export class PartialMessage {
  readonly #isText: boolean;
  #isFinal = false;
  #frames = 0;
  #announced = 0;
  #bytes: Buffer = Buffer.alloc(0);
  #length = 0;
  #bits: Bits = 0;

  constructor(isText: boolean) {
    this.#isText = isText;
  }

  get frames(): number {
    return this.#frames;
  }

  /** Bytes of all frames that have begun. */
  get announced(): number {
    return this.#announced;
  }

  /** Whether the frame that has begun is the last one. */
  get isFinal(): boolean {
    return this.#isFinal;
  }

  /** One more frame begins. */
  begin(length: number, isFinal: boolean): void {
    this.#frames += 1;
    this.#announced += length;
    this.#isFinal = isFinal;
  }

  /** @param most bytes that the message may ever have */
  add(chunk: Buffer, start: number, end: number, mask: number, most: number): void {
    const from = this.#length;
    const length = from + end - start;
    if (length > this.#bytes.length) this.#grow(length, this.#isFinal ? this.#announced : most);
    chunk.copy(this.#bytes, from, start, end);
    this.#bits |= unmask(this.#bytes, from, length, mask);
    this.#length = length;
  }

  /** @returns `undefined` for a text that is not UTF-8 */
  finish(): Frame | undefined {
    return this.#isText ? textOf(this.#bytes, 0, this.#length, this.#bits) : this.bytes;
  }

  get bytes(): Buffer {
    return own(this.#bytes, 0, this.#length);
  }

  #grow(length: number, most: number): void {
    const room = Buffer.allocUnsafeSlow(Math.min(most, Math.max(FIRST_ROOM, GROWTH * length)));
    this.#bytes.copy(room, 0, 0, this.#length);
    this.#bytes = room;
  }
}

/** Part of a buffer for somebody to keep: a copy, if it is only lent, or the part would keep much more alive than itself. */
export function own(bytes: Buffer, start: number, end: number): Buffer {
  const part = bytes.subarray(start, end);
  return isLent(bytes) || 2 * part.length < bytes.length ? Buffer.from(part) : part;
}
