/** A client of hixie-76 that behaves like the browsers and the Flash object of its time: random keys, and it checks the answer. */
import { createHash, randomBytes, randomInt } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { within } from './patience.js';

export interface Introduction {
  readonly origin?: string;
  readonly path?: string;
  readonly host?: string;
  /** More header lines. */
  readonly lines?: readonly string[];
  /** Holds the eight bytes back until the headers of the answer are there, as some proxies do. */
  readonly late?: boolean;
  /** Writes each byte for itself. */
  readonly dripping?: boolean;
}

/** A key of the draft: a number times its spaces, with characters that mean nothing. @see hixie-76, section 4.1 */
export function randomKey(): { readonly text: string; readonly number: number } {
  const spaces = randomInt(1, 13);
  const number = randomInt(0, Math.floor(0xffffffff / spaces) + 1);
  const text = [...String(number * spaces)];
  const insert = (character: string, from: number, to: number) =>
    text.splice(randomInt(from, to), 0, character);
  for (let count = randomInt(1, 13); count > 0; count--) {
    insert(
      String.fromCharCode(randomInt(2) ? randomInt(0x21, 0x30) : randomInt(0x3a, 0x7f)),
      0,
      text.length + 1,
    );
  }
  // A space never stands first or last.
  if (text.length === 1) text.push('!');
  for (let count = spaces; count > 0; count--) insert(' ', 1, text.length);
  return { text: text.join(''), number };
}

export class Hixie76Client {
  readonly socket: Socket;
  /** The header block of the answer. */
  head = '';
  #bytes = Buffer.alloc(0);
  #ended = false;
  #look: () => void = () => {};

  /** Comes, and does not return before the server has proved itself. */
  static async come(port: number, introduction: Introduction = {}): Promise<Hixie76Client> {
    const client = new Hixie76Client(connect(port, '127.0.0.1'));
    await client.#shakeHands(port, introduction);
    return client;
  }

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, chunk]);
      this.#look();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#ended = true;
      this.#look();
    });
  }

  /** @param write how the bytes are cut */
  send(text: string, write = (bytes: Buffer) => void this.socket.write(bytes)): void {
    write(Buffer.concat([Buffer.from([0]), Buffer.from(text), Buffer.from([0xff])]));
  }

  /** The next message. */
  async next(): Promise<string> {
    await this.#waits(() => this.#bytes.includes(0xff), 'a message');
    const end = this.#bytes.indexOf(0xff);
    const bytes = this.#take(end + 1);
    if (bytes[0] !== 0) throw new Error(`no message: ${bytes.toString('hex')}`);
    return bytes.subarray(1, end).toString();
  }

  /** Hands on every message in order, then the end; nobody else reads any more. */
  listen(message: (text: string) => Promise<void>, end: () => Promise<void>): void {
    const look = this.#look;
    let told = Promise.resolve();
    this.#look = () => {
      look();
      for (let at = this.#bytes.indexOf(0xff); at > 0; at = this.#bytes.indexOf(0xff)) {
        const text = this.#take(at + 1)
          .subarray(1, at)
          .toString();
        told = told.then(() => message(text));
      }
      if (this.#ended) told = told.then(end);
    };
    this.#look();
  }

  /** Whatever follows, up to the end of the connection. */
  async rest(): Promise<Buffer> {
    await this.#waits(() => this.#ended, 'the end of the connection');
    return this.#take(this.#bytes.length);
  }

  /** Says goodbye as the draft does, and waits until the server has confirmed it. */
  async leave(): Promise<void> {
    this.socket.write(Buffer.from([0xff, 0]));
    const rest = await this.rest();
    if (!rest.subarray(-2).equals(Buffer.from([0xff, 0])))
      throw new Error(`no goodbye: ${rest.toString('hex')}`);
  }

  async #shakeHands(port: number, introduction: Introduction): Promise<void> {
    const { origin = 'http://a.example', path = '/', host = `127.0.0.1:${port}` } = introduction;
    const [first, second, challenge] = [randomKey(), randomKey(), randomBytes(8)];
    const lines = [
      `GET ${path} HTTP/1.1`,
      'Upgrade: WebSocket',
      'Connection: Upgrade',
      `Host: ${host}`,
      `Origin: ${origin}`,
      `Sec-WebSocket-Key1: ${first.text}`,
      `Sec-WebSocket-Key2: ${second.text}`,
      ...(introduction.lines ?? []),
    ];
    const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`);
    const first16 = introduction.late ? [head] : [Buffer.concat([head, challenge])];
    for (const bytes of introduction.dripping ? singles(first16) : first16) this.socket.write(bytes);
    await this.#waits(() => this.#bytes.includes('\r\n\r\n'), 'the headers of the answer');
    this.head = this.#take(this.#bytes.indexOf('\r\n\r\n') + 4).toString('latin1');
    if (introduction.late) this.socket.write(challenge);
    await this.#waits(() => this.#bytes.length >= 16, `the proof behind ${this.head}`);
    this.#check(origin, `ws://${host}${path}`, this.#take(16), proof(first.number, second.number, challenge));
  }

  /** What browsers and the Flash object insist on. */
  #check(origin: string, address: string, given: Buffer, wanted: Buffer): void {
    const [status = '', ...block] = this.head.trimEnd().split('\r\n');
    const headers = new Map(
      block.map((line) => [line.split(': ')[0]?.toLowerCase(), line.replace(/^.*?: /, '')]),
    );
    const faults = [
      /^HTTP\/1\.1 101 /.test(status) || status,
      headers.get('upgrade') === 'WebSocket' || 'upgrade',
      headers.get('connection')?.toLowerCase() === 'upgrade' || 'connection',
      headers.get('sec-websocket-origin')?.toLowerCase() === origin.toLowerCase() || 'origin',
      headers.get('sec-websocket-location') === address || 'location',
      given.equals(wanted) || 'proof',
    ].filter((fault) => fault !== true);
    if (faults.length > 0) throw new Error(`the client refuses: ${faults.join(', ')}\n${this.head}`);
  }

  #take(length: number): Buffer {
    const bytes = this.#bytes.subarray(0, length);
    this.#bytes = this.#bytes.subarray(length);
    return bytes;
  }

  #waits(fulfilled: () => boolean, what: string): Promise<void> {
    const promise = new Promise<void>((resolve, reject) => {
      this.#look = () => {
        if (fulfilled()) resolve();
        else if (this.#ended)
          reject(new Error(`the connection ended before ${what}: ${this.#bytes.toString('latin1')}`));
      };
      this.#look();
    });
    return within(promise, what);
  }
}

function proof(first: number, second: number, challenge: Buffer): Buffer {
  const numbers = new DataView(new ArrayBuffer(8));
  numbers.setUint32(0, first);
  numbers.setUint32(4, second);
  return createHash('md5').update(Buffer.from(numbers.buffer)).update(challenge).digest();
}

function singles(chunks: readonly Buffer[]): Buffer[] {
  return [...Buffer.concat(chunks)].map((byte) => Buffer.from([byte]));
}
