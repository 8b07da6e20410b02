// @ts-check
/** This library, as its users have it: the build, mounted in an Express 5 app. */
import express from 'express';
import { program } from './program.mjs';
import { listens, options } from './report.mjs';

const { socketio } = await import(process.env.BENCH_PACKAGE ?? '../../dist/index.js');

const app = express();
const io = socketio(options);
program(io);
app.use('/socket.io', io);

const server = app.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address) listens(address.port);
});
// The turns of the other servers last longer than Node's five seconds.
server.keepAliveTimeout = 120_000;
