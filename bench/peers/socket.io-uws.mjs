// @ts-check
/** `socket.io` on uWebSockets, which has no Express. */
import { Server } from 'socket.io';
import { loadNative } from './native.mjs';
import { program } from './program.mjs';
import { listens, options } from './report.mjs';

const native = loadNative();
const app = native.App();
const io = new Server(options);
io.attachApp(app);
program(io);

app.listen('127.0.0.1', 0, (/** @type {unknown} */ socket) => {
  if (socket) listens(native.us_socket_local_port(socket));
});
