/** A process in which serve handlers end while their sockets have listeners; prints how often it was warned. */
import { createServer } from 'node:http';
import { io as connect } from 'socket.io-client';
import { type Socket, socketio } from '../../lib/index.js';
import { listening } from '../support/listening.js';

let warnings = 0;
process.on('warning', (warning: Error & { code?: string }) => {
  if (warning.code === 'SOCKETIO_SERVE_LISTENERS') warnings++;
});

const io = socketio();
const server = createServer(io);
const url = `http://127.0.0.1:${await listening(server)}`;

/** A client comes, and is sent away by the end of its handler. */
async function visit(handler: (socket: Socket) => unknown): Promise<void> {
  io.serve(handler);
  const client = connect(url, { path: '/', transports: ['websocket'], reconnection: false, forceNew: true });
  await new Promise((resolve) => client.on('disconnect', resolve));
}

await visit(async (socket) => {
  socket.on('news', () => {});
  const messages = socket[Symbol.asyncIterator]();
  await new Promise((resolve) => setImmediate(resolve));
  await messages.return?.();
  socket.removeAllListeners();
});
const afterIterating = warnings;

const listener = (socket: Socket) => void socket.on('news', () => {});
await visit(listener);
await visit(listener);
await io.close({ drain: 100 });
server.close();
console.log(JSON.stringify({ afterIterating, afterListening: warnings }));
