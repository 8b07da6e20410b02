/** Clients that say what they like, by WebSocket or by polling, and see what becomes of them. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { ask } from '../router/raw.js';
import { within } from '../support/patience.js';
import { frame, readFrames } from './frames.js';

/** What the client of a generation has to say. */
export type Words = string | Buffer;

/** What has become of a client. */
export interface Fate {
  readonly closed: boolean;
  /** The close code of a WebSocket (1006: cut), the status of a POST. */
  readonly code: number;
  /** All that it was told after its words, latin1. */
  readonly told: string;
}

export interface Visitor {
  /** Says all of it at once: as messages one by one, or as one body. */
  say(words: readonly Words[]): Promise<void>;
  /** Whether it is still heard. */
  fate(): Promise<Fate>;
  leave(): void;
}

/** A way to come, in the words of a generation. */
export interface Way {
  readonly name: string;
  readonly generation: 1 | 3 | 4;
  readonly polls: boolean;
  come(port: number): Promise<Visitor>;
}

/** Joined already: how the probe is written, and what its echo contains. */
const PROBE = '42["echo","pr0be"]';
const ECHO = 'pr0be';

interface Tongue {
  readonly query: string;
  readonly join: readonly string[];
  readonly probe: string;
  readonly binary: (bytes: Buffer) => Buffer;
  body(words: readonly Words[]): string;
}

const engine4: Tongue = {
  query: 'EIO=4',
  join: ['40'],
  probe: PROBE,
  binary: (bytes) => bytes,
  body: (words) =>
    words.map((word) => (typeof word === 'string' ? word : `b${word.toString('base64')}`)).join('\x1e'),
};

const engine3: Tongue = {
  query: 'EIO=3',
  join: [],
  probe: PROBE,
  binary: (bytes) => Buffer.concat([Buffer.of(4), bytes]),
  body: (words) =>
    words
      .map((word) => (typeof word === 'string' ? word : `b4${word.toString('base64')}`))
      .map((text) => `${text.length}:${text}`)
      .join(''),
};

/** A body of Engine.IO 3 as bytes: a buffer begins with its type. */
export function bytesOf3(words: readonly Words[]): Buffer {
  const parts = words.map((word) => {
    const bytes = Buffer.from(word);
    const digits = Array.from(String(bytes.length), Number);
    return Buffer.concat([Buffer.of(typeof word === 'string' ? 0 : 1, ...digits, 255), bytes]);
  });
  return Buffer.concat(parts);
}

/** A WebSocket of which each byte is ours. */
export class Wire implements Visitor {
  readonly socket: Socket;
  readonly #tongue: Tongue | undefined;
  #rest = Buffer.alloc(0);
  #texts: string[] = [];
  #told: string[] = [];
  #code = 1006;
  #ended = false;
  #wake = (): void => {};

  private constructor(socket: Socket, tongue: Tongue | undefined) {
    this.socket = socket;
    this.#tongue = tongue;
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#ended = true;
      this.#wake();
    });
  }

  /** @param path with its query @param more header lines */
  static async open(port: number, path: string, tongue?: Tongue, more = ''): Promise<Wire> {
    const socket = connect(port, '127.0.0.1');
    const wire = new Wire(socket, tongue);
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${more}\r\n`,
    );
    await wire.#shaken();
    return wire;
  }

  static async join(port: number, tongue: Tongue, more = ''): Promise<Wire> {
    const wire = await Wire.open(port, `/socket.io/?${tongue.query}&transport=websocket`, tongue, more);
    await wire.until('"sid"');
    wire.write(tongue.join.map((text) => frame(text)));
    await wire.until('40');
    wire.#told = [];
    return wire;
  }

  get ended(): boolean {
    return this.#ended;
  }

  get code(): number {
    return this.#code;
  }

  get told(): string {
    return this.#told.join('');
  }

  /** Forgets what was told before this. */
  forget(text: string): void {
    const told = this.told;
    this.#told = [told.slice(told.lastIndexOf(text))];
    this.#texts = [];
  }

  write(bytes: Buffer | readonly Buffer[]): void {
    if (!this.#ended) this.socket.write(Buffer.concat([bytes].flat()));
  }

  async say(words: readonly Words[]): Promise<void> {
    const binary = this.#tongue?.binary ?? ((bytes: Buffer) => bytes);
    this.write(words.map((word) => frame(typeof word === 'string' ? word : binary(word))));
  }

  async fate(): Promise<Fate> {
    this.write(frame(this.#tongue?.probe ?? PROBE));
    await this.#until(() => this.#ended || this.told.includes(ECHO), 'an echo or the end');
    return { closed: this.#ended, code: this.#ended ? this.#code : 0, told: this.told };
  }

  /** Settles when the server has ended the connection. */
  end(deadlineMs?: number): Promise<void> {
    return this.#until(() => this.#ended, 'the end of the connection', deadlineMs);
  }

  async until(text: string): Promise<void> {
    await this.#until(() => this.#texts.some((one) => one.startsWith(text) || one.includes(text)), text);
  }

  leave(): void {
    this.socket.destroy();
  }

  async #shaken(): Promise<void> {
    let head = Buffer.alloc(0);
    while (!head.includes('\r\n\r\n')) {
      const [chunk] = (await within(once(this.socket, 'data'), 'a handshake')) as [Buffer];
      head = Buffer.concat([head, chunk]);
    }
    const end = head.indexOf('\r\n\r\n') + 4;
    if (!head.subarray(0, 12).includes('101')) throw new Error(head.toString());
    this.socket.on('data', (chunk: Buffer) => this.#hear(chunk));
    this.#hear(head.subarray(end));
  }

  #hear(chunk: Buffer): void {
    const { frames, rest } = readFrames(Buffer.concat([this.#rest, chunk]));
    this.#rest = Buffer.from(rest);
    for (const { opcode, payload } of frames) {
      const text = payload.toString('latin1');
      this.#told.push(text);
      if (opcode === 8) this.#close(payload);
      else if (text === '2') this.write(frame('3'));
      else this.#texts.push(text);
    }
    this.#wake();
  }

  #close(payload: Buffer): void {
    this.#code = payload.length >= 2 ? payload.readUInt16BE(0) : 1005;
    this.write(frame(payload.subarray(0, 2), { first: 0x88 }));
    this.socket.end();
  }

  #until(fulfilled: () => boolean, what: string, deadlineMs?: number): Promise<void> {
    const promise = new Promise<void>((resolve) => {
      this.#wake = () => {
        if (fulfilled()) resolve();
      };
      this.#wake();
    });
    return within(promise, what, deadlineMs);
  }
}

/** A client that polls, in one body whatever it says at once. */
export class Poller implements Visitor {
  readonly sid: string;
  readonly #port: number;
  readonly #tongue: Tongue;
  #status = 200;
  #told = '';

  private constructor(port: number, tongue: Tongue, sid: string) {
    this.#port = port;
    this.#tongue = tongue;
    this.sid = sid;
  }

  static async join(port: number, tongue: Tongue): Promise<Poller> {
    const { body } = await ask(port, `/socket.io/?${tongue.query}&transport=polling`);
    const sid = /"sid":"([^"]+)"/.exec(body)?.[1] ?? '';
    const poller = new Poller(port, tongue, sid);
    if (tongue.join.length > 0) await poller.say(tongue.join);
    await poller.poll();
    poller.#told = '';
    return poller;
  }

  get path(): string {
    return `/socket.io/?${this.#tongue.query}&transport=polling&sid=${this.sid}`;
  }

  async say(words: readonly Words[]): Promise<void> {
    await this.post(this.#tongue.body(words));
  }

  async post(body: string | Buffer, type = 'text/plain;charset=UTF-8'): Promise<number> {
    const headers = { 'Content-Type': type, 'Content-Length': String(Buffer.byteLength(body)) };
    // A refusal may cut the connection while the body is still being written.
    const cut = { status: 0, body: '' };
    const answer = await ask(this.#port, this.path, { method: 'POST', body, headers }).catch(() => cut);
    if (this.#status === 200) this.#status = answer.status;
    this.#told += answer.body;
    return answer.status;
  }

  async poll(): Promise<number> {
    const { status, body } = await ask(this.#port, this.path);
    this.#told += body;
    return status;
  }

  async fate(): Promise<Fate> {
    if ((await this.post(this.#tongue.body([this.#tongue.probe]))) !== 200) return this.#gone();
    while (!this.#told.includes(ECHO)) {
      if ((await this.poll()) !== 200) return this.#gone();
    }
    return { closed: false, code: this.#status, told: this.#told };
  }

  leave(): void {
    void this.post(this.#tongue.body(['1']));
  }

  #gone(): Fate {
    return { closed: true, code: this.#status, told: this.#told };
  }
}

export const tongues = { 3: engine3, 4: engine4 } as const;

const byWire = (generation: 3 | 4): Way => ({
  name: `Engine.IO ${generation} by WebSocket`,
  generation,
  polls: false,
  come: (port) => Wire.join(port, tongues[generation]),
});
const byPolls = (generation: 3 | 4): Way => ({
  name: `Engine.IO ${generation} by polling`,
  generation,
  polls: true,
  come: (port) => Poller.join(port, tongues[generation]),
});

export const engineWays: readonly Way[] = [byWire(4), byPolls(4), byWire(3), byPolls(3)];

const HELLO = '/socket.io/1/';
const PROBE1 = '5:::{"name":"echo","args":["pr0be"]}';
const MARK1 = '\ufffd';

/** Several packets as one message, as clients of revision 1 may write them. */
export function framed(words: readonly string[]): string {
  const [only = ''] = words;
  return words.length === 1 ? only : words.map((word) => `${MARK1}${word.length}${MARK1}${word}`).join('');
}

/** The id of a new session of revision 1. */
export async function hello(port: number): Promise<string> {
  const { body } = await ask(port, HELLO);
  return body.split(':')[0] ?? '';
}

/** A client of revision 1 that polls; each POST is thanked for, whatever becomes of it. */
class Poller1 implements Visitor {
  readonly #port: number;
  readonly #path: string;
  #told = '';
  #status = 200;

  constructor(port: number, sid: string) {
    this.#port = port;
    this.#path = `/socket.io/1/xhr-polling/${sid}`;
  }

  static async join(port: number): Promise<Poller1> {
    const poller = new Poller1(port, await hello(port));
    await poller.#poll();
    poller.#told = '';
    return poller;
  }

  async say(words: readonly Words[]): Promise<void> {
    const { status } = await this.#post(framed(words.map(String)));
    if (this.#status === 200) this.#status = status;
  }

  async fate(): Promise<Fate> {
    await this.#post(PROBE1);
    while (!this.#told.includes(ECHO)) {
      const body = await this.#poll();
      if (body.includes('7:::1+0') || body.endsWith('0::'))
        return { closed: true, code: this.#status, told: this.#told };
    }
    return { closed: false, code: this.#status, told: this.#told };
  }

  leave(): void {
    void ask(this.#port, `${this.#path}?disconnect`);
  }

  #post(body: string): Promise<{ readonly status: number; readonly body: string }> {
    return ask(this.#port, this.#path, { method: 'POST', body }).catch(() => ({ status: 0, body: '' }));
  }

  async #poll(): Promise<string> {
    const { body } = await ask(this.#port, this.#path);
    this.#told += body;
    return body;
  }
}

const revision1: Tongue = {
  query: '',
  join: [],
  probe: PROBE1,
  binary: (bytes) => bytes,
  body: (words) => framed(words.map(String)),
};

export const revision1Ways: readonly Way[] = [
  {
    name: 'revision 1 by WebSocket',
    generation: 1,
    polls: false,
    come: async (port) => {
      const wire = await Wire.open(port, `/socket.io/1/websocket/${await hello(port)}`, revision1);
      await wire.until('1::');
      wire.forget('1::');
      return wire;
    },
  },
  { name: 'revision 1 by xhr-polling', generation: 1, polls: true, come: (port) => Poller1.join(port) },
];
