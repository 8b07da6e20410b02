/** A handler whose end is its socket's end. */
import type { EventsMap } from '../events.js';
import { report } from './report.js';
import type { Socket } from './socket.js';

/** Serves one client; the socket is disconnected when it returns, or its promise settles. */
export type ServeHandler<Served> = (socket: Served) => unknown;

let warned = false;

/** Runs a handler to its end; an error goes to `onError`. */
export async function serve<
  Listen extends EventsMap,
  Emit extends EventsMap,
  ServerSide extends EventsMap,
  SocketData,
>(
  handler: ServeHandler<Socket<Listen, Emit, ServerSide, SocketData>>,
  socket: Socket<Listen, Emit, ServerSide, SocketData>,
): Promise<void> {
  try {
    await handler(socket);
  } catch (error) {
    report(socket.nsp.options, error, { socket, event: 'serve' });
  }
  if (socket.connected && socket.listenedOnly) warn();
  socket.disconnect(false);
}

function warn(): void {
  if (warned) return;
  warned = true;
  process.emitWarning(
    'a serve handler ended while its socket had listeners: the socket is disconnected. Was it meant for on("connection")?',
    { code: 'SOCKETIO_SERVE_LISTENERS' },
  );
}
