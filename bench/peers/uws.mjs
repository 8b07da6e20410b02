// @ts-check
/** Bare uWebSockets: what the wire itself costs outside of Node's streams. */
import { loadNative } from './native.mjs';
import { answer, greeting, isEcho, news } from './raw.mjs';
import { listens, pingInterval } from './report.mjs';

/** @typedef {{ send(bytes: unknown, isBinary?: boolean): number, subscribe(room: string): boolean }} NativeSocket */

const native = loadNative();
const app = native.App();
/** @type {Set<NativeSocket>} */
const sockets = new Set();

app.ws('/*', {
  maxPayloadLength: 1_000_000,
  // The default would skip a member of a large room for being behind by 64 KiB; nothing may be lost here.
  maxBackpressure: 16_777_216,
  idleTimeout: 0,
  sendPingsAutomatically: false,
  open: (/** @type {NativeSocket} */ socket) => {
    sockets.add(socket);
    socket.send(greeting(pingInterval));
  },
  message: (
    /** @type {NativeSocket} */ socket,
    /** @type {ArrayBuffer} */ message,
    /** @type {boolean} */ isBinary,
  ) => {
    const bytes = Buffer.from(message);
    if (isEcho(bytes, isBinary)) socket.send(message, isBinary);
    else answer(lineOf(socket), bytes.toString());
  },
  close: (/** @type {NativeSocket} */ socket) => sockets.delete(socket),
});

/** @param {NativeSocket} socket */
function lineOf(socket) {
  return {
    send: (/** @type {string} */ text) => socket.send(text),
    join: () => void socket.subscribe('news'),
    tell: (/** @type {number} */ times) => {
      for (let time = 0; time < times; time++) app.publish('news', news);
    },
  };
}

setInterval(() => {
  for (const socket of sockets) socket.send('2');
}, pingInterval);

app.listen('127.0.0.1', 0, (/** @type {unknown} */ socket) => {
  if (socket) listens(native.us_socket_local_port(socket));
});
