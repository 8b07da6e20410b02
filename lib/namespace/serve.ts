/** A handler whose end is its socket's end. */
import type { NamespaceOptions } from './audience.js';
import { report } from './report.js';
import { warnOnce } from './warn.js';

/** Serves one client; the socket is disconnected when it returns, or its promise settles. */
export type ServeHandler<Served> = (socket: Served) => unknown;

/** What a handler's end means for its socket. */
interface Servable {
  readonly nsp: { readonly options: NamespaceOptions };
  readonly connected: boolean;
  readonly listenedOnly: boolean;
  served(): void;
}

/** Runs a handler to its end; an error goes to `onError`. */
export async function serve<Served extends Servable>(
  handler: ServeHandler<Served>,
  socket: Served,
): Promise<void> {
  try {
    await handler(socket);
  } catch (error) {
    report(socket.nsp.options, error, { socket, event: 'serve' });
  }
  if (socket.connected && socket.listenedOnly) warn();
  socket.served();
}

function warn(): void {
  warnOnce(
    'SOCKETIO_SERVE_LISTENERS',
    'a serve handler ended while its socket had listeners: the socket is disconnected. Was it meant for on("connection")?',
  );
}
