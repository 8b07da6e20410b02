/** HTTP by hand: what no client library would send, and exactly what came back. */
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { within } from '../support/patience.js';

export interface Answer {
  readonly status: number;
  /** Lower-case names; repeated ones joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Wish {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
}

/** One request over a connection of its own. */
export function ask(
  port: number,
  path: string,
  { method = 'GET', headers = {}, body }: Wish = {},
): Promise<Answer> {
  const answer = new Promise<Answer>((resolve, reject) => {
    const req = request({ port, host: '127.0.0.1', path, method, headers, agent: false }, (res) => {
      const chunks: Buffer[] = [];
      res.on('data', (chunk: Buffer) => chunks.push(chunk));
      res.on('end', () => {
        const block = [];
        for (let index = 0; index < res.rawHeaders.length; index += 2) {
          block.push(`${res.rawHeaders[index]}: ${res.rawHeaders[index + 1]}`);
        }
        resolve({
          status: res.statusCode ?? 0,
          headers: fields(block),
          body: Buffer.concat(chunks).toString(),
        });
      });
    });
    req.on('error', reject);
    req.end(body);
  });
  return within(answer, `an answer to ${method} ${path.slice(0, 80)}`);
}

const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';

export const upgradeHeaders: Readonly<Record<string, string>> = {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Key': KEY,
  'Sec-WebSocket-Version': '13',
};

/** A request for a WebSocket. An empty value leaves the header out. */
export async function knock(
  port: number,
  path: string,
  headers: Record<string, string> = {},
): Promise<Knock> {
  const lines = Object.entries({ Host: `127.0.0.1:${port}`, ...upgradeHeaders, ...headers });
  const text = lines.filter(([, value]) => value !== '').map(([name, value]) => `${name}: ${value}\r\n`);
  return Knock.send(port, `GET ${path} HTTP/1.1\r\n${text.join('')}\r\n`);
}

/** A connection on which something was said. */
export class Knock {
  readonly socket: Socket;
  #text = '';
  #ended = false;
  #look: () => void = () => {};

  static send(port: number, text: string | Buffer): Knock {
    const knock = new Knock(connect(port, '127.0.0.1'));
    knock.socket.write(text);
    return knock;
  }

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      this.#text += chunk;
      this.#look();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#ended = true;
      this.#look();
    });
  }

  /** All that has come, latin1. */
  get text(): string {
    return this.#text;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Waits until so much has come. */
  until(what: RegExp): Promise<void> {
    return this.#waits(() => what.test(this.#text), `${what} in ${JSON.stringify(this.#text)}`);
  }

  /** Status and headers, as soon as they are there. */
  async head(): Promise<Answer> {
    await this.until(/\r\n\r\n/);
    return this.#answer();
  }

  /** The whole answer, when the server has ended the connection. */
  async answer(): Promise<Answer> {
    await this.#waits(() => this.#ended, 'the end of the connection');
    return this.#answer();
  }

  #answer(): Answer {
    const end = this.#text.indexOf('\r\n\r\n');
    const [status = '', ...block] = this.#text.slice(0, end).split('\r\n');
    return { status: Number(status.split(' ')[1]), headers: fields(block), body: this.#text.slice(end + 4) };
  }

  #waits(fulfilled: () => boolean, what: string): Promise<void> {
    const promise = new Promise<void>((resolve) => {
      this.#look = () => {
        if (fulfilled()) resolve();
      };
      this.#look();
    });
    return within(promise, what);
  }
}

/** Header lines as a record. */
function fields(block: readonly string[]): Record<string, string> {
  const all: Record<string, string> = {};
  for (const line of block) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    all[name] = name in all ? `${all[name]}, ${value}` : value;
  }
  return all;
}

/** A polling handshake of Engine.IO 4. @returns the session's id */
export async function handshake(
  port: number,
  path = '/socket.io/',
  headers: Record<string, string> = {},
): Promise<string> {
  const { body, status } = await ask(port, `${path}?EIO=4&transport=polling`, { headers });
  if (status !== 200) throw new Error(`${status} ${body}`);
  return (JSON.parse(body.slice(1)) as { sid: string }).sid;
}
