/** The servers that clients 1.x and 2.x meet: ours, the genuine one of today, and the genuine one of their own age. */
import {
  createServer,
  type Server as HttpServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { createRequire } from 'node:module';
import { Server as Modern } from 'socket.io';
import { listening } from './listening.js';
import { type AnyServer, furnish, type House, type Introduction } from './scripts.js';
import { openSite } from './site.js';

type Classic = AnyServer & { close(done: () => void): void };
type MakeClassic = (server: HttpServer, options: object) => Classic;

const classic = createRequire(import.meta.url)('socket.io-2') as MakeClassic;

/** What all are given: the newest defaults where those of 2.x are others. Copied, since 2.x writes into it. */
const settings = { pingTimeout: 20_000, maxHttpBufferSize: 1e6, upgradeTimeout: 1_000 };

/** A genuine server: how it is opened, and where it and ours tell what a client said of itself. */
export interface Genuine {
  readonly introduced: Introduction;
  open(): Promise<House>;
}

/** What 2.x puts into one query: the connection's words and the namespace's. Those of the engine are left out. */
const inQuery: Introduction = ({ handshake }) => {
  const { EIO, transport, sid, b64, j, ...others } = handshake.query;
  return others;
};

const inAuth: Introduction = ({ handshake }) => handshake.auth;

/** What is not for Socket.IO. */
function nothing(_req: IncomingMessage, res: ServerResponse): void {
  res.writeHead(404).end();
}

async function openModern(): Promise<House> {
  const server = createServer(nothing);
  const io = new Modern(server, { ...settings, allowEIO3: true });
  const url = `http://127.0.0.1:${await listening(server)}`;
  return { url, close: () => io.close(), notes: furnish(io as unknown as AnyServer, inAuth) };
}

async function openClassic(): Promise<House> {
  const server = createServer(nothing);
  const io = classic(server, { ...settings });
  const url = `http://127.0.0.1:${await listening(server)}`;
  const close = (): Promise<void> => new Promise((resolve) => io.close(() => resolve()));
  return { url, close, notes: furnish(io, inQuery) };
}

export const genuine = {
  '4.8.4': { introduced: inAuth, open: openModern },
  '2.5.1': { introduced: inQuery, open: openClassic },
} as const satisfies Record<string, Genuine>;

export type Version = keyof typeof genuine;

/** Our own, that serves JSONP as both do. */
export async function openHere(introduced: Introduction): Promise<House> {
  const { url, io, close } = await openSite({
    ...settings,
    transports: ['polling', 'websocket', 'jsonp'],
  });
  return { url, close, notes: furnish(io as unknown as AnyServer, introduced) };
}
