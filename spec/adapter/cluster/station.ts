/** One node of a cluster with its guests: ours or a genuine one, in this process. */
import { createServer } from 'node:http';
import { Server as Genuine } from 'socket.io';
import { type Socket as Client, io as connect } from 'socket.io-client';
import type { AdapterFactory } from '../../../lib/options.js';
import { listening } from '../../support/listening.js';
import { within } from '../../support/patience.js';
import { openSite } from '../../support/site.js';
import { Post, type Server } from './post.js';

/** The verbs of a post, from afar. */
export type Verb = keyof Post;

/** A node: somebody may join it, and it can be told to do something. */
export interface Station {
  /** Somebody joins this node. */
  guest(name: string, ...rooms: string[]): Promise<Guest>;
  tell<Name extends Verb>(
    verb: Name,
    ...args: Parameters<Post[Name]>
  ): Promise<Awaited<ReturnType<Post[Name]>>>;
  close(): Promise<void>;
}

/** Whose server a node is. */
export type Maker = 'ours' | 'genuine';

/** A genuine client that remembers what it hears, and answers with its name. */
export class Guest {
  readonly name: string;
  readonly client: Client;
  readonly heard: unknown[][] = [];
  /** The node that it has come to. */
  at = '';

  constructor(name: string, client: Client) {
    this.name = name;
    this.client = client;
    client.onAny((...event: unknown[]) => {
      const reply = event.at(-1);
      if (typeof reply === 'function') {
        event.pop();
        reply(name);
      }
      this.heard.push(event);
    });
  }

  get id(): string {
    return this.client.id ?? '';
  }

  /** Waits for an event that has come, or will. */
  async hears(event: string): Promise<void> {
    await until(() => this.heard.some(([name]) => name === event), `"${event}" at ${this.name}`);
  }

  leave(): void {
    this.client.disconnect();
  }
}

/**
 * Somebody who has joined.
 * @param patience milliseconds after which it gives up, and leaves
 */
export async function arrive(
  url: string,
  name: string,
  rooms: string[],
  patience = 8_000,
  transports = ['websocket'],
): Promise<Guest> {
  const client = connect(url, {
    transports,
    forceNew: true,
    reconnection: false,
    auth: { name, rooms },
  });
  const guest = new Guest(name, client);
  try {
    // Sent when it has joined; the answer comes after the rooms have been entered.
    guest.at = await within(client.emitWithAck('where'), `a welcome for ${name}`, patience);
  } catch (error) {
    guest.leave();
    throw error;
  }
  return guest;
}

/** Looks again and again; some adapters say nothing when they are ready. */
export async function until(look: () => boolean | Promise<boolean>, what: string): Promise<void> {
  let tired = false;
  const looking = async (): Promise<void> => {
    while (!tired && !(await look())) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  await within(looking(), what).finally(() => {
    tired = true;
  });
}

/** Opens a node in this process. */
export async function openStation(name: string, maker: Maker, adapter: AdapterFactory): Promise<Station> {
  const { io, url, close } = maker === 'ours' ? await openSite({ adapter }) : await openGenuine(adapter);
  const post = new Post(name, io as unknown as Server);
  return {
    guest: (guest, ...rooms) => arrive(url, guest, rooms),
    tell: async (verb, ...args) => {
      const act = post[verb] as (...args: unknown[]) => never;
      return act.apply(post, args);
    },
    close,
  };
}

async function openGenuine(adapter: AdapterFactory) {
  const server = createServer();
  const io = new Genuine(server, { adapter: adapter as never });
  const url = `http://127.0.0.1:${await listening(server)}`;
  return { io, url, close: () => io.close() };
}
