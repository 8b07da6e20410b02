/** WebSocket frames, lawful or not, and what a server says in its own. */
import { randomBytes } from 'node:crypto';

export interface FrameForm {
  /** FIN, reserved bits and opcode. */
  readonly first?: number;
  readonly masked?: boolean;
  /** What the header says of the length, if not the truth. */
  readonly length?: number;
}

export const TEXT = 0x81;
export const BINARY = 0x82;
export const CLOSE = 0x88;
export const PING = 0x89;
export const PONG = 0x8a;

/** One frame as a client sends it. */
export function frame(
  payload: string | Buffer,
  { first = typeof payload === 'string' ? TEXT : BINARY, masked = true, length }: FrameForm = {},
): Buffer {
  const bytes = Buffer.from(payload);
  const head = [first, ...lengthOf(length ?? bytes.length)];
  if (!masked) return Buffer.concat([Buffer.from(head), bytes]);
  head[1] = (head[1] ?? 0) | 0x80;
  const mask = randomBytes(4);
  const written = bytes.map((byte, index) => byte ^ (mask[index & 3] ?? 0));
  return Buffer.concat([Buffer.from(head), mask, written]);
}

function lengthOf(length: number): number[] {
  if (length < 126) return [length];
  if (length < 65_536) return [126, length >> 8, length & 255];
  const long = Buffer.alloc(8);
  long.writeBigUInt64BE(BigInt(length));
  return [127, ...long];
}

export interface Said {
  readonly opcode: number;
  readonly payload: Buffer;
}

/** Cuts what a server has said into frames; the server's are never masked. @returns frames and the rest */
export function readFrames(bytes: Buffer): { readonly frames: Said[]; readonly rest: Buffer } {
  const frames: Said[] = [];
  let at = 0;
  for (;;) {
    const short = (bytes[at + 1] ?? 0) & 0x7f;
    const head = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (bytes.length < at + head) break;
    const length =
      short < 126
        ? short
        : short === 126
          ? bytes.readUInt16BE(at + 2)
          : Number(bytes.readBigUInt64BE(at + 2));
    if (bytes.length < at + head + length) break;
    frames.push({
      opcode: (bytes[at] ?? 0) & 15,
      payload: bytes.subarray(at + head, at + head + length),
    });
    at += head + length;
  }
  return { frames, rest: bytes.subarray(at) };
}
