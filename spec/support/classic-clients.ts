/** The rows of the battery for Engine.IO 3: the genuine clients 1.x and 2.x, each by each way. */
import { createRequire } from 'node:module';
import type { Guest, Introduction, Pair, Verbs } from './pair.js';
import { giveScripts } from './vintage-page.js';
import { scripts, type Way, ways } from './ways.js';

const require = createRequire(import.meta.url);

/** What the versions have in common, as far as the battery needs it. */
interface Genuine {
  readonly id: string | undefined;
  readonly connected: boolean;
  readonly io: Manager;
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  off(event: string, listener: (...args: unknown[]) => void): unknown;
  emit(event: string, ...args: unknown[]): unknown;
  send(...args: unknown[]): unknown;
  connect(): unknown;
  disconnect(): unknown;
}

interface Manager {
  readonly engine: Engine;
  readonly uri: string;
  socket(namespace: string, options: object): Genuine;
}

interface Engine {
  readonly id: string;
  readonly transport: {
    readonly name: string;
    ws?: { send(frame: string): void };
    send(packets: unknown): void;
  };
  close(): unknown;
  onHeartbeat: () => void;
  readonly pingTimeoutTimer?: NodeJS.Timeout;
}

type Lookup = (url: string, options: object) => Genuine;

/** Names in the registry are ours. */
const versions: Readonly<Record<string, string>> = {
  '1.4.8': 'socket.io-client-14',
  '1.7.4': 'socket.io-client-1',
  '2.5.0': 'socket.io-client-2',
};

/** What came later. */
const verbs: Verbs = {};

class ClassicGuest implements Guest {
  readonly verbs = verbs;
  readonly #client: Genuine;
  readonly #byScripts: boolean;

  constructor(client: Genuine, byScripts = false) {
    this.#client = client;
    this.#byScripts = byScripts;
  }

  get id(): string | undefined {
    return this.#client.id;
  }

  get connected(): boolean {
    return this.#client.connected;
  }

  get transport(): string {
    return this.#byScripts ? 'jsonp' : this.#client.io.engine.transport.name;
  }

  on(event: string, listener: (...args: unknown[]) => void): unknown {
    return this.#client.on(event, listener);
  }

  off(event: string, listener: (...args: unknown[]) => void): unknown {
    return this.#client.off(event, listener);
  }

  emit(event: string, ...args: unknown[]): unknown {
    return this.#client.emit(event, ...args);
  }

  send(...args: unknown[]): unknown {
    return this.#client.send(...args);
  }

  ask(event: string, ...args: unknown[]): Promise<unknown[]> {
    return new Promise((resolve) => {
      this.#client.emit(event, ...args, (...answer: unknown[]) => resolve(answer));
    });
  }

  enter(): void {
    this.#client.connect();
  }

  leave(): void {
    this.#client.disconnect();
  }

  hangUp(): void {
    this.#client.io.engine.close();
  }

  mute(): void {
    const { engine } = this.#client.io;
    engine.transport.send = () => {};
    // Its own patience ends at the same moment as the server's: it would be a race who closes first.
    engine.onHeartbeat = () => {};
    clearTimeout(engine.pingTimeoutTimer);
  }

  async blurt(frame: string): Promise<void> {
    const { id, transport } = this.#client.io.engine;
    if (transport.ws) return transport.ws.send(frame);
    // The client's own way of posting differs from version to version; a second pair of hands does not.
    const { origin } = new URL(this.#client.io.uri);
    const url = `${origin}/socket.io/?EIO=3&transport=polling&sid=${id}`;
    const payload = `${frame.length}:${frame}`;
    const answer = this.#byScripts
      ? await fetch(`${url}&j=0`, { method: 'POST', body: new URLSearchParams({ d: payload }) })
      : await fetch(url, { method: 'POST', body: payload });
    await answer.text();
  }

  beside(namespace: string, { query = {} }: Introduction = {}): Guest {
    // As text: versions before 2.0 know no other.
    const client = this.#client.io.socket(namespace, { query: `${new URLSearchParams(query)}` });
    return new ClassicGuest(client, this.#byScripts);
  }
}

function pair(version: string, way: Way): Pair {
  const lookup = require(versions[version] ?? version) as Lookup;
  const { byScripts = false } = way;
  return {
    ...(byScripts && { server: { transports: ['polling', 'jsonp'] } }),
    name: `${version} ${way.name}`,
    protocol: 3,
    address: '/socket.io/?',
    first: byScripts ? 'jsonp' : (way.transports[0] ?? ''),
    last: byScripts ? 'jsonp' : (way.transports.at(-1) ?? ''),
    tellsAuth: false,
    refused: 'error',
    // A number would be read as the packet's id.
    refusal: (message, data) => (typeof data === 'number' ? message : (data ?? message)),
    told: (error) => error,
    freshIds: false,
    ownEvents: ['error'],
    can: {
      binary: true,
      timeout: false,
      emitWithAck: false,
      onAny: false,
      volatile: false,
      views: false,
      askAgain: false,
      headers: !byScripts,
      sendMany: true,
      noticeSilence: true,
    },
    words: {
      dismissed: 'io server disconnect',
      left: 'io client disconnect',
      hungUp: 'forced close',
      serverClosed: 'transport close',
      cut: way.clientCut,
      silence: 'ping timeout',
    },
    cut: way.serverCut,
    gone: 'transport close',
    impatient: {},
    // A word for a namespace that the client has left is passed over: it may have crossed the farewell.
    blunders: { unknownFrame: '9', unknownPacket: '47', heartbeat: '3' },
    guest: (url, namespace, { query = {}, headers = {}, returns = false }) =>
      new ClassicGuest(
        lookup(`${url}${namespace === '/' ? '' : namespace}`, {
          query,
          extraHeaders: headers,
          transports: way.transports,
          upgrade: way.upgrade,
          forceJSONP: byScripts,
          reconnection: returns,
          reconnectionDelay: 10,
          randomizationFactor: 0,
          forceNew: true,
          autoConnect: false,
        }),
        byScripts,
      ),
  };
}

giveScripts('socket.io-client-2');

/** Every version by every way; one of them by scripts, too. */
export const classicPairs: readonly Pair[] = [
  ...Object.keys(versions).flatMap((version) => ways.map((way) => pair(version, way))),
  pair('2.5.0', scripts),
];
