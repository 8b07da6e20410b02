/** What the server says and hears in the name of `/`: the verbs of that namespace, on the server itself; and `of`. */
import { Callable } from './callable.js';
import type { EventsMap } from './events.js';
import type { Namespace } from './namespace/namespace.js';
import type { NameMatcher, ParentNamespace } from './namespace/parent.js';
import type { Socket } from './namespace/socket.js';

const verbs = [
  'addListener',
  'allSockets',
  'compress',
  'disconnectSockets',
  'eventNames',
  'except',
  'fetchSockets',
  'getMaxListeners',
  'in',
  'listenerCount',
  'listeners',
  'off',
  'on',
  'once',
  'prependListener',
  'prependOnceListener',
  'rawListeners',
  'removeAllListeners',
  'removeListener',
  'send',
  'serve',
  'serverSideEmit',
  'serverSideEmitWithAck',
  'setMaxListeners',
  'socketsJoin',
  'socketsLeave',
  'timeout',
  'to',
  'use',
  'write',
] as const;

const adverbs = ['local', 'volatile'] as const;

type Spoken<
  Listen extends EventsMap,
  Emit extends EventsMap,
  ServerSide extends EventsMap,
  SocketData,
> = Pick<Namespace<Listen, Emit, ServerSide, SocketData>, (typeof verbs)[number] | (typeof adverbs)[number]>;

/** Namespaces by name; each may have types of its own, which are the server's where nothing else is said. */
interface Naming<Listen extends EventsMap, Emit extends EventsMap, ServerSide extends EventsMap, SocketData> {
  /**
   * A parent of all namespaces whose names fit.
   * @param listener put on `connect`
   * @throws {SocketioError} `NAMESPACE_INVALID`
   */
  of<
    L extends EventsMap = Listen,
    E extends EventsMap = Emit,
    S extends EventsMap = ServerSide,
    D = SocketData,
  >(
    match: RegExp | NameMatcher,
    listener?: (socket: Socket<L, E, S, D>) => void,
  ): ParentNamespace<L, E, S, D>;
  /** The namespace of that name, made if there is none; for a pattern or a function, a parent as above. */
  of<
    L extends EventsMap = Listen,
    E extends EventsMap = Emit,
    S extends EventsMap = ServerSide,
    D = SocketData,
  >(
    name: string | RegExp | NameMatcher,
    listener?: (socket: Socket<L, E, S, D>) => void,
  ): Namespace<L, E, S, D>;
  /** The same, for whoever asks what `of` returns. */
  of(
    name: string | RegExp | NameMatcher,
    listener?: (socket: Socket<Listen, Emit, ServerSide, SocketData>) => void,
  ): Namespace<Listen, Emit, ServerSide, SocketData>;
}

export interface Face<
  Listen extends EventsMap,
  Emit extends EventsMap,
  ServerSide extends EventsMap,
  SocketData,
> extends Spoken<Listen, Emit, ServerSide, SocketData>,
    Naming<Listen, Emit, ServerSide, SocketData> {}

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the loops below define what the interface promises
export abstract class Face<
  Listen extends EventsMap,
  Emit extends EventsMap,
  ServerSide extends EventsMap,
  SocketData,
> extends Callable {
  /** The namespace `/`. */
  abstract get sockets(): Namespace<Listen, Emit, ServerSide, SocketData>;

  /** The namespace or parent of that name. @internal */
  abstract named(name: string | RegExp | NameMatcher): Namespace;
}

type Root = Record<string, (...args: unknown[]) => unknown>;
type Speaker = { readonly sockets: Root };
type Server = Face<EventsMap, EventsMap, EventsMap, unknown>;

Object.defineProperty(Face.prototype, 'of', {
  configurable: true,
  writable: true,
  value(this: Pick<Server, 'named'>, name: string, listener?: () => void): unknown {
    const namespace = this.named(name);
    return listener ? namespace.on('connect', listener) : namespace;
  },
});

for (const verb of verbs) {
  Object.defineProperty(Face.prototype, verb, {
    configurable: true,
    writable: true,
    value(this: Speaker, ...args: unknown[]): unknown {
      const said = this.sockets[verb]?.(...args);
      // A chain that begins at the server goes on at the server.
      return said === this.sockets ? this : said;
    },
  });
}

for (const adverb of adverbs) {
  Object.defineProperty(Face.prototype, adverb, {
    configurable: true,
    get(this: Speaker): unknown {
      return this.sockets[adverb];
    },
  });
}
