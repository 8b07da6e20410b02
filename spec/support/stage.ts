/** What one spec of the battery stands on: a site, and guests of one pair in front of it. All is closed behind it. */
import type { Express } from 'express';
import type { Socket, UserOptions } from '../../lib/index.js';
import type { Guest, Introduction, Pair } from './pair.js';
import { heard, within } from './patience.js';
import { openSite, type Site } from './site.js';

/** A guest and the server's socket for it. */
export interface Present {
  readonly guest: Guest;
  readonly socket: Socket;
}

export class Stage {
  readonly pair: Pair;
  readonly #guests: Guest[] = [];
  #site: Site | undefined;

  constructor(pair: Pair) {
    this.pair = pair;
  }

  get site(): Site {
    if (!this.#site) throw new Error('No site has been opened.');
    return this.#site;
  }

  get io(): Site['io'] {
    return this.site.io;
  }

  /** Opens the site; each spec has its own. */
  async open(options: UserOptions = {}, prepare?: (app: Express) => void): Promise<Site> {
    this.#site = await openSite({ ...this.pair.server, ...options }, prepare);
    return this.#site;
  }

  /** Somebody who is on the way. */
  coming(namespace = '/', introduction: Introduction = {}, url = this.site.url): Guest {
    const guest = this.pair.guest(url, namespace, introduction);
    this.#guests.push(guest);
    guest.enter();
    return guest;
  }

  /** Somebody who has arrived, by the transport that it ends up with. */
  async join(namespace = '/', introduction: Introduction = {}, url = this.site.url): Promise<Present> {
    return this.arrival(namespace, () => this.coming(namespace, introduction, url));
  }

  /** The same over the connection of somebody who is here. */
  async beside(guest: Guest, namespace: string, introduction: Introduction = {}): Promise<Present> {
    return this.arrival(namespace, () => {
      const other = guest.beside(namespace, introduction);
      this.#guests.push(other);
      other.enter();
      return other;
    });
  }

  /** Waits until both sides know that somebody has come. */
  async arrival(namespace: string, come: () => Guest): Promise<Present> {
    const nsp = this.io.of(namespace);
    const connection = heard(nsp as never, 'connection');
    const guest = come();
    const [[socket]] = await Promise.all([connection as Promise<[Socket]>, heard(guest, 'connect')]);
    await this.#settled(socket);
    return { guest, socket };
  }

  async close(): Promise<void> {
    for (const guest of this.#guests.splice(0)) guest.leave();
    await this.#site?.close();
    this.#site = undefined;
  }

  /** Waits for the handover, where there is one. */
  async #settled(socket: Socket): Promise<void> {
    const { last } = this.pair;
    const look = async (): Promise<void> => {
      while (socket.conn.transport.name !== last && socket.connected) await new Promise(setImmediate);
    };
    await within(look(), `the transport ${last}`);
  }
}
