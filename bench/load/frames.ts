/** WebSocket frames: those of a client are written, those of a server are read (RFC 6455, section 5.2). */

export const TEXT = 0x1;
export const BINARY = 0x2;
export const CLOSE = 0x8;

/** Not all zero: servers skip the unmasking then, and no browser is that kind. */
const KEY = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);

const FINAL = 0x80;
const MASKED = 0x80;
const SHORTEST_LONG = 126;
const SHORTEST_VERY_LONG = 65_536;

/** One whole frame of a client. */
export function frame(opcode: number, payload: Buffer): Buffer {
  const header = headerOf(opcode, payload.length);
  const masked = Buffer.from(payload);
  for (let index = 0; index < masked.length; index++) {
    masked[index] = (masked[index] ?? 0) ^ (KEY[index & 3] ?? 0);
  }
  return Buffer.concat([header, KEY, masked]);
}

export function textFrame(text: string): Buffer {
  return frame(TEXT, Buffer.from(text));
}

function headerOf(opcode: number, length: number): Buffer {
  if (length < SHORTEST_LONG) return Buffer.from([FINAL | opcode, MASKED | length]);
  if (length < SHORTEST_VERY_LONG) {
    return Buffer.from([FINAL | opcode, MASKED | 126, length >> 8, length & 0xff]);
  }
  const header = Buffer.alloc(10);
  header[0] = FINAL | opcode;
  header[1] = MASKED | 127;
  header.writeUInt32BE(length, 6);
  return header;
}

/** Hears each frame: its payload is `bytes` from `start` to `end`, and is gone after the call. */
export type Hearer = (bytes: Buffer, start: number, end: number, opcode: number) => void;

/** Takes a server's frames out of a stream of bytes. */
export class FrameReader {
  readonly #hear: Hearer;
  #rest: Buffer | undefined;

  constructor(hear: Hearer) {
    this.#hear = hear;
  }

  /** @throws on masked or fragmented frames, which no server here sends */
  read(chunk: Buffer): void {
    const bytes = this.#rest ? Buffer.concat([this.#rest, chunk]) : chunk;
    let at = 0;
    while (at < bytes.length) {
      const end = this.#one(bytes, at);
      if (end === undefined) break;
      at = end;
    }
    this.#rest = at < bytes.length ? Buffer.from(bytes.subarray(at)) : undefined;
  }

  /** @returns where the frame ends, or `undefined` while it isn't whole */
  #one(bytes: Buffer, at: number): number | undefined {
    if (bytes.length < at + 2) return undefined;
    const first = bytes[at] ?? 0;
    const second = bytes[at + 1] ?? 0;
    if ((first & FINAL) === 0 || (second & MASKED) !== 0) {
      throw new Error(`a frame that was not expected: ${bytes.toString('hex', at, at + 16)}`);
    }
    const start = at + 2 + extraLength(second);
    if (bytes.length < start) return undefined;
    const end = start + payloadLength(bytes, at, second);
    if (bytes.length < end) return undefined;
    this.#hear(bytes, start, end, first & 0x0f);
    return end;
  }
}

function extraLength(length: number): number {
  if (length < 126) return 0;
  return length === 126 ? 2 : 8;
}

function payloadLength(bytes: Buffer, at: number, length: number): number {
  if (length < 126) return length;
  return length === 126 ? bytes.readUInt16BE(at + 2) : bytes.readUInt32BE(at + 6);
}
