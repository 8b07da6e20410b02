/** Outgoing WebSocket messages as they are written: header and payload in one piece where that is cheaper. */
import { Buffer } from 'node:buffer';
import type { Frame } from '../codec/codec.js';

/** Bytes, or a text in which each character is one of them (`latin1`). */
export type Chunk = Buffer | string;

const FINAL = 0x80;
const TEXT = FINAL | 0x1;
const BINARY = FINAL | 0x2;
/** Payloads from here on are written as they are; copying them would cost more than a second chunk. */
const COPY_LIMIT = 8_192;
/** Characters of a line. Node copies 16,384 bytes of a text to its stack and writes them from there. */
const LINE_LIMIT = 16_000;
/** Headers of short messages, by length. */
const heads = Array.from({ length: 126 }, (_, length) => String.fromCharCode(TEXT, length));

/**
 * One final, unmasked frame for each message.
 * @see RFC 6455, section 5.2
 * @returns few chunks: small messages share one, a large binary payload is its own
 */
export function packMessages(frames: readonly Frame[]): readonly Chunk[] {
  const line = packLine(frames);
  if (line !== '') return [line];
  const [only] = frames;
  if (frames.length === 1 && typeof only === 'string') return [packText(only)];
  const lengths = frames.map((frame) => Buffer.byteLength(frame));
  const chunks: Buffer[] = [];
  let chunk = Buffer.allocUnsafe(roomFrom(frames, lengths, 0));
  let offset = 0;
  frames.forEach((frame, index) => {
    const length = lengths[index] ?? 0;
    offset = writeHeader(chunk, offset, typeof frame === 'string' ? TEXT : BINARY, length);
    if (typeof frame === 'string') {
      offset += writeText(chunk, offset, frame, length);
    } else if (length < COPY_LIMIT) {
      offset += frame.copy(chunk, offset);
    } else {
      chunks.push(chunk, frame);
      chunk = Buffer.allocUnsafe(roomFrom(frames, lengths, index + 1));
      offset = 0;
    }
  });
  if (chunk.length > 0) chunks.push(chunk);
  return chunks;
}

/**
 * What most ticks send: short messages of ASCII. As a text they need no buffer, which is 3 % of a small event.
 * @returns nothing if one of them is something else
 */
function packLine(frames: readonly Frame[]): string {
  let line = '';
  for (const frame of frames) {
    const { length } = frame;
    if (typeof frame !== 'string' || length + line.length > LINE_LIMIT) return '';
    if (Buffer.byteLength(frame) !== length) return '';
    line += length < 126 ? heads[length] : String.fromCharCode(TEXT, 126, length >> 8, length & 0xff);
    line += frame;
  }
  return line;
}

/** A third less work than in the loop for several. */
function packText(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const frame = Buffer.allocUnsafe(headerSize(length) + length);
  writeText(frame, writeHeader(frame, 0, TEXT, length), text, length);
  return frame;
}

/** @param length bytes in UTF-8; if they are as many as the characters, all is ASCII, and is copied as it is */
function writeText(chunk: Buffer, offset: number, text: string, length: number): number {
  return chunk.write(text, offset, length, length === text.length ? 'latin1' : 'utf8');
}

/** One control frame. @param payload at most 125 bytes. @see RFC 6455, section 5.5 */
export function packControl(opcode: number, payload: Buffer): Buffer {
  const frame = Buffer.allocUnsafe(2 + payload.length);
  frame[0] = FINAL | opcode;
  frame[1] = payload.length;
  payload.copy(frame, 2);
  return frame;
}

/** Bytes of the next shared chunk: up to and with the header of the next payload that stands alone. */
function roomFrom(frames: readonly Frame[], lengths: readonly number[], start: number): number {
  let room = 0;
  for (let index = start; index < frames.length; index++) {
    const frame = frames[index] ?? '';
    const length = lengths[index] ?? 0;
    room += headerSize(length);
    if (typeof frame !== 'string' && length >= COPY_LIMIT) return room;
    room += length;
  }
  return room;
}

function headerSize(length: number): number {
  if (length < 126) return 2;
  return length < 65_536 ? 4 : 10;
}

/** @returns the offset behind the header */
function writeHeader(chunk: Buffer, offset: number, opcode: number, length: number): number {
  chunk[offset] = opcode;
  if (length < 126) {
    chunk[offset + 1] = length;
    return offset + 2;
  }
  if (length < 65_536) {
    chunk[offset + 1] = 126;
    return chunk.writeUInt16BE(length, offset + 2);
  }
  chunk[offset + 1] = 127;
  chunk.writeUInt32BE(Math.floor(length / 0x1_0000_0000), offset + 2);
  return chunk.writeUInt32BE(length >>> 0, offset + 6);
}
