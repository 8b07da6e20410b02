// @ts-check
/** `socket.io` with its default engine, beside an Express 5 app. */
import { createServer } from 'node:http';
import express from 'express';
import { Server } from 'socket.io';
import { program } from './program.mjs';
import { listens, options } from './report.mjs';

const app = express();
const server = createServer(app);
program(new Server(server, options));
// The turns of the other servers last longer than Node's five seconds.
server.keepAliveTimeout = 120_000;

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address) listens(address.port);
});
