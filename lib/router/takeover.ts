/** Takes the connection of an ordinary request from `node:http`, with the header block of its response. */
import { Buffer } from 'node:buffer';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import process from 'node:process';
import { SocketioError } from '../errors.js';
import { warnOnce } from '../namespace/warn.js';

/**
 * Answers with a 101 that is written nowhere, so that whoever waits for headers and for the end is told.
 * @param taken gets status line and headers; not called if the client has gone meanwhile
 * @throws {SocketioError} `BAD_REQUEST` where `node:http` holds the socket in a way that is not known here
 * @throws what somebody throws who waits for the headers; the response may be used for a refusal then
 */
export function takeOver(socket: Socket, res: ServerResponse, taken: (block: string) => void): void {
  refuseUnknownHold(socket);
  const captured: string[] = [];
  socket.write = capturing(captured);
  const finished = (): void => {
    Reflect.deleteProperty(socket, 'write');
    if (!socket.destroyed) handOn(socket, () => taken(captured.join('')));
  };
  res.on('finish', finished);
  try {
    // Without this header Node would say `close` and end the socket with the response.
    res.writeHead(101, { Connection: 'Upgrade' });
    res.end();
  } catch (error) {
    res.off('finish', finished);
    Reflect.deleteProperty(socket, 'write');
    throw error;
  }
}

/** @param taken makes a WebSocket of it */
function handOn(socket: Socket, taken: () => void): void {
  leaveHttp(socket);
  socket.on('error', ignore);
  taken();
  // A WebSocket has its own by now. If `ws` has refused, the socket may still fail.
  if (socket.listenerCount('error') > 1) socket.off('error', ignore);
}

/** A stand-in for `write` that keeps the text and reports success. */
function capturing(captured: string[]): Socket['write'] {
  return (chunk: unknown, ...rest: unknown[]): boolean => {
    captured.push(typeof chunk === 'string' ? chunk : Buffer.from(chunk as Uint8Array).toString('latin1'));
    const done = rest.find((argument) => typeof argument === 'function');
    if (done) process.nextTick(done as () => void);
    return true;
  };
}

/**
 * Names of the listeners by which `node:http` holds a socket; a TLS socket has others of its own that look alike. Seen
 * so in Node 20, 22 and 24.
 */
const httpListener = /^(bound )?(socketOn[A-Z]\w*|onSocket(Resume|Pause))$/;
const held = ['data', 'end', 'close', 'drain', 'error', 'timeout', 'resume', 'pause'];

/** A WebSocket beside a parser that reads it would be worse than none; the client can go on by polling. */
function refuseUnknownHold(socket: Socket): void {
  const isHeld = (event: string): boolean =>
    socket.listeners(event).some(({ name }) => httpListener.test(name));
  if (['data', 'end', 'close'].every(isHeld)) return;
  warnOnce(
    'SOCKETIO_TAKEOVER',
    'a WebSocket that came as an ordinary request was refused, since it is not known how this Node holds it: io.attach(server, { path }) is needed',
  );
  throw new SocketioError('BAD_REQUEST');
}

/**
 * Does what Node does before it emits `upgrade`. If the parser stayed, it would read WebSocket frames as requests,
 * `requestTimeout` would write a 408 between them, and `server.close()` would take the socket for an idle one.
 */
function leaveHttp(socket: Socket): void {
  // A `data` listener makes Node give the bytes back to the stream.
  socket.on('data', ignore);
  for (const event of held) {
    for (const listener of socket.listeners(event)) {
      if (!httpListener.test(listener.name)) continue;
      socket.removeListener(event, listener as () => void);
      // Node's own end of the connection frees the parser.
      if (event === 'close') listener.call(socket);
    }
  }
  socket.removeListener('data', ignore);
  socket.setTimeout(0);
}

function ignore(): void {}
