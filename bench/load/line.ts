/** One client by WebSocket: Engine.IO 4 and Socket.IO 5 in frames written by hand. */
import { CLOSE, FrameReader, frame, type Hearer, TEXT, textFrame } from './frames.js';
import { Tcp } from './tcp.js';

/** What a client sends on the way into `/`. */
const JOIN = textFrame('40');
const PONG = textFrame('3');
const GOODBYE = frame(CLOSE, Buffer.from([0x03, 0xe8]));
const PING = 0x32;

/** The answer to the key below (RFC 6455, section 1.3). */
const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
const ACCEPT = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=';

export class Line {
  readonly #reader = new FrameReader((bytes, start, end, opcode) => this.#frame(bytes, start, end, opcode));
  #tcp: Tcp | undefined;
  #head: Buffer | undefined = Buffer.alloc(0);
  #hear: Hearer | undefined;
  #upgraded: (() => void) | undefined;
  readonly #inbox: string[] = [];
  #wake: (() => void) | undefined;
  /** Pings of the server, each answered. */
  pings = 0;

  /** Connects and upgrades; nothing may be said before the 101, and some servers drop what is. @param sid names a session that polls so far */
  static async open(port: number, sid?: string): Promise<Line> {
    const line = new Line();
    const tcp = await Tcp.open(port, (chunk) => line.#chunk(chunk));
    line.#tcp = tcp;
    const upgraded = new Promise<void>((resolve) => {
      line.#upgraded = resolve;
    });
    tcp.write(upgradeRequest(port, sid));
    await upgraded;
    return line;
  }

  /** Connects and joins `/`. */
  static async join(port: number): Promise<Line> {
    const line = await Line.open(port);
    await line.expect('0{"sid":');
    line.write(JOIN);
    await line.expect('40{"sid":');
    return line;
  }

  /** From now on frames go to this function; pings are answered before it. */
  hear(hear: Hearer): void {
    this.#hear = hear;
  }

  write(bytes: Buffer): void {
    this.#tcp?.write(bytes);
  }

  /** Waits for a text. @throws if it begins otherwise */
  async expect(start: string): Promise<string> {
    while (this.#inbox.length === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const text = this.#inbox.shift() ?? '';
    if (!text.startsWith(start)) throw new Error(`"${start}" was expected, not "${text}"`);
    return text;
  }

  /** Enters a room. */
  async enter(room: string): Promise<void> {
    this.write(textFrame(`420["join",${JSON.stringify(room)}]`));
    await this.expect('430[]');
  }

  /** Says goodbye and waits for the server to end the connection. */
  async leave(): Promise<void> {
    this.write(GOODBYE);
    await this.#tcp?.leave();
  }

  async drop(): Promise<void> {
    await this.#tcp?.drop();
  }

  #chunk(chunk: Buffer): void {
    if (!this.#head) return this.#reader.read(chunk);
    this.#head = Buffer.concat([this.#head, chunk]);
    const end = this.#head.indexOf('\r\n\r\n');
    if (end < 0) return;
    const head = this.#head.toString('latin1', 0, end);
    if (!head.startsWith('HTTP/1.1 101') || !head.includes(ACCEPT)) throw new Error(`no upgrade: ${head}`);
    const rest = this.#head.subarray(end + 4);
    this.#head = undefined;
    this.#upgraded?.();
    if (rest.length > 0) this.#reader.read(rest);
  }

  #frame(bytes: Buffer, start: number, end: number, opcode: number): void {
    if (opcode === CLOSE) return;
    if (opcode === TEXT && end - start === 1 && bytes[start] === PING) {
      this.pings++;
      return this.write(PONG);
    }
    if (this.#hear) return this.#hear(bytes, start, end, opcode);
    if (opcode !== TEXT) throw new Error(`a frame of kind ${opcode} that nobody waits for`);
    this.#inbox.push(bytes.toString('utf8', start, end));
    this.#wake?.();
  }
}

/** As a genuine client in Node would ask, its offer of compression included. */
function upgradeRequest(port: number, sid: string | undefined): string {
  const session = sid === undefined ? '' : `&sid=${sid}`;
  return [
    `GET /socket.io/?EIO=4&transport=websocket${session} HTTP/1.1`,
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${KEY}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits',
    `Host: 127.0.0.1:${port}`,
    '\r\n',
  ].join('\r\n');
}
