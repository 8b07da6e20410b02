/** The rows of the battery for Engine.IO 4: the genuine clients 3.x and 4.x, each by each way. */
import { createRequire } from 'node:module';
import type { Parser } from '../../lib/index.js';
import * as json from './json-parser.js';
import type { Guest, Introduction, Pair, Verbs } from './pair.js';
import { type Way, ways } from './ways.js';

const require = createRequire(import.meta.url);

/** What the versions have in common, as far as the battery needs it. */
interface Genuine extends Verbs {
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
}

type Lookup = (url: string, options: object) => Genuine;

const versions: Readonly<Record<string, { readonly name: string; readonly can: Partial<Pair['can']> }>> = {
  '3.1.3': { name: 'socket.io-client-3', can: {} },
  '4.0.1': { name: 'socket.io-client-40', can: {} },
  '4.8.4': { name: 'socket.io-client', can: { timeout: true, emitWithAck: true } },
};

class ModernGuest implements Guest {
  readonly #client: Genuine;

  constructor(client: Genuine) {
    this.#client = client;
  }

  get id(): string | undefined {
    return this.#client.id;
  }

  get connected(): boolean {
    return this.#client.connected;
  }

  get transport(): string {
    return this.#client.io.engine.transport.name;
  }

  get verbs(): Verbs {
    return this.#client;
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
    this.#client.io.engine.transport.send = () => {};
  }

  async blurt(frame: string): Promise<void> {
    const { id, transport } = this.#client.io.engine;
    if (transport.ws) return transport.ws.send(frame);
    // The client's own way of posting differs from version to version; a second pair of hands does not.
    const url = `${this.#client.io.uri}/socket.io/?EIO=4&transport=polling&sid=${id}`;
    await fetch(url, { method: 'POST', body: frame }).then((answer) => answer.text());
  }

  beside(namespace: string, { auth = {} }: Introduction = {}): Guest {
    return new ModernGuest(this.#client.io.socket(namespace, { auth }));
  }
}

/** A parser that client and server have agreed on. */
interface Agreed {
  readonly name: string;
  readonly parser: Parser;
  /** What can't be said through it. */
  readonly can?: Partial<Pair['can']>;
  readonly altered?: readonly string[];
}

function pair(version: string, way: Way, agreed?: Agreed): Pair {
  const { name, can } = versions[version] ?? { name: version, can: {} };
  const { io } = require(name) as { io: Lookup };
  return {
    name: agreed ? `${version} ${way.name} with ${agreed.name}` : `${version} ${way.name}`,
    ...(agreed && { server: { parser: agreed.parser } }),
    ...(agreed?.altered && { altered: agreed.altered }),
    protocol: 4,
    address: '/socket.io/?',
    first: way.transports[0] ?? '',
    last: way.transports.at(-1) ?? '',
    tellsAuth: true,
    refused: 'connect_error',
    refusal: (message, data) => (data === undefined ? { message } : { message, data }),
    told: (error) => {
      const { message, data } = error as Error & { data?: unknown };
      return data === undefined ? { message } : { message, data };
    },
    freshIds: true,
    ownEvents: [],
    can: {
      binary: true,
      timeout: false,
      emitWithAck: false,
      onAny: true,
      volatile: true,
      views: true,
      askAgain: true,
      headers: true,
      sendMany: true,
      noticeSilence: true,
      ...can,
      ...agreed?.can,
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
    blunders: {
      unknownFrame: 'abc',
      unknownPacket: '47',
      heartbeat: '2',
      ...(!agreed && { stranger: '42/nowhere,["hello"]' }),
    },
    guest: (url, namespace, { auth = {}, query = {}, headers = {}, returns = false }) =>
      new ModernGuest(
        io(`${url}${namespace === '/' ? '' : namespace}`, {
          auth,
          query,
          extraHeaders: headers,
          transports: way.transports,
          upgrade: way.upgrade,
          reconnection: returns,
          reconnectionDelay: 10,
          randomizationFactor: 0,
          forceNew: true,
          autoConnect: false,
          ...(agreed && { parser: agreed.parser }),
        }),
      ),
  };
}

/** Every version by every way. */
export const modernPairs: readonly Pair[] = Object.keys(versions).flatMap((version) =>
  ways.map((way) => pair(version, way)),
);

const agreements: readonly Agreed[] = [
  {
    name: 'the msgpack parser',
    parser: require('socket.io-msgpack-parser') as Parser,
    altered: [
      'numbers',
      'numbers that JSON does not know',
      'a date',
      'undefined',
      'a Uint8Array',
      'a part of a larger Uint8Array',
      'an ArrayBuffer',
    ],
  },
  { name: 'a parser of its own', parser: json as Parser, can: { binary: false } },
];

/** The latest version by every way, with parsers that server and client have agreed on. */
export const parserPairs: readonly Pair[] = agreements.flatMap((agreed) =>
  ways.map((way) => pair('4.8.4', way, agreed)),
);
