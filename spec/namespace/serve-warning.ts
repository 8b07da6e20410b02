/** A process in which serve handlers end while their sockets have listeners; prints how often it was warned. */
import { createServer } from 'node:http';
import { io as connect } from 'socket.io-client';
import { type Socket, socketio } from '../../lib/index.js';
import { listening } from '../support/listening.js';

let warnings = 0;
let dropped = 0;
process.on('warning', (warning: Error & { code?: string }) => {
  if (warning.code === 'SOCKETIO_SERVE_LISTENERS') warnings++;
  if (warning.code === 'SOCKETIO_MAILBOX_DROPPED') dropped++;
});

const io = socketio({ mailboxMessages: 2 });
const server = createServer(io);
const url = `http://127.0.0.1:${await listening(server)}`;

/** A client comes, says something, and is sent away by the end of its handler. */
async function visit(handler: (socket: Socket) => unknown, ...says: string[]): Promise<void> {
  io.serve(handler);
  const client = connect(url, { path: '/', transports: ['websocket'], reconnection: false, forceNew: true });
  for (const name of says) client.emit(name);
  await new Promise((resolve) => client.on('disconnect', resolve));
}

await visit(async (socket) => {
  socket.on('news', () => {});
  const messages = socket[Symbol.asyncIterator]();
  await new Promise((resolve) => setImmediate(resolve));
  await messages.return?.();
});
const afterIterating = warnings;

await visit((socket) => void socket.on('disconnect', () => {}).on('error', () => {}));
const afterCleaning = warnings;

const listener = (socket: Socket) => void socket.on('news', () => {});
await visit(listener);
await visit(listener);

const untilNews = (socket: Socket) => new Promise<void>((resolve) => void socket.on('news', () => resolve()));
await visit(untilNews, 'other', 'other', 'other', 'news');
await visit(untilNews, 'other', 'other', 'other', 'news');
await io.close({ drain: 100 });
server.close();
console.log(JSON.stringify({ afterIterating, afterCleaning, afterListening: warnings, dropped }));
