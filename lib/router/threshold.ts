/** Connections on which nothing has been asked yet: half a request may not stand there for ever. */
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Deadline } from '../deadline.js';

/** A connection that is waited for. Its place is emptied when it is not any more, for the reason that `Roster` gives. */
interface Waiting {
  connection: Duplex | undefined;
  readonly since: number;
  /** Of one that has to be secured first: by what the secured one is known to be the same. */
  readonly line: string | undefined;
}

export class Threshold {
  readonly #tooLate: (connection: Duplex, isMute: boolean) => void;
  /** The one that came first is the first to be late. */
  readonly #waiting = new Set<Waiting>();
  readonly #places = new WeakMap<Duplex, Waiting>();
  /** One for all, with a connection as its `this`: whoever comes and goes at once shall leave nothing here. */
  readonly #gone: (this: Duplex) => void;
  /** Sessions of HTTP/2, and their connections. */
  readonly #sessions = new WeakMap<object, Duplex>();
  readonly #carriers = new WeakSet<Duplex>();
  /** Connections that are being secured, by the two ends of their lines: the secured one is another object. */
  readonly #unsecured = new Map<string, Duplex>();
  /** The connection that came last, while it is waited for. */
  #latest: Duplex | undefined;
  #timer: Deadline | undefined;
  #patience = 0;

  /** @param tooLate also told whether there are words for it: HTTP/2 has none, nor has a line that is not secured yet */
  constructor(tooLate: (connection: Duplex, isMute: boolean) => void) {
    this.#tooLate = tooLate;
    const forget = (connection: Duplex) => this.#forget(connection);
    this.#gone = function () {
      forget(this);
    };
  }

  /** @param ms how long the first request of a connection may take; 0: nobody is waited for here */
  setPatience(ms: number): void {
    this.#patience = ms;
    if (ms === 0) for (const { connection } of this.#waiting) if (connection) this.#forget(connection);
  }

  came(connection: Duplex, line?: string): void {
    // Two mounts on one server both tell of the connection by which they find it.
    if (this.#patience === 0 || this.#places.has(connection)) return;
    const place = { connection, since: performance.now(), line };
    this.#places.set(connection, place);
    this.#waiting.add(place);
    connection.on('close', this.#gone);
    this.#latest = connection;
    this.#timer ??= this.#lookIn(this.#patience);
  }

  /** A connection that has to be secured before anything can be asked on it. */
  knocked(connection: Socket): void {
    const line = lineOf(connection);
    // Without a line it would not be known any more when it has been secured, and would be waited for in vain.
    if (line === undefined || this.#unsecured.has(line)) return;
    this.came(connection, line);
    if (this.#places.has(connection)) this.#unsecured.set(line, connection);
  }

  /** It has been, and has as much time again. */
  secured(connection: Socket): void {
    const line = lineOf(connection);
    const knocked = line && this.#unsecured.get(line);
    if (knocked) this.asked(knocked);
    this.came(connection);
  }

  /** The connection that came last speaks HTTP/2. Its requests lead to the session, which shows no connection. */
  carries(session: object): void {
    if (!this.#latest) return;
    this.#sessions.set(session, this.#latest);
    this.#carriers.add(this.#latest);
  }

  /** A session of HTTP/2 has been asked for something. */
  askedBy(session: object): void {
    const connection = this.#sessions.get(session);
    if (connection) this.asked(connection);
  }

  /** It has asked for something; what it asks for next is between it and the HTTP server. */
  asked(connection: Duplex): void {
    if (this.#waiting.size > 0 && this.#forget(connection)) connection.off('close', this.#gone);
  }

  /** @returns whether it was waited for */
  #forget(connection: Duplex): boolean {
    if (this.#latest === connection) this.#latest = undefined;
    const place = this.#places.get(connection);
    if (!place) return false;
    place.connection = undefined;
    if (place.line !== undefined) this.#unsecured.delete(place.line);
    this.#places.delete(connection);
    return this.#waiting.delete(place);
  }

  #lookIn(ms: number): Deadline {
    return new Deadline(Math.ceil(ms), () => this.#look());
  }

  #look(): void {
    this.#timer = undefined;
    const latest = performance.now() - this.#patience;
    for (const { connection, since, line } of this.#waiting) {
      if (since > latest) {
        this.#timer = this.#lookIn(since - latest);
        return;
      }
      if (!connection) continue;
      this.#forget(connection);
      const isMute = line !== undefined || this.#carriers.has(connection);
      if (!connection.destroyed) this.#tooLate(connection, isMute);
    }
  }
}

const ends = ['remoteAddress', 'remotePort', 'localAddress', 'localPort'] as const;

/**
 * A connection and what secures it have the same ends. The system is asked for them: what stands before us may have
 * written others on the one of the two.
 * @returns `undefined` where there are none: a Unix socket, or a stream of somebody's own
 */
function lineOf(connection: Duplex): string | undefined {
  if (!(connection instanceof Socket)) return undefined;
  const found = ends.map((end): unknown => Reflect.get(Socket.prototype, end, connection));
  return found.includes(undefined) ? undefined : found.join(' ');
}
