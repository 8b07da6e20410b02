/** One small program, run with this server and with the genuine one: what it observes in both. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { Server as GenuineServer, type Socket } from 'socket.io';
import { type Socket as Client, io as lookup } from 'socket.io-client';
import type { UserOptions } from '../../lib/index.js';
import { listening } from './listening.js';
import { within } from './patience.js';
import { openSite } from './site.js';

/** A genuine client and the server's socket for it. */
export interface Present {
  readonly client: Client;
  readonly socket: Socket;
  /** The names and arguments of all events that the client has heard, in order. */
  readonly heard: unknown[][];
}

/** Where a program runs. Its server has the genuine one's type, whichever it is. */
export interface Ground {
  readonly io: GenuineServer;
  readonly url: string;
  /** Somebody who has arrived. */
  join(namespace?: string, auth?: object): Promise<Present>;
  /** Somebody who is on the way. */
  coming(namespace?: string, auth?: object): Client;
  /** Waits until everything that has been said in both directions has arrived. */
  quiet(): Promise<void>;
}

export type Program = (ground: Ground) => unknown;

/** A program with what both servers make of it; `differs` tells why they do not agree, and what is observed here. */
export interface Row {
  readonly what: string;
  readonly program: Program;
  readonly options?: UserOptions;
  readonly differs?: {
    readonly why: string;
    readonly here: unknown;
    /** The genuine server does not survive it, or it has no such thing to call. */
    readonly alone?: true;
  };
}

interface House {
  readonly io: GenuineServer;
  readonly url: string;
  close(): Promise<unknown>;
}

async function openHere(options: UserOptions): Promise<House> {
  const { io, url, close } = await openSite(options);
  return { io: io as unknown as GenuineServer, url, close };
}

async function openThere(options: UserOptions): Promise<House> {
  const server = createServer();
  const io = new GenuineServer(server, options as object);
  return { io, url: `http://127.0.0.1:${await listening(server)}`, close: () => io.close() };
}

class Visit {
  readonly #house: House;
  readonly #clients: Client[] = [];
  /** In the order of their coming; ids are read as numbers from here. */
  readonly ids: string[] = [];

  constructor(house: House) {
    this.#house = house;
    house.io.of('/fence').on('connection', (socket) => socket.on('done', (reply) => reply()));
  }

  get io(): GenuineServer {
    return this.#house.io;
  }

  coming(namespace = '/', auth: object = {}): Client {
    const client = lookup(`${this.#house.url}${namespace}`, {
      auth,
      forceNew: true,
      transports: ['websocket'],
      reconnection: false,
    });
    this.#clients.push(client);
    return client;
  }

  async join(namespace = '/', auth: object = {}): Promise<Present> {
    const client = this.coming(namespace, auth);
    const heard: unknown[][] = [];
    client.onAny((...args) => heard.push(args.filter((arg) => typeof arg !== 'function')));
    await within(new Promise<void>((resolve) => client.once('connect', resolve)), 'a welcome');
    this.ids.push(client.id ?? '');
    const socket = this.io.of(namespace).sockets.get(client.id ?? '');
    assert.ok(socket, 'the server has no socket for it');
    return { client, socket, heard };
  }

  async quiet(): Promise<void> {
    // Twice: what the first round brought may have been answered.
    for (let round = 0; round < 2; round += 1) {
      await Promise.all(this.#clients.map((client) => fence(client)));
      await new Promise(setImmediate);
    }
  }

  /** With verbs that may be taken apart. */
  get ground(): Ground {
    return {
      io: this.io,
      url: this.#house.url,
      join: (namespace, auth) => this.join(namespace, auth),
      coming: (namespace, auth) => this.coming(namespace, auth),
      quiet: () => this.quiet(),
    };
  }

  async leave(): Promise<void> {
    for (const client of this.#clients) client.io.engine?.close();
    await this.#house.close();
  }
}

async function fence(client: Client): Promise<void> {
  const manager = client.io as typeof client.io & { _readyState: string };
  if (manager._readyState === 'closed') return;
  const other = manager.socket('/fence', {});
  // Whoever is sent away has heard all that there was.
  const asked = other.emitWithAck('done').catch(() => {});
  const gone = new Promise<void>((resolve) => manager.once('close', () => resolve()));
  await within(Promise.race([asked, gone]), 'quiet');
}

async function observe(open: (options: UserOptions) => Promise<House>, { program, options }: Row) {
  const visit = new Visit(await open(options ?? {}));
  try {
    return plain(await program(visit.ground), visit.ids);
  } finally {
    await visit.leave();
  }
}

/** As data that can be compared: ids are numbers, and what JSON does not know is told in words. */
function plain(value: unknown, ids: readonly string[]): unknown {
  const told = JSON.stringify(value, (_key, item: unknown) => {
    if (item === undefined) return '(undefined)';
    if (typeof item === 'function') return '(function)';
    if (item instanceof Error) return { error: item.message, data: (item as { data?: unknown }).data };
    if (item instanceof Set) return [...item];
    return item;
  });
  return JSON.parse(ids.reduce((text, id, index) => (id ? text.replaceAll(id, `#${index}`) : text), told));
}

/** What a program observes with this server, and with the genuine one. */
export async function observeBoth(
  program: Program,
): Promise<{ readonly ours: unknown; readonly genuine: unknown }> {
  const row = { what: '', program };
  return { ours: await observe(openHere, row), genuine: await observe(openThere, row) };
}

/** Runs every row with both servers. */
export function compare(rows: readonly Row[]): void {
  for (const row of rows) {
    const { what, differs } = row;
    it(differs ? `${what}; unlike the genuine server: ${differs.why}` : what, async () => {
      const ours = await observe(openHere, row);
      if (differs) assert.deepEqual(ours, plain(differs.here, []));
      if (differs?.alone) return;
      const genuine = await observe(openThere, row);
      if (differs) assert.notDeepEqual(ours, genuine);
      else assert.deepEqual(ours, genuine);
    });
  }
}

/** What a function throws, in its own words. */
export function thrown(act: () => unknown): string {
  try {
    act();
    return 'nothing thrown';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
