/** Engine.IO 3 spoken by hand: bodies and frames as they stand on the wire. */
import { WebSocket } from 'ws';
import { within } from './patience.js';

/** One answer over HTTP. */
export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: Buffer;
  readonly text: string;
}

export async function ask(url: string, init: RequestInit = {}): Promise<Answer> {
  const answer = await within(fetch(url, init), `an answer to ${init.method ?? 'GET'}`);
  const body = Buffer.from(await answer.arrayBuffer());
  const type = answer.headers.get('content-type') ?? '';
  return { status: answer.status, type, body, text: body.toString() };
}

/** `<length>:<packet>` for each. */
export function payloadOf(...packets: string[]): string {
  return packets.map((packet) => `${packet.length}:${packet}`).join('');
}

/** A polling client; its handshake has been answered. */
export class Poller {
  readonly #url: string;
  readonly sid: string;

  constructor(url: string, sid: string) {
    this.#url = url;
    this.sid = sid;
  }

  /** @param query more of the handshake's query, with an ampersand in front */
  static async open(site: string, query = ''): Promise<Poller> {
    const url = `${site}/socket.io/?EIO=3&transport=polling`;
    const { text } = await ask(`${url}${query}`);
    return new Poller(url, sidIn(text));
  }

  poll(): Promise<Answer> {
    return ask(`${this.#url}&sid=${this.sid}`);
  }

  post(body: string | Buffer, type = 'text/plain;charset=UTF-8'): Promise<Answer> {
    const bytes = typeof body === 'string' ? body : new Uint8Array(body);
    return ask(`${this.#url}&sid=${this.sid}`, {
      method: 'POST',
      body: bytes,
      headers: { 'Content-Type': type },
    });
  }
}

/** The session's id in whatever the handshake was wrapped in. */
export function sidIn(text: string): string {
  return /\\?"sid\\?":\\?"([\w-]{20})\\?"/.exec(text)?.[1] ?? '';
}

/** A WebSocket whose messages are read one by one; bytes in hexadecimal, `undefined` once it has closed. */
export class Line3 {
  readonly #socket: WebSocket;
  readonly #frames: (string | undefined)[] = [];
  #reader: (() => void) | undefined;

  constructor(site: string, query = '') {
    this.#socket = new WebSocket(
      `${site.replace('http', 'ws')}/socket.io/?EIO=3&transport=websocket${query}`,
    );
    this.#socket.on('message', (data: Buffer, binary) => this.#put(data.toString(binary ? 'hex' : 'utf8')));
    this.#socket.on('close', () => this.#put(undefined));
  }

  say(...frames: (string | Buffer)[]): void {
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

  async skip(count: number): Promise<void> {
    for (let index = 0; index < count; index++) await this.next();
  }

  close(): void {
    this.#socket.terminate();
  }

  #put(frame: string | undefined): void {
    this.#frames.push(frame);
    this.#reader?.();
  }
}
