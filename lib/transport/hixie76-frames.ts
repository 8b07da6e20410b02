/** The frames of the WebSocket drafts hixie-75 and hixie-76: text between two marks, and nothing else that counts. */
import { Buffer } from 'node:buffer';
import type { Frame } from '../codec/codec.js';

// stream = *( text / data / close )
// text   = %x00-7F *%x00-FE %xFF      ; only what begins with 00 is a message, in UTF-8
// data   = %x80-FF length *OCTET      ; discarded by whoever gets it
// length = *%x80-FF %x00-7F           ; seven bits each, the highest first
// close  = %xFF %x00

const OPEN = 0x00;
const END = 0xff;
/** From here on, a frame tells its length. */
const LENGTH_PREFIXED = 0x80;
const FIRST_ROOM = 256;

/** The end of a connection as one side announces it and the other confirms it. */
export const CLOSE = Buffer.from([END, OPEN]);

/** All messages in one buffer. Text only: revision 1 has nothing else. @see hixie-76, section 5.3 */
export function packTexts(frames: readonly Frame[]): Buffer {
  const texts = frames.map(String);
  const size = texts.reduce((sum, text) => sum + Buffer.byteLength(text) + 2, 0);
  const bytes = Buffer.allocUnsafe(size);
  let offset = 0;
  for (const text of texts) {
    bytes[offset] = OPEN;
    offset += 1 + bytes.write(text, offset + 1);
    bytes[offset++] = END;
  }
  return bytes;
}

/** What a piece of the stream has brought. */
export interface Reading {
  /** Messages that are complete now. */
  readonly texts: readonly string[];
  /** Why nothing more is read: the client has said its end, or has sent more than it may. */
  readonly over?: 'closed' | 'too large';
}

type State = 'type' | 'text' | 'length' | 'data' | 'over';

/** Reads one connection's stream, however it is cut. */
export class TextReader {
  readonly #maxBytes: number;
  #state: State = 'type';
  #type = OPEN;
  /** Bytes of a message that has not ended; one buffer that doubles, since each piece may be a single byte. */
  #kept: Buffer | undefined;
  #keptBytes = 0;
  /** Of a frame that tells its length: the length as far as it is known, then what is left of it. */
  #left = 0;
  #texts: string[] = [];
  #over: Reading['over'];

  /** @param maxBytes most bytes of one frame */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  read(chunk: Buffer): Reading {
    for (let at = 0; at < chunk.length && this.#state !== 'over'; ) at = this.#step(chunk, at);
    const texts = this.#texts;
    this.#texts = [];
    return this.#over ? { texts, over: this.#over } : { texts };
  }

  /** @returns where the next step begins */
  #step(chunk: Buffer, at: number): number {
    switch (this.#state) {
      case 'type':
        return this.#begin(chunk[at] ?? OPEN, at);
      case 'text':
        return this.#readText(chunk, at);
      case 'length':
        return this.#readLength(chunk[at] ?? 0, at);
      default:
        return this.#skip(chunk.length, at);
    }
  }

  #begin(type: number, at: number): number {
    this.#type = type;
    this.#left = 0;
    this.#state = type < LENGTH_PREFIXED ? 'text' : 'length';
    return at + 1;
  }

  #readText(chunk: Buffer, at: number): number {
    const end = chunk.indexOf(END, at);
    const stop = end === -1 ? chunk.length : end;
    if (this.#keptBytes + stop - at > this.#maxBytes) return this.#finish('too large', chunk.length);
    if (end === -1) this.#keep(chunk.subarray(at));
    else this.#endText(chunk.subarray(at, end));
    return stop + 1;
  }

  #endText(last: Buffer): void {
    let bytes = last;
    if (this.#kept) {
      this.#keep(last);
      bytes = this.#kept.subarray(0, this.#keptBytes);
    }
    // What is not UTF-8 is read as U+FFFD: so says the draft, and Flash writes lone surrogates as they are.
    if (this.#type === OPEN) this.#texts.push(bytes.toString());
    this.#kept = undefined;
    this.#keptBytes = 0;
    this.#state = 'type';
  }

  #keep(part: Buffer): void {
    const bytes = this.#keptBytes + part.length;
    if (!this.#kept || bytes > this.#kept.length) {
      const room = Buffer.allocUnsafe(Math.max(FIRST_ROOM, Math.min(this.#maxBytes, 2 * bytes)));
      this.#kept?.copy(room, 0, 0, this.#keptBytes);
      this.#kept = room;
    }
    part.copy(this.#kept, this.#keptBytes);
    this.#keptBytes = bytes;
  }

  #readLength(byte: number, at: number): number {
    this.#left = this.#left * 0x80 + (byte & 0x7f);
    if (this.#left > this.#maxBytes) return this.#finish('too large', at);
    if (byte < 0x80) {
      if (this.#left > 0) this.#state = 'data';
      else if (this.#type === END) return this.#finish('closed', at);
      else this.#state = 'type';
    }
    return at + 1;
  }

  #skip(length: number, at: number): number {
    const stop = Math.min(length, at + this.#left);
    this.#left -= stop - at;
    if (this.#left === 0) this.#state = 'type';
    return stop;
  }

  #finish(over: NonNullable<Reading['over']>, at: number): number {
    this.#state = 'over';
    this.#over = over;
    this.#kept = undefined;
    return at;
  }
}
