/** A client of which every byte is our own, and which tells who ended the connection. */
import { connect as connectTcp, type NetConnectOpts, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { latch, within } from '../support/patience.js';

const REQUEST =
  'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
  'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n';

const HEAD_END = '\r\n\r\n';

export interface Coming {
  /** More header lines. */
  readonly headers?: string;
  /** Sent with the request. */
  readonly behind?: Buffer;
  readonly secure?: boolean;
}

export class RawClient {
  readonly socket: Socket;
  /** Nothing more comes: the server has ended its side. */
  readonly ended: Promise<void>;
  readonly closed: Promise<void>;
  /** Joined when somebody looks: large messages come in many pieces. */
  #pieces: Buffer[] = [];
  #size = 0;
  #look: () => void = () => {};

  /** A client ends its own side only when it is told to. */
  static async come(port: number, { headers = '', behind, secure = false }: Coming = {}): Promise<RawClient> {
    const options: NetConnectOpts = { port, host: '127.0.0.1', allowHalfOpen: true };
    const socket = secure
      ? connectTls({ ...options, rejectUnauthorized: false } as object)
      : connectTcp(options);
    const client = new RawClient(socket);
    socket.write(Buffer.concat([Buffer.from(`${REQUEST}${headers}\r\n`), behind ?? Buffer.alloc(0)]));
    await client.#until(() => client.#bytes.includes(HEAD_END), 'the answer');
    return client;
  }

  private constructor(socket: Socket) {
    this.socket = socket;
    const ended = latch();
    const closed = latch();
    this.ended = within(ended.promise, "the end of the server's side");
    this.closed = within(closed.promise, 'the end of the connection');
    for (const promise of [this.ended, this.closed]) promise.catch(() => {});
    socket.on('error', () => {});
    socket.on('end', () => ended.open());
    socket.on('close', () => closed.open());
    socket.on('data', (chunk) => {
      this.#pieces.push(chunk);
      this.#size += chunk.length;
      this.#look();
    });
  }

  get head(): string {
    return this.#bytes.subarray(0, this.#bytes.indexOf(HEAD_END)).toString();
  }

  /** What has come behind the answer. */
  get heard(): Buffer {
    return this.#bytes.subarray(this.#bytes.indexOf(HEAD_END) + HEAD_END.length);
  }

  write(...frames: Buffer[]): void {
    this.socket.write(Buffer.concat(frames));
  }

  /** So many bytes have come behind the answer. @returns these, as hex */
  async hears(count: number): Promise<string> {
    const size = this.#size - this.heard.length + count;
    await this.#until(() => this.#size >= size, `${count} bytes`);
    return this.heard.subarray(0, count).toString('hex');
  }

  get #bytes(): Buffer {
    this.#pieces = [Buffer.concat(this.#pieces)];
    return this.#pieces[0] ?? Buffer.alloc(0);
  }

  #until(fulfilled: () => boolean, what: string): Promise<void> {
    const promise = new Promise<void>((resolve) => {
      this.#look = () => {
        if (!fulfilled()) return;
        this.#look = () => {};
        resolve();
      };
      this.#look();
    });
    return within(promise, what);
  }
}
