/**
 * The rows of the battery for revision 1: the genuine clients 0.7 to 0.9, each by the two ways that they have in Node; one
 * of them by those of browsers, too.
 */
import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { WebSocket } from 'ws';
import type { UserOptions } from '../../lib/index.js';
import type { TransportName } from '../../lib/options.js';
import type { Guest, Introduction, Pair, Verbs } from './pair.js';
import type { Source } from './patience.js';
import { givePage, type Library1 } from './vintage-page.js';

const require = createRequire(import.meta.url);

/** A namespace of such a client, as far as the battery needs it. */
interface Genuine {
  readonly socket: Connection;
  readonly json: { send(data: unknown): unknown };
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  removeListener(event: string, listener: (...args: unknown[]) => void): unknown;
  emit(event: string, ...args: unknown[]): unknown;
  send(data: unknown): unknown;
  packet(packet: object): unknown;
  disconnect(): unknown;
}

/** What its namespaces share. */
interface Connection {
  on(event: string, listener: () => void): unknown;
  readonly options: { host: string; port: string; transports: readonly string[] };
  readonly sessionid: string;
  readonly connected: boolean;
  readonly namespaces: Record<string, unknown>;
  reconnectionDelay?: number;
  readonly reconnectionTimer?: NodeJS.Timeout;
  readonly transport: {
    readonly name: string;
    readonly websocket?: { close(): void };
    packet(packet: object): void;
    get?(): void;
  };
  connect(): unknown;
  of(name: string): Genuine;
  onDisconnect(reason: string): void;
}

interface Library extends Library1 {
  readonly Socket: { readonly prototype: object };
  connect(url: string, options: object): Genuine;
}

interface Version {
  /** Its name among the packages. */
  readonly alias: string;
  /** Whether it ends by itself after a long silence; a mistake keeps some from it. */
  readonly noticesSilence: boolean;
  /** Whether it is given a page to stand on. */
  readonly hasPage?: true;
}

const versions: Readonly<Record<string, Version>> = {
  '0.7.11': { alias: 'socket.io-client-07', noticesSilence: true },
  '0.8.7': { alias: 'socket.io-client-08', noticesSilence: false },
  '0.9.0': { alias: 'socket.io-client-090', noticesSilence: true },
  '0.9.6': { alias: 'socket.io-client-096', noticesSilence: true },
  '0.9.11': { alias: 'socket.io-client-0911', noticesSilence: true },
  '0.9.17': { alias: 'socket.io-client-09', noticesSilence: true, hasPage: true },
};

/** Where the clients keep their timers. */
const timers = [
  'connectTimeoutTimer',
  'reconnectionTimer',
  'heartbeatTimeoutTimer',
  'closeTimeout',
  'reopenTimeout',
];

/** Clients do not take their patience back when they have gone: it would hold the process for most of a minute. */
function letGo(prototype: object): void {
  for (const name of timers) {
    if (Object.hasOwn(prototype, name)) continue;
    const timerOf = new WeakMap<object, unknown>();
    Object.defineProperty(prototype, name, {
      configurable: true,
      get(this: object) {
        return timerOf.get(this);
      },
      set(this: object, timer: Partial<NodeJS.Timeout> | boolean | null) {
        if (timer && timer !== true) timer.unref?.();
        timerOf.set(this, timer);
      },
    });
  }
}

/** The clients are as they were; what they stood on in Node has gone, and is put under them again. */
function load(alias: string): Library {
  Object.assign(process, { EventEmitter });
  // The WebSocket of the oldest speaks a draft, by a way of Node that was taken out.
  const path = require.resolve('websocket-client');
  require.cache[path] = Object.assign(
    new (require('node:module') as new (id: string) => NodeJS.Module)(path),
    {
      exports: { WebSocket },
      loaded: true,
    },
  );
  const library = require(alias) as Library;
  for (const { prototype } of [library.Socket, library.Transport]) letGo(prototype);
  const hasPage = Object.values(versions).some((version) => version.alias === alias && version.hasPage);
  if (hasPage && !('htmlfile' in library.Transport)) givePage(alias, library);
  // Some ask by which protocol their page came; on Node there is no page.
  (require(`${alias}/lib/transports/xhr.js`) as { location?: object }).location = { protocol: 'http:' };
  return library;
}

/** In the server's words. */
const transports: Readonly<Record<string, Way['transport']>> = {
  'xhr-polling': 'polling',
  'jsonp-polling': 'jsonp',
};

/** What came later. */
const verbs: Verbs = {};

class VintageGuest implements Guest {
  readonly verbs = verbs;
  readonly #name: string;
  readonly #socket: Connection;
  /** Listeners that were there before the namespace; asking for it is joining. */
  readonly #waiting: [event: string, listener: (...args: unknown[]) => void][] = [];
  #client: Genuine | undefined;
  #joined = false;

  constructor(name: string, socket: Connection) {
    this.#name = name;
    this.#socket = socket;
  }

  get id(): string {
    const { sessionid } = this.#socket;
    return this.#name === '/' ? sessionid : `${this.#name}#${sessionid}`;
  }

  get connected(): boolean {
    return this.#socket.connected && this.#joined;
  }

  get transport(): string {
    const { name } = this.#socket.transport;
    return transports[name] ?? name;
  }

  on(event: string, listener: (...args: unknown[]) => void): unknown {
    if (!this.#client) return this.#waiting.push([event, listener]);
    return this.#client.on(event, listener);
  }

  off(event: string, listener: (...args: unknown[]) => void): unknown {
    return this.#client?.removeListener(event, listener);
  }

  emit(event: string, ...args: unknown[]): unknown {
    return this.#present.emit(event, ...args);
  }

  send(...[data]: unknown[]): unknown {
    return typeof data === 'string' ? this.#present.send(data) : this.#present.json.send(data);
  }

  ask(event: string, ...args: unknown[]): Promise<unknown[]> {
    return new Promise((resolve) => {
      this.#present.emit(event, ...args, (...answer: unknown[]) => resolve(answer));
    });
  }

  enter(): void {
    if (this.#client) {
      // It never joins a second time by itself but after a reconnection; this is how it does it then.
      if (this.#name !== '/') this.#client.packet({ type: 'connect' });
      return;
    }
    const name = this.#name === '/' ? '' : this.#name;
    const isKnown = name in this.#socket.namespaces;
    const client = this.#socket.of(name);
    this.#client = client;
    if (isKnown && name !== '') client.packet({ type: 'connect' });
    client.on('error', () => {});
    client.on('connect', () => this.#mark(true));
    client.on('disconnect', () => this.#mark(false));
    for (const [event, listener] of this.#waiting.splice(0)) client.on(event, listener);
    // Whoever comes beside somebody else has the connection already.
    if (!this.#socket.connected) this.#socket.connect();
  }

  leave(): void {
    this.#client?.disconnect();
  }

  hangUp(): void {
    const { transport, sessionid, options } = this.#socket;
    if (transport.websocket) return transport.websocket.close();
    // A page that unloads waits for the answer to this.
    const goodbye = fetch(`http://${options.host}:${options.port}/socket.io/1//${sessionid}/?disconnect=1`);
    void goodbye.then(() => this.#socket.onDisconnect('booted'));
  }

  /** A client that polls is silent when it does not come. */
  mute(): void {
    const { transport } = this.#socket;
    transport.packet = () => {};
    if (transport.get) transport.get = () => {};
  }

  async blurt(): Promise<void> {}

  beside(namespace: string): Guest {
    return new VintageGuest(namespace, this.#socket);
  }

  get #present(): Genuine {
    if (this.#client) return this.#client;
    throw new Error('It has not entered yet.');
  }

  #mark(joined: boolean): void {
    this.#joined = joined;
  }
}

/** How it comes. */
interface Way {
  readonly name: string;
  /** In the server's words, and in the client's. */
  readonly transport: TransportName;
  readonly called: string;
  readonly serverCut: string;
  readonly gone: string;
  readonly hungUp: string | undefined;
  readonly serverClosed: string | undefined;
}

const ways: readonly Way[] = [
  {
    name: 'by websocket',
    transport: 'websocket',
    called: 'websocket',
    serverCut: 'transport close',
    gone: 'transport close',
    hungUp: undefined,
    serverClosed: undefined,
  },
  {
    name: 'by xhr-polling',
    transport: 'polling',
    called: 'xhr-polling',
    serverCut: 'ping timeout',
    gone: 'client namespace disconnect',
    hungUp: 'booted',
    // Its next poll is told to come anew.
    serverClosed: 'booted',
  },
];

/** The ways that only pages have. */
const pageWays: readonly Way[] = [
  {
    name: 'by flashsocket',
    transport: 'flashsocket',
    called: 'flashsocket',
    serverCut: 'transport close',
    gone: 'transport close',
    hungUp: undefined,
    serverClosed: undefined,
  },
  {
    name: 'by htmlfile',
    transport: 'htmlfile',
    called: 'htmlfile',
    serverCut: 'transport close',
    gone: 'client namespace disconnect',
    hungUp: 'booted',
    // Its page is told so, too.
    serverClosed: 'booted',
  },
  {
    name: 'by jsonp-polling',
    transport: 'jsonp',
    called: 'jsonp-polling',
    serverCut: 'ping timeout',
    gone: 'client namespace disconnect',
    hungUp: 'booted',
    serverClosed: 'booted',
  },
];

/** So that nobody waits long for somebody who has gone without a word: one second, the least that can be advertised. */
const impatient: UserOptions = { pingInterval: 300, pingTimeout: 600 };

/** Milliseconds until a client that comes back makes a second attempt. */
const SECOND_ATTEMPT = 4_000;

/**
 * Clients up to 0.9.6 do not know that a handshake is under way: when the next attempt is due before the answer to the
 * first has come, or one of the time before, they come twice, and speak by a WebSocket that is not open yet. Their own
 * delay, a second and more, seldom lets that happen; the short one of the specs would, on a busy machine.
 */
function attemptOnce(socket: Connection): void {
  socket.on('reconnecting', () => {
    socket.reconnectionDelay = SECOND_ATTEMPT;
  });
  socket.on('connect', () => clearTimeout(socket.reconnectionTimer));
}

function guest(library: Library, way: Way, url: string, namespace: string, said: Introduction): Guest {
  const { query = {}, returns = false } = said;
  const client = library.connect(`${url}?${new URLSearchParams(query)}`, {
    'force new connection': true,
    'auto connect': false,
    reconnect: returns,
    'reconnection delay': 10,
    'try multiple transports': false,
  });
  // Given as an option, it would be merged into the defaults one by one.
  Object.assign(client.socket.options, { transports: [way.called] });
  // It is a Node emitter: what fails is told to the namespaces, too.
  client.socket.on('error', () => {});
  attemptOnce(client.socket);
  return new VintageGuest(namespace, client.socket);
}

/** A client as it is, with the options of its own; it connects at once. */
export function vintage(version: string, url: string, options: object): Genuine & Source {
  const client = load(versions[version]?.alias ?? version).connect(url, {
    'force new connection': true,
    reconnect: true,
    'reconnection delay': 10,
    ...options,
  });
  client.socket.on('error', () => {});
  attemptOnce(client.socket);
  client.on('error', () => {});
  return Object.assign(client, {
    off: (event: string, listener: (...args: unknown[]) => void) => client.removeListener(event, listener),
  });
}

function pair(version: string, way: Way): Pair {
  const { alias, noticesSilence } = versions[version] ?? { alias: version, noticesSilence: true };
  const library = load(alias);
  return {
    server: { transports: [way.transport] },
    name: `${version} ${way.name}`,
    protocol: 1,
    address: '/socket.io/1/?',
    first: way.transport,
    last: way.transport,
    tellsAuth: false,
    refused: 'connect_failed',
    refusal: () => 'unauthorized',
    told: (error) => error,
    freshIds: false,
    // The last three are names of things that all its objects have.
    ownEvents: ['error', 'connection', 'toString', 'constructor', '__proto__'],
    impatient,
    can: {
      binary: false,
      timeout: false,
      emitWithAck: false,
      onAny: false,
      volatile: false,
      views: false,
      askAgain: false,
      headers: false,
      sendMany: false,
      noticeSilence: noticesSilence,
    },
    words: {
      dismissed: 'booted',
      left: 'booted',
      hungUp: way.hungUp,
      serverClosed: way.serverClosed,
      cut: undefined,
      silence: undefined,
    },
    cut: way.serverCut,
    gone: way.gone,
    blunders: {},
    guest: (url, namespace, introduction) => guest(library, way, url, namespace, introduction),
  };
}

/** Every version by every way that it has. */
export const vintagePairs: readonly Pair[] = Object.entries(versions).flatMap(([version, { hasPage }]) =>
  [...ways, ...(hasPage ? pageWays : [])].map((way) => pair(version, way)),
);
