/** A site for one spec, and clients that speak raw Engine.IO 4 to it. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import {
  Agent,
  createServer,
  type Server as HttpServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
} from 'node:http';
import { type AddressInfo, connect as connectTcp, type Socket as TcpSocket } from 'node:net';
import { Readable } from 'node:stream';
import express from 'express';
import { WebSocket } from 'ws';
import { type Server, type Socket, socketio, type UserOptions } from '../../lib/index.js';

export interface Site {
  readonly io: Server;
  readonly server: HttpServer;
  readonly port: number;
  readonly url: string;
  /** The next socket that connects. */
  connection(): Promise<Socket>;
  close(): Promise<void>;
}

/** The options, or the finished server. */
export async function open(options: UserOptions | Server = {}): Promise<Site> {
  const io = ('of' in options ? options : socketio(options as UserOptions)) as Server;
  const app = express();
  app.use('/socket.io', io);
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    io,
    server,
    port,
    url: `http://127.0.0.1:${port}`,
    connection: () => new Promise((resolve) => io.once('connection', resolve as never)),
    close: async () => {
      await io.close({ drain: 50 });
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Why this socket left. */
export function reason(socket: Socket): Promise<string> {
  return new Promise((resolve) => socket.on('disconnect', (why) => resolve(why)));
}

export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: IncomingHttpHeaders;
}

const separate = new Agent({ keepAlive: false });

/** One request over a connection of its own; `undefined` if it is cut. */
export function ask(
  site: Site,
  method: string,
  query: string,
  body?: string | Buffer | Readable,
  headers: Record<string, string | number> = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const path = `/socket.io/?EIO=4&transport=polling${query}`;
    const options = { host: '127.0.0.1', port: site.port, path, method, headers, agent: separate };
    const req = request(options, (res) => {
      const chunks: Buffer[] = [];
      res.on('data', (chunk) => chunks.push(chunk));
      res.on('error', reject);
      res.on('end', () =>
        resolve({
          status: res.statusCode ?? 0,
          body: Buffer.concat(chunks).toString(),
          headers: res.headers,
        }),
      );
    });
    req.on('error', reject);
    if (body instanceof Readable) return void body.pipe(req);
    if (body !== undefined && headers['Transfer-Encoding'] === undefined) {
      req.setHeader('Content-Length', Buffer.byteLength(body));
    }
    req.end(body);
  });
}

/** A client that polls. */
export class Poller {
  readonly #site: Site;
  readonly sid: string;

  constructor(site: Site, sid: string) {
    this.#site = site;
    this.sid = sid;
  }

  /** Comes, and joins `/` if wanted. */
  static async come(site: Site, join = true): Promise<Poller> {
    const { body } = await ask(site, 'GET', '');
    const poller = new Poller(site, JSON.parse(body.slice(1)).sid);
    if (!join) return poller;
    await poller.post('40');
    await poller.poll();
    return poller;
  }

  poll(): Promise<Answer> {
    return ask(this.#site, 'GET', `&sid=${this.sid}`);
  }

  post(body: string | Buffer, headers?: Record<string, string | number>): Promise<Answer> {
    return ask(this.#site, 'POST', `&sid=${this.sid}`, body, {
      'Content-Type': 'text/plain;charset=UTF-8',
      ...headers,
    });
  }

  /** A poll that has reached the server, and can be cut. */
  async waitingPoll(): Promise<TcpSocket> {
    const socket = connectTcp(this.#site.port, '127.0.0.1');
    socket.on('error', () => {});
    const seen = seenRequest(this.#site, this.sid);
    socket.write(`GET /socket.io/?EIO=4&transport=polling&sid=${this.sid} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await seen;
    return socket;
  }

  upgrade(): Promise<Talk> {
    return Talk.come(this.#site, `&sid=${this.sid}`);
  }

  /** Whether the server still knows this session. */
  async known(): Promise<boolean> {
    const { body } = await ask(this.#site, 'PUT', `&sid=${this.sid}`);
    return !body.includes('"code":1');
  }
}

/** Node says here that a request has come, whoever serves it. */
const CHANNEL = 'http.server.request.start';

/** The next request with this in its URL. */
export function seenRequest({ server }: Site, part = ''): Promise<void> {
  return new Promise((resolve) => {
    const seen = (message: unknown): void => {
      const start = message as { readonly request: IncomingMessage; readonly server: unknown };
      if (start.server !== server || !start.request.url?.includes(part)) return;
      unsubscribe(CHANNEL, seen);
      setImmediate(resolve);
    };
    subscribe(CHANNEL, seen);
  });
}

/** A client on a WebSocket. */
export class Talk {
  readonly ws: WebSocket;
  readonly closed: Promise<{ code: number; reason: string }>;
  readonly #heard: (string | Buffer)[] = [];
  readonly #waiting: ((message: string | Buffer) => void)[] = [];

  private constructor(ws: WebSocket) {
    this.ws = ws;
    ws.on('message', (data: Buffer, binary) => this.#hear(binary ? data : data.toString()));
    ws.on('error', () => {});
    this.closed = new Promise((resolve) =>
      ws.on('close', (code, why) => resolve({ code, reason: why.toString() })),
    );
  }

  static async come(site: Site, query = ''): Promise<Talk> {
    const ws = new WebSocket(`ws://127.0.0.1:${site.port}/socket.io/?EIO=4&transport=websocket${query}`);
    const talk = new Talk(ws);
    await new Promise((resolve, reject) => {
      ws.on('open', resolve);
      ws.on('error', reject);
    });
    return talk;
  }

  /** Comes and joins `/`. */
  static async join(site: Site): Promise<Talk> {
    const talk = await Talk.come(site);
    await talk.next();
    talk.send('40');
    await talk.next();
    return talk;
  }

  send(...frames: (string | Buffer)[]): void {
    for (const frame of frames) this.ws.send(frame);
  }

  /** What comes next. */
  next(): Promise<string | Buffer> {
    const message = this.#heard.shift();
    if (message !== undefined) return Promise.resolve(message);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  get unread(): number {
    return this.#heard.length;
  }

  #hear(message: string | Buffer): void {
    const waiting = this.#waiting.shift();
    if (waiting) waiting(message);
    else this.#heard.push(message);
  }
}

/** Bytes of one masked WebSocket frame, lawful or not. */
export function frame(first: number, payload: Buffer | string, { masked = true } = {}): Buffer {
  const bytes = Buffer.from(payload);
  const header = [first];
  const mask = masked ? 0x80 : 0;
  if (bytes.length < 126) header.push(mask | bytes.length);
  else if (bytes.length < 65_536) header.push(mask | 126, bytes.length >> 8, bytes.length & 255);
  else throw new Error('too long for this helper');
  // A mask of zeros leaves the payload as it is.
  return Buffer.concat([Buffer.from(header), Buffer.alloc(masked ? 4 : 0), bytes]);
}

/** A WebSocket of which every byte is our own. */
export async function rawSocket(site: Site, query = ''): Promise<TcpSocket> {
  const socket = connectTcp(site.port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write(
    `GET /socket.io/?EIO=4&transport=websocket${query} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
  );
  await new Promise((resolve) => socket.once('data', resolve));
  return socket;
}

/** Until a condition holds; the timers of the server go on meanwhile. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5));
}
