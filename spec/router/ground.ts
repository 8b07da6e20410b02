/** The ground of one spec: servers, sites and guests, all gone behind it. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import type { Server as HttpServer, RequestListener } from 'node:http';
import { createServer } from 'node:http';
import type { Server as NetServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Socket as Client,
  io as connect,
  type ManagerOptions,
  type SocketOptions,
} from 'socket.io-client';
import { type Server, type Socket, socketio, type UserOptions } from '../../lib/index.js';
import { listening } from '../support/listening.js';
import { heard } from '../support/patience.js';

export type ClientOptions = Partial<ManagerOptions & SocketOptions>;

/** The ways on which a genuine client comes; the last of its transports is the one that it ends up with. */
export const ways: readonly { readonly name: string; readonly transports: string[] }[] = [
  { name: 'by WebSocket alone', transports: ['websocket'] },
  { name: 'by polling alone', transports: ['polling'] },
  { name: 'by polling, then WebSocket', transports: ['polling', 'websocket'] },
];

/** The handler of the first example in the README. */
export function example(options: UserOptions = {}): Server {
  const io = socketio(options, async (socket: Socket) => {
    io.send(`connected: ${socket.id}`);
    for await (const message of socket) {
      socket.broadcast.send(message.data);
      message.reply('received');
    }
  });
  return io;
}

export class Ground {
  readonly #closers: (() => unknown)[] = [];

  /** Whatever has to be undone; the last comes first. */
  after(close: () => unknown): void {
    this.#closers.unshift(close);
  }

  io(io: Server): Server {
    this.after(() => io.close({ drain: 100 }));
    return io;
  }

  /** @returns the port */
  async open(server: NetServer): Promise<number> {
    const port = await listening(server);
    const sockets = new Set<{ destroy(): void }>();
    server.on('connection', (socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    });
    this.after(async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    });
    return port;
  }

  /** @returns where to connect to */
  async openAt(server: NetServer): Promise<{ readonly port: number; readonly host: string }> {
    return { port: await this.open(server), host: '127.0.0.1' };
  }

  /** At a Unix socket. @returns its path */
  async openPath(server: NetServer): Promise<string> {
    const directory = await mkdtemp(join(tmpdir(), 'socketio-'));
    this.after(() => rm(directory, { recursive: true }));
    this.after(() => new Promise((resolve) => server.close(resolve)));
    const path = join(directory, 'socket');
    await new Promise<void>((resolve) => server.listen(path, resolve));
    return path;
  }

  /** @returns the server and its port */
  async serve(listener: RequestListener): Promise<{ readonly server: HttpServer; readonly port: number }> {
    const server = createServer(listener);
    return { server, port: await this.open(server) };
  }

  /** A genuine client, on its way. */
  client(url: string, options: ClientOptions = {}): Client {
    const client = connect(url, {
      forceNew: true,
      reconnection: false,
      rejectUnauthorized: false,
      ...options,
    });
    this.after(() => client.disconnect());
    return client;
  }

  /** A genuine client that has arrived, by the transport that it ends up with. */
  async arrival(url: string, options: ClientOptions = {}): Promise<Client> {
    const client = this.client(url, options);
    const { engine } = client.io;
    const refused = new Promise<never>((_resolve, reject) => client.once('connect_error', reject));
    await Promise.race([heard(client, 'connect'), refused]);
    if (options.transports?.at(-1) === 'websocket' && engine.transport.name !== 'websocket') {
      await heard(engine as never, 'upgrade');
    }
    return client;
  }

  async close(): Promise<void> {
    for (const close of this.#closers.splice(0)) await close();
  }
}

let pair: { readonly key: string; readonly cert: string } | undefined;

/** A key and a certificate of our own, made when first asked for. */
export function certificate(): { readonly key: string; readonly cert: string } {
  if (pair) return pair;
  const wish =
    'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost';
  const text = execFileSync('openssl', [...wish.split(' '), '-keyout', '-'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const border = text.indexOf('-----BEGIN CERTIFICATE');
  pair = { key: text.slice(0, border), cert: text.slice(border) };
  return pair;
}
