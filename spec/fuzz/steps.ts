/** The steps of a scripted client: bytes on numbered connections, and what is waited for behind them. */

/** Frames that a message may have at the fuzzed site. */
export const MOST_FRAGMENTS = 16;

/**
 * What the script waits for. `answer`: for one, but not long. `owed`: for one, and it is a fault if none comes.
 * `turn`: only until the bytes are on their way. `close`: for a WebSocket's end with that code, which is owed.
 */
export type Awaited = 'answer' | 'owed' | 'turn' | { readonly close: number };

export interface Say {
  /** Which of the script's connections; a new number is a new connection. */
  readonly line: number;
  /** A character is a byte; `{sid}` stands for the id that this script's handshake was given. */
  readonly bytes: string;
  readonly awaits: Awaited;
}

export interface HangUp {
  readonly line: number;
  readonly end: 'end' | 'reset';
}

export type Step = Say | HangUp;

/** One client, from its coming to its end. */
export type Script = readonly Step[];

/** Text as it stands on the wire. */
export function bytesOf(text: string | Buffer): string {
  return Buffer.from(text).toString('latin1');
}

export interface Request {
  readonly method?: string;
  readonly target: string;
  readonly lines?: readonly string[];
  readonly body?: string;
}

/** A request over HTTP/1.1, its length told where it has a body. */
export function request({ method = 'GET', target, lines = [], body }: Request): string {
  const length = body === undefined ? [] : [`Content-Length: ${body.length}`];
  const head = [`${method} ${bytesOf(target)} HTTP/1.1`, 'Host: h.example', ...lines, ...length];
  return `${head.join('\r\n')}\r\n\r\n${body ?? ''}`;
}

export const websocketLines: readonly string[] = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
];

/** One frame of a WebSocket. */
export interface WebSocketFrame {
  readonly opcode: number;
  readonly payload: string;
  readonly fin?: boolean;
  /** Three bits. */
  readonly reserved?: number;
  readonly masked?: boolean;
  /** What the frame says of its length, if that is not true. */
  readonly length?: number;
}

const MASK = [0x2a, 0x51, 0x0f, 0xe3] as const;

/** @see RFC 6455, section 5.2 */
export function writeFrame(frame: WebSocketFrame): string {
  const { opcode, payload, fin = true, reserved = 0, masked = true, length = payload.length } = frame;
  const head = [(fin ? 0x80 : 0) | ((reserved & 7) << 4) | (opcode & 15)];
  const mask = masked ? 0x80 : 0;
  if (length < 126) head.push(mask | length);
  else if (length < 65_536) head.push(mask | 126, length >> 8, length & 255);
  else head.push(mask | 127, 0, 0, 0, 0, ...bigEndian(length));
  if (masked) head.push(...MASK);
  return String.fromCharCode(...head) + (masked ? mask4(payload) : payload);
}

function bigEndian(length: number): number[] {
  return [24, 16, 8, 0].map((shift) => (length >>> shift) & 255);
}

function mask4(payload: string): string {
  const bytes = Buffer.from(payload, 'latin1');
  for (let index = 0; index < bytes.length; index++)
    bytes[index] = (bytes[index] ?? 0) ^ (MASK[index % 4] ?? 0);
  return bytes.toString('latin1');
}

/** The code of a close frame without one. @see RFC 6455, section 7.1.5 */
const NO_CODE = 1005;

/** @returns the code of the close frame behind the answer to a handshake and behind the site's other frames, once it is there */
export function closeCodeIn(heard: string): number | undefined {
  const bytes = Buffer.from(heard.slice(heard.indexOf('\r\n\r\n') + 4), 'latin1');
  if (!/^HTTP\/1.1 101 /.test(heard)) return undefined;
  for (let at = 0; at + 2 <= bytes.length; ) {
    const opcode = bytes.readUInt8(at) & 15;
    const { length, body } = extent(bytes, at);
    const end = body + length;
    if (end > bytes.length) return undefined;
    if (opcode === 8) return length < 2 ? NO_CODE : bytes.readUInt16BE(body);
    at = end;
  }
  return undefined;
}

/** Where the payload of an unmasked frame begins, and its length: beyond all bounds as long as that has not come. */
function extent(bytes: Buffer, at: number): { readonly length: number; readonly body: number } {
  const length = bytes.readUInt8(at + 1) & 127;
  if (length < 126) return { length, body: at + 2 };
  const body = at + (length === 126 ? 4 : 10);
  if (body > bytes.length) return { length: Number.POSITIVE_INFINITY, body };
  return {
    length: length === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2)),
    body,
  };
}
