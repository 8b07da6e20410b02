/** Several Engine.IO 3 packets in one HTTP body, each behind its length: as text, or as bytes. */
import { Buffer, isUtf8 } from 'node:buffer';
import type { Frame, PayloadFormat, Unpacked } from './codec.js';
import { type Escapes, escaped } from './escapes.js';
import { engineFault } from './malformed.js';

// text-body   = 1*( 1*15DIGIT ":" packet )     ; length in UTF-16 code units; "0:" is skipped
// bytes-body  = 1*( kind length %xFF packet )
// kind        = %x00 / %x01                    ; text in UTF-8 / type byte and data
// length      = 1*15%x00-09                    ; in bytes; the digits are values, not characters

/** Digits of a length longer than any body. */
const MOST_DIGITS = 15;
const LENGTH = /^[0-9]{1,15}$/;
const TEXT = 0;
const BINARY = 1;
const MARK = 0xff;

/** Packets that are made at once of a body in bytes: a few milliseconds of work, where it may have 250 000. */
const SOME = 4_096;
/** Bytes that are read as characters at once. */
const WINDOW = 65_536;

const noLength = engineFault('no length before a packet');
const tooShort = engineFault('a body shorter than the length of its packet');

/** A binary frame as text: its type byte becomes a digit behind `b`. */
export function asText(frame: Frame): string {
  return typeof frame === 'string' ? frame : `b${frame[0]}${frame.toString('base64', 1)}`;
}

/** What stands before the JSON in a packet of a namespace. */
const address = /^4[0-9]+-?\/[^,]*,?/;

/**
 * The packet with every non-ASCII character of its JSON as `\uXXXX`. Clients 1.x decode a polled text once more than
 * clients 2.x, and nothing tells the ones from the others; this reads the same to both. It is not done where the frame
 * is encoded because there it would make every WebSocket message longer, to no use. A namespace can't be escaped, so
 * clients 1.x can't poll one whose name is not ASCII.
 */
function toAscii(frame: string): string {
  if (!/[^\x00-\x7f]/.test(frame)) return frame;
  return escaped(frame, beyondAscii, address.exec(frame)?.[0].length);
}

const beyondAscii: Escapes = { concerns: (unit) => unit > 0x7f, leavesAscii: true };

function packText(frames: readonly Frame[], write = toAscii): string {
  let body = '';
  for (const frame of frames) {
    const text = write(asText(frame));
    body += `${text.length}:${text}`;
  }
  return body;
}

function packBytes(frames: readonly Frame[], write = toAscii): Buffer {
  const parts: Buffer[] = [];
  for (const frame of frames) {
    const isText = typeof frame === 'string';
    const bytes = isText ? Buffer.from(write(frame)) : frame;
    const digits = Array.from(String(bytes.length), Number);
    parts.push(Buffer.from([isText ? TEXT : BINARY, ...digits, MARK]), bytes);
  }
  return Buffer.concat(parts);
}

function unpackText(body: string): Unpacked<string> {
  const frames: string[] = [];
  let at = 0;
  do {
    const colon = body.indexOf(':', at);
    const length = body.slice(at, Math.max(at, colon));
    if (!LENGTH.test(length)) return { frames, fault: noLength };
    const end = colon + 1 + Number(length);
    if (end > body.length) return { frames, fault: tooShort };
    if (end > colon + 1) frames.push(body.slice(colon + 1, end));
    at = end;
  } while (at < body.length);
  return { frames };
}

/** @param from where a packet begins @param most packets */
function unpackBytes(body: Buffer, from = 0, most = Number.POSITIVE_INFINITY): Unpacked<Frame> {
  const frames: Frame[] = [];
  const texts = new Texts(body);
  let at = from;
  do {
    if (frames.length >= most) return { frames, next: at };
    const kind = body[at];
    if (kind !== TEXT && kind !== BINARY) return { frames, fault: engineFault('neither text nor binary') };
    const mark = digitsEnd(body, at + 1);
    const length = mark < 0 ? 0 : lengthOf(body, at + 1, mark);
    if (length === 0) return { frames, fault: noLength };
    const end = mark + 1 + length;
    if (end > body.length) return { frames, fault: tooShort };
    const frame = kind === BINARY ? bytesOf(body, mark + 1, end) : texts.at(mark + 1, end);
    if (frame === undefined) return { frames, fault: engineFault('not UTF-8') };
    frames.push(frame);
    at = end;
  } while (at < body.length);
  return { frames };
}

/** Where the mark stands behind the digits of a length, or -1. */
function digitsEnd(body: Buffer, start: number): number {
  let at = start;
  while (at - start <= MOST_DIGITS && (body[at] ?? MARK) <= 9) at += 1;
  return body[at] === MARK && at - start <= MOST_DIGITS ? at : -1;
}

/** There may be no digits, and then it is 0. */
function lengthOf(body: Buffer, start: number, end: number): number {
  let length = 0;
  for (let at = start; at < end; at += 1) length = length * 10 + (body[at] ?? 0);
  return length;
}

/** For the program to keep: a copy, where the body would be kept with it. */
function bytesOf(body: Buffer, start: number, end: number): Buffer {
  const bytes = body.subarray(start, end);
  return 2 * bytes.length < body.length ? Buffer.from(bytes) : bytes;
}

/** The texts in a body, one behind the other. Nearly all are ASCII: cut out of a longer one, they take no call each. */
class Texts {
  readonly #body: Buffer;
  /** A part of the body, each byte as a character. */
  #window = '';
  #start = 0;

  constructor(body: Buffer) {
    this.#body = body;
  }

  /** @returns `undefined` if it is not UTF-8 */
  at(start: number, end: number): string | undefined {
    const body = this.#body;
    for (let at = start; at < end; at += 1) {
      if ((body[at] ?? 0) > 0x7f) return readUtf8(body.subarray(start, end));
    }
    if (end > this.#start + this.#window.length) {
      this.#start = start;
      this.#window = body.toString('latin1', start, Math.max(end, start + WINDOW));
    }
    return this.#window.slice(start - this.#start, end - this.#start);
  }
}

/**
 * Clients 1.x send text as the characters of its UTF-8 bytes, and count those. It is recognised by that: no character
 * is more than a byte, some are not ASCII, and in each packet they make UTF-8. Wrong only for a client 2.x whose
 * non-ASCII text is of that kind in a whole body, such as a lone `Ã©`; one body is all the evidence that there is.
 */
function undouble({ frames, ...rest }: Unpacked<string>): Unpacked<string> {
  const whole = frames.join('');
  if (!/[\x80-\xff]/.test(whole) || /[^\x00-\xff]/.test(whole)) return { frames, ...rest };
  const text = readUtf8(Buffer.from(whole, 'latin1'));
  const read = text === undefined ? undefined : cut(text, frames);
  return { frames: read ?? frames, ...rest };
}

/** First byte of a character of four bytes, which is two code units; and the bytes behind a first one. */
const LEAD_OF_FOUR = 0xf0;
const isBehind = (byte: number): boolean => (byte & 0xc0) === 0x80;

/**
 * The text of each part, out of the text of all of them: reading the parts one by one takes ten times as long.
 * @param parts the UTF-8 bytes of the text, as characters
 * @returns `undefined` if one of them begins inside a character
 */
function cut(text: string, parts: readonly string[]): string[] | undefined {
  const texts: string[] = [];
  let at = 0;
  for (const part of parts) {
    if (isBehind(part.charCodeAt(0))) return undefined;
    const start = at;
    for (let index = 0; index < part.length; index += 1) {
      const byte = part.charCodeAt(index);
      if (!isBehind(byte)) at += byte >= LEAD_OF_FOUR ? 2 : 1;
    }
    texts.push(text.slice(start, at));
  }
  return texts;
}

/**
 * The text of UTF-8 bytes, or `undefined` if they are something else. Old engines wrote half a surrogate pair as if it
 * were a character; that becomes the replacement character, as it does on a WebSocket.
 */
function readUtf8(bytes: Buffer): string | undefined {
  if (isUtf8(bytes)) return bytes.toString();
  const mended = bytes.toString('latin1').replace(/\xed[\xa0-\xbf][\x80-\xbf]/g, '\xef\xbf\xbd');
  const mendedBytes = Buffer.from(mended, 'latin1');
  return isUtf8(mendedBytes) ? mendedBytes.toString() : undefined;
}

function unpack(body: Frame): Unpacked<Frame> {
  return typeof body === 'string' ? undouble(unpackText(body)) : unpackBytes(body);
}

/** A text is taken apart as a whole, by whatever does that. */
function bySome(whole: PayloadFormat['unpack']): NonNullable<PayloadFormat['unpackSome']> {
  return (body, from) => (typeof body === 'string' ? whole(body) : unpackBytes(body, from, SOME));
}

/**
 * Bytes if a frame is binary, otherwise text.
 * @see engine.io-protocol v3, "Payload"
 */
export const payload: PayloadFormat = {
  binary: true,
  pack: (frames) => (frames.some(Buffer.isBuffer) ? packBytes(frames) : packText(frames)),
  unpack,
  unpackSome: bySome(unpack),
};

const asIs = (frame: string): string => frame;

function unpackPlainly(body: Frame): Unpacked<Frame> {
  return typeof body === 'string' ? unpackText(body) : unpackBytes(body);
}

/** For packets that may be no JSON. No client 1.x writes such, so nothing is done for their sake. */
export const plainPayload: PayloadFormat = {
  binary: true,
  pack: (frames) => (frames.some(Buffer.isBuffer) ? packBytes(frames, asIs) : packText(frames, asIs)),
  unpack: unpackPlainly,
  unpackSome: bySome(unpackPlainly),
};

/** The same for clients that can receive text alone. */
export const plainTextPayload: PayloadFormat = {
  binary: true,
  pack: (frames) => packText(frames, asIs),
  unpack: unpackPlainly,
  unpackSome: bySome(unpackPlainly),
};

/** Text in any case, for clients that can receive nothing else. */
export const textPayload: PayloadFormat = { ...payload, pack: (frames) => packText(frames) };
