/** Frames as a client writes them, lawful or not; and what a reader says of them. */
import { createRequire } from 'node:module';
import type { Writable } from 'node:stream';
import { mock } from 'node:test';
import type { Frame } from '../../lib/codec/codec.js';
import { CLOSE, PING, PONG } from '../../lib/transport/frame-events.js';
import { FrameReader } from '../../lib/transport/frames.js';

export interface FrameParts {
  readonly opcode: number;
  readonly payload?: Buffer | string;
  /** Whether it is the last one of its message. @default true */
  readonly fin?: boolean;
  /** The three reserved bits, 0 to 7. @default 0 */
  readonly reserved?: number;
  /** Four bytes, or none at all. */
  readonly mask?: Buffer | undefined;
  /** Bytes in which the length is written, if not in the fewest: 2 or 8. */
  readonly lengthBytes?: 2 | 8;
  /** What is said of the length, if it is not true. */
  readonly length?: bigint;
}

/** No two bytes alike, and no byte that leaves another one as it is. */
const MASK = Buffer.from([0x37, 0xfa, 0x21, 0x9d]);

/** @see RFC 6455, section 5.2 */
export function write(parts: FrameParts): Buffer {
  const payload = Buffer.from(parts.payload ?? '');
  const mask = 'mask' in parts ? parts.mask : MASK;
  const length = parts.length ?? BigInt(payload.length);
  const extra = parts.lengthBytes ?? (length < 126n ? 0 : length < 65_536n ? 2 : 8);
  const first = ((parts.fin ?? true) ? 0x80 : 0) | ((parts.reserved ?? 0) << 4) | parts.opcode;
  const second = (mask ? 0x80 : 0) | (extra === 0 ? Number(length) : extra === 2 ? 126 : 127);
  const long = Buffer.alloc(8);
  long.writeBigUInt64BE(length);
  const masked = payload.map((byte, index) => byte ^ (mask?.[index & 3] ?? 0));
  return Buffer.concat([
    Buffer.from([first, second]),
    long.subarray(8 - extra),
    mask ?? Buffer.alloc(0),
    masked,
  ]);
}

/** What a reader has told, in words: `text "hello"`, `bytes 0102`, `ping 00`, `close 03e8`, `fault 1002`. */
export type Account = string[];

export interface Limits {
  readonly maxBytes: number;
  readonly maxFragments: number;
}

export const roomy: Limits = { maxBytes: 1_000_000, maxFragments: 1_024 };

export function wordFor(message: Frame): string {
  return typeof message === 'string' ? `text ${JSON.stringify(message)}` : `bytes ${message.toString('hex')}`;
}

/** Each third look at the clock shows that the turn has lasted for long: whoever rests then goes on with the next look. */
function busyClock(): { restore(): void } {
  let looks = 0;
  const reading = mock.method(performance, 'now', () => (++looks % 3 === 0 ? 1_000_000 : 0));
  return reading.mock;
}

/**
 * What our reader makes of a stream in these pieces.
 * @param stops whether the flow is stopped after the first message, the second, and so on, until two more pieces came
 */
export function ours(pieces: readonly Buffer[], limits: Limits, stops: readonly boolean[] = []): Account {
  const account: Account = [];
  let messages = 0;
  const reader = new FrameReader(limits, {
    message: (message) => {
      account.push(wordFor(message));
      if (stops[messages++]) reader.flow(false);
    },
    control: (opcode, payload) => account.push(`${names[opcode]} ${payload.toString('hex')}`),
    failed: ({ code }) => account.push(`fault ${code}`),
    tired: () => {},
  });
  const clock = busyClock();
  try {
    for (const [index, piece] of pieces.entries()) {
      // It is unmasked in place, and the caller has more use for his.
      reader.read(Buffer.from(piece));
      if (index % 2 === 1) reader.flow(true);
    }
    do {
      reader.rested();
      reader.flow(true);
    } while (reader.holds);
  } finally {
    clock.restore();
  }
  return account;
}

const names = { [CLOSE]: 'close', [PING]: 'ping', [PONG]: 'pong' } as const;

// The types of `ws` do not know it.
const { Receiver } = createRequire(import.meta.url)('ws') as { Receiver: new (options: object) => Writable };

/** What the receiver of `ws` makes of the same. */
export function theirs(pieces: readonly Buffer[], { maxBytes, maxFragments }: Limits): Account {
  const account: Account = [];
  const receiver = new Receiver({ isServer: true, maxPayload: maxBytes, maxFragments });
  let isOver = false;
  const end = (word: string): void => {
    isOver = true;
    account.push(word);
  };
  receiver.on('message', (data: Buffer, isBinary: boolean) =>
    account.push(wordFor(isBinary ? data : data.toString())),
  );
  receiver.on('ping', (data: Buffer) => account.push(`ping ${data.toString('hex')}`));
  receiver.on('pong', (data: Buffer) => account.push(`pong ${data.toString('hex')}`));
  receiver.on('conclude', (code: number, reason: Buffer) => {
    const bytes = Buffer.from([code >> 8, code & 255]).toString('hex') + reason.toString('hex');
    end(`close ${code === 1005 ? '' : bytes}`);
  });
  receiver.on('error', () => {});
  for (const piece of pieces) {
    if (isOver) break;
    receiver.write(Buffer.from(piece), (error) => {
      if (error && !isOver) end(`fault ${codeOf(error)}`);
    });
    if (receiver.errored && !isOver) end(`fault ${codeOf(receiver.errored)}`);
  }
  return account;
}

function codeOf(error: Error): unknown {
  const key = Object.getOwnPropertySymbols(error).find(({ description }) => description === 'status-code');
  return key && Object.getOwnPropertyDescriptor(error, key)?.value;
}

/** A stream in two pieces. */
export function cutAt(stream: Buffer, at: number): Buffer[] {
  return [stream.subarray(0, at), stream.subarray(at)];
}

export function cutEvery(stream: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.ceil(stream.length / size) }, (_, index) =>
    stream.subarray(index * size, (index + 1) * size),
  );
}
