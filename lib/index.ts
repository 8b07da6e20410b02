/** A Socket.IO server that is Express middleware. */
import { SocketioError } from './errors.js';
import type { Anything, DefaultEventsMap, EventsMap } from './events.js';
import type { Home } from './namespace/home.js';
import { Namespace as NamespaceClass } from './namespace/namespace.js';
import type { ServeHandler } from './namespace/serve.js';
import { Socket } from './namespace/socket.js';
import type { UserOptions } from './options.js';
import { Server } from './server.js';

/**
 * Makes the middleware and the server in one: `app.use('/socket.io', socketio(handler))`.
 * @param handler serves each client of `/`; its end is the connection's end
 * @throws {SocketioError} `OPTION_INVALID`, naming the option
 */
export function socketio<
  Listen extends EventsMap = DefaultEventsMap,
  Emit extends EventsMap = Listen,
  ServerSide extends EventsMap = DefaultEventsMap,
  SocketData = Anything,
>(
  handler?: ServeHandler<Socket<Listen, Emit, ServerSide, SocketData>>,
): Server<Listen, Emit, ServerSide, SocketData>;
export function socketio<
  Listen extends EventsMap = DefaultEventsMap,
  Emit extends EventsMap = Listen,
  ServerSide extends EventsMap = DefaultEventsMap,
  SocketData = Anything,
>(
  options: UserOptions,
  handler?: ServeHandler<Socket<Listen, Emit, ServerSide, SocketData>>,
): Server<Listen, Emit, ServerSide, SocketData>;
export function socketio(
  first?: UserOptions | ServeHandler<Anything>,
  second?: ServeHandler<Anything>,
): Server<Anything, Anything, Anything> {
  const handler = typeof first === 'function' && second === undefined ? first : second;
  if (handler !== undefined && typeof handler !== 'function') {
    throw new SocketioError(
      'OPTION_INVALID',
      'socketio takes options, then a handler; either may be left out',
    );
  }
  const io = new Server(typeof first === 'function' ? {} : first);
  if (handler) io.serve(handler);
  return io as unknown as Server<Anything, Anything, Anything>;
}

/** A namespace, as `io.of` makes it and `socket.nsp` shows it. */
export type Namespace<
  Listen extends EventsMap = DefaultEventsMap,
  Emit extends EventsMap = Listen,
  ServerSide extends EventsMap = DefaultEventsMap,
  SocketData = Anything,
> = Home<Socket<Listen, Emit, ServerSide, SocketData>, Emit, ServerSide, SocketData>;

/** For `instanceof`; `io.of` makes them. */
export const Namespace: typeof NamespaceClass = NamespaceClass;

// `require('express-socketio')` returns the function; what else is exported hangs on it there.
Object.assign(socketio, { socketio, default: socketio, Namespace, Server, Socket, SocketioError });

export type { DisconnectReason, RefusalCode } from './errors.js';
export type { DefaultEventsMap } from './events.js';
export type { Broadcast as BroadcastOperator } from './namespace/broadcast.js';
export type { ExtendedError } from './namespace/chain.js';
export type { Conn, EnginePacket } from './namespace/connection.js';
export type { Event } from './namespace/hearer.js';
export type { Message } from './namespace/message.js';
export type { NameMatcher, ParentNamespace } from './namespace/parent.js';
export type { RemoteSocket } from './namespace/remote.js';
export type { Handshake } from './namespace/wire.js';
export type { CorsOptions } from './option-cors.js';
export type { FlashPolicy } from './option-flash.js';
export type { Options, Parser, UserOptions, UserOptions as ServerOptions } from './options.js';
export type { Engine } from './router/engine.js';
export type { RefusedRequest } from './router/refusal.js';
export type { Stats } from './stats.js';
export type { DiagnosticsEvents } from './watch/events.js';
export { Server, Socket, SocketioError, socketio as default, socketio as 'module.exports' };
