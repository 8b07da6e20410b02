/** The servers of `ws` that shake hands for us; they own no port and keep no list. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws';
import { SocketioError } from '../errors.js';
import type { Options } from '../options.js';
import { type Courier, couriers } from '../transport/courier.js';
import { DeflateConnection } from '../transport/deflate-connection.js';
import type { Watch } from '../watch/watch.js';
import type { HeaderLines } from './passage.js';
import { describeAsker } from './refusal.js';
import { readTicket } from './ticket.js';
import { offersDeflate } from './websocket-lists.js';

/** A message may come in pieces as small as this, in bytes, since networks cut as they like; not byte by byte. */
const SMALL_CHUNK = 64;
const LEAST_CHUNKS = 4_096;

/** What else `ws` lets a client make grow or wait, said here so that another version's defaults don't matter. */
const bounds = {
  /** Milliseconds for the client's close frame; a session ends as late, too. */
  closeTimeout: 30_000,
  /** One message in a turn of the event loop: thousands of small ones in one read would hold up everybody else. */
  allowSynchronousEvents: false,
};

/** Answers a WebSocket handshake. */
export type ShakeHands = (
  req: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  ready: (connection: WebSocket | Courier) => void,
) => void;

/** @param lines header lines for each answer */
export function webSockets(
  options: Options,
  lines: WeakMap<IncomingMessage, HeaderLines>,
  watch: Watch,
): ShakeHands {
  const { perMessageDeflate, maxFragments, maxControlFrames, maxHttpBufferSize } = options;
  const serving = (others: ServerOptions): WebSocketServer => serverFor(others, lines, watch);
  const limits = { maxBytes: maxHttpBufferSize, maxFragments, maxControlFrames };
  const plain = serving({ WebSocket: couriers(limits) });
  // Where it may have to compress, `ws` reads and writes as well.
  const compressed = perMessageDeflate ? serving(compressing(options)) : plain;
  return (req, socket, head, ready) =>
    (offersDeflate(req.headers) ? compressed : plain).handleUpgrade(req, socket, head, ready);
}

function compressing(options: Options): ServerOptions {
  const { perMessageDeflate, maxFragments, maxControlFrames, maxHttpBufferSize: maxPayload } = options;
  return {
    ...bounds,
    WebSocket: DeflateConnection,
    perMessageDeflate,
    maxPayload,
    maxFragments,
    maxBufferedChunks: Math.max(LEAST_CHUNKS, Math.ceil(maxPayload / SMALL_CHUNK)),
    // We count first, and have a code for it.
    maxPendingAutoPongs: maxControlFrames + 1,
  } as ServerOptions;
}

function serverFor(
  others: ServerOptions,
  lines: WeakMap<IncomingMessage, HeaderLines>,
  watch: Watch,
): WebSocketServer {
  const server = new WebSocketServer({ noServer: true, clientTracking: false, ...others });
  server.on('headers', (headers, req) => headers.push(...(lines.get(req) ?? [])));
  server.on('wsClientError', (_error, socket, req) => {
    refuseOffer(socket, lines.get(req) ?? []);
    watch.refused(new SocketioError('BAD_REQUEST'), () => describeAsker(req, readTicket(req)));
  });
  return server;
}

/** The stack has been told of a 101, and then `ws` cannot do what the client wants of an extension. */
function refuseOffer(socket: Duplex, lines: HeaderLines): void {
  const head = [
    'HTTP/1.1 400 Bad Request',
    'Connection: close',
    'Content-Type: text/html',
    'Content-Length: 11',
  ];
  socket.once('finish', () => socket.destroy());
  socket.end(`${[...head, ...lines].join('\r\n')}\r\n\r\nBad request`, 'latin1');
}
