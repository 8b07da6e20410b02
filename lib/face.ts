/** What the server says and hears in the name of `/`: the verbs of that namespace, on the server itself. */
import { Callable } from './callable.js';
import type { EventsMap } from './events.js';
import type { Namespace } from './namespace/namespace.js';

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

export interface Face<
  Listen extends EventsMap,
  Emit extends EventsMap,
  ServerSide extends EventsMap,
  SocketData,
> extends Spoken<Listen, Emit, ServerSide, SocketData> {}

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the loops below define what the interface promises
export abstract class Face<
  Listen extends EventsMap,
  Emit extends EventsMap,
  ServerSide extends EventsMap,
  SocketData,
> extends Callable {
  /** The namespace `/`. */
  abstract get sockets(): Namespace<Listen, Emit, ServerSide, SocketData>;
}

type Root = Record<string, (...args: unknown[]) => unknown>;
type Speaker = { readonly sockets: Root };

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
