// @ts-check
/** Bare `ws`: what the wire itself costs in Node. */
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { answer, greeting, isEcho, news } from './raw.mjs';
import { listens, pingInterval } from './report.mjs';

const server = createServer();
const sockets = new WebSocketServer({ server, maxPayload: 1_000_000 });
/** @type {Set<import('ws').WebSocket>} */
const members = new Set();

sockets.on('connection', (socket) => {
  const line = {
    send: (/** @type {string} */ text) => socket.send(text),
    join: () => members.add(socket),
    tell: (/** @type {number} */ times) => {
      for (let time = 0; time < times; time++) for (const member of members) member.send(news);
    },
  };
  socket.on('message', (/** @type {Buffer} */ bytes, isBinary) => {
    if (isEcho(bytes, isBinary)) socket.send(bytes, { binary: isBinary });
    else answer(line, bytes.toString());
  });
  socket.on('close', () => members.delete(socket));
  socket.send(greeting(pingInterval));
});

setInterval(() => {
  for (const socket of sockets.clients) socket.send('2');
}, pingInterval);

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address) listens(address.port);
});
