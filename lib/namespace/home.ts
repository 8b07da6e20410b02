/** A namespace as the sockets in it know and show it; a socket's own type comes from outside, so that there is no circle. */
import type { SocketDescription } from '../adapter/contract.js';
import type { Keeper } from '../adapter/keeper.js';
import type { Parcel } from '../codec/parcel.js';
import type { Anything, DefaultEventsMap, EventsMap } from '../events.js';
import type { Assembly } from './assembly.js';
import type { ExtendedError } from './chain.js';
import type { ServeHandler } from './serve.js';

/** What a server says in the name of `/`. */
type ServerVerb =
  | 'allSockets'
  | 'disconnectSockets'
  | 'emit'
  | 'except'
  | 'fetchSockets'
  | 'in'
  | 'local'
  | 'off'
  | 'on'
  | 'once'
  | 'send'
  | 'serverSideEmit'
  | 'serverSideEmitWithAck'
  | 'socketsJoin'
  | 'socketsLeave'
  | 'timeout'
  | 'to'
  | 'use'
  | 'volatile';

/** The server behind a namespace, as far as namespaces know it. */
export interface NamespaceServer<Joined = Anything> extends Pick<Home<Joined>, ServerVerb> {
  readonly sockets: Home<Joined>;
  of(name: string | RegExp): Home<Joined>;
}

/** A method, so that a middleware may know more of a socket's events than the server does. */
export interface Judge<Joined> {
  judge(socket: Joined, next: (error?: ExtendedError) => void): unknown;
}

/** What a namespace itself tells its listeners. */
export interface NamespaceReservedEvents<Joined, Created> {
  // Methods, so that listeners may know more of a socket's events than the server does.
  connect(socket: Joined): void;
  connection(socket: Joined): void;
  new_namespace(namespace: Created): void;
}

/** `socket.nsp`: everything that a `Namespace` offers. */
export interface Home<
  Joined = Anything,
  Emit extends EventsMap = DefaultEventsMap,
  ServerSide extends EventsMap = DefaultEventsMap,
  SocketData = Anything,
> extends Assembly<Emit, ServerSide, SocketData, NamespaceReservedEvents<Joined, Anything>> {
  readonly server: NamespaceServer;
  /** Connected sockets by id; not those that middlewares still have. */
  readonly sockets: Map<string, Joined & SocketDescription>;
  /** Adds a middleware: it judges each client before it joins. What it throws counts as `next(error)`. */
  use(middleware: Judge<Joined>['judge']): this;
  /** Gives each client that joins from now on to a handler, whose end is the socket's end. A later call replaces it. */
  serve(handler: ServeHandler<Joined>): this;
  /** Who keeps the places of those that may come back, if anybody does. @internal */
  readonly keeper: Keeper<Parcel> | undefined;
  /** A socket has gone, or has never joined. @internal */
  left(socket: Joined): void;
}
