/** Revision 1 spoken by hand: requests and frames as they stand on the wire. */
import { WebSocket } from 'ws';
import { type Answer, ask, type Wish } from '../router/raw.js';
import { within } from './patience.js';

const BASE = '/socket.io/1';

/** A WebSocket whose messages are read one by one; `undefined` once it has closed. */
export class Line1 {
  readonly #socket: WebSocket;
  readonly #frames: (string | undefined)[] = [];
  #reader: (() => void) | undefined;

  constructor(port: number, sid: string) {
    this.#socket = new WebSocket(`ws://127.0.0.1:${port}${BASE}/websocket/${sid}`);
    this.#socket.on('message', (data: Buffer) => this.#put(data.toString()));
    this.#socket.on('close', () => this.#put(undefined));
    this.#socket.on('error', () => {});
  }

  say(...frames: string[]): void {
    for (const frame of frames) this.#socket.send(frame);
  }

  async next(): Promise<string | undefined> {
    while (this.#frames.length === 0) {
      const more = new Promise<void>((resolve) => {
        this.#reader = resolve;
      });
      await within(more, 'a frame of the server');
    }
    return this.#frames[0] === undefined ? undefined : this.#frames.shift();
  }

  async take(count: number): Promise<(string | undefined)[]> {
    const frames = [];
    for (let index = 0; index < count; index++) frames.push(await this.next());
    return frames;
  }

  close(): void {
    this.#socket.close();
  }

  terminate(): void {
    this.#socket.terminate();
  }

  #put(frame: string | undefined): void {
    this.#frames.push(frame);
    this.#reader?.();
  }
}

/** One session of a server, from its handshake on. */
export class Client1 {
  readonly port: number;
  readonly sid: string;
  /** All that the handshake said. */
  readonly terms: string;

  static async open(port: number, query = ''): Promise<Client1> {
    const { body } = await ask(port, `${BASE}/?t=1${query}`);
    return new Client1(port, body);
  }

  private constructor(port: number, terms: string) {
    this.port = port;
    this.terms = terms;
    this.sid = terms.split(':')[0] ?? '';
  }

  poll(transport = 'xhr-polling', wish: Wish = {}): Promise<Answer> {
    return ask(this.port, `${BASE}/${transport}/${this.sid}?t=1`, wish);
  }

  /** The body of a poll's answer. */
  async hear(transport?: string): Promise<string> {
    return (await this.poll(transport)).body;
  }

  post(
    body: string | Buffer,
    transport = 'xhr-polling',
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    return this.poll(transport, { method: 'POST', body, headers });
  }

  leave(): Promise<Answer> {
    return ask(this.port, `${BASE}//${this.sid}/?disconnect=1`);
  }

  line(): Line1 {
    return new Line1(this.port, this.sid);
  }
}
