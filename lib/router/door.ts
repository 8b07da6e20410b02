/** The one interception point of an HTTP server: what is ours is taken here, and never shown to its neighbours. */
import { Buffer } from 'node:buffer';
import { Server as HttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Http2Session } from 'node:http2';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Server as TlsServer } from 'node:tls';
import { comesTooLate } from '../transport/answer.js';
import { HeadersTimeout } from './headers-timeout.js';
import { isBusy, waitForTurn } from './out-of-turn.js';
import { type Patience, UpgradePassage } from './passage.js';
import { makeRoom } from './room.js';
import { leaveToOthers } from './stray.js';
import { Threshold } from './threshold.js';
import { isUpgrade } from './ticket.js';

/** What stands behind a door. */
export interface Guest {
  /** Whether this upgrade is for a path that the guest is known to be mounted on. */
  claims(req: IncomingMessage): boolean;
  /** Serves a request that names a session of the guest. @returns `false` if it does not: the site's stack decides */
  takes(req: IncomingMessage, res: ServerResponse): boolean;
  /**
   * Reads what the HTTP parser could not.
   * @param pass to be called if it turns out later that the guest can't read it either
   * @returns whether the guest deals with it
   */
  reads(error: Error, socket: Duplex, pass: () => void): boolean;
  /** What is waited for an upgrade, and what happens then. */
  patience(req: IncomingMessage): Patience;
  /** Milliseconds for the first request of a connection; 0: what the server allows. */
  readonly headersTimeout: number;
  /** A connection has not asked for anything within `headersTimeout`. */
  waited(): void;
}

/** A stream of HTTP/2. */
interface OfSession {
  readonly session: Http2Session;
}

type Emit = (event: string | symbol, ...args: unknown[]) => boolean;

/** Events by which Node hands on a request whose headers have all come. */
const asking: ReadonlySet<string | symbol> = new Set([
  'request',
  'upgrade',
  'connect',
  'checkContinue',
  'checkExpectation',
]);

const doors = new WeakMap<Server, Door>();

export class Door {
  readonly #server: Server;
  #guests: readonly Guest[] = [];
  readonly #threshold = new Threshold((connection, isMute) => this.#tooLate(connection, isMute));
  readonly #headersTimeout: HeadersTimeout;
  readonly #before: Emit;
  readonly #own: boolean;
  /** The event by which a connection comes that requests are read from. */
  readonly #accepting: string;
  readonly #intercept: Emit;
  #listening = false;

  /** The door of this server; made when first asked for. */
  static of(server: Server): Door {
    const known = doors.get(server);
    if (known) return known;
    const door = new Door(server);
    doors.set(server, door);
    return door;
  }

  private constructor(server: Server) {
    this.#server = server;
    this.#headersTimeout = new HeadersTimeout(server);
    this.#own = Object.hasOwn(server, 'emit');
    this.#accepting = server instanceof TlsServer ? 'secureConnection' : 'connection';
    this.#before = server.emit as Emit;
    this.#intercept = (event, ...args) =>
      this.#passing(event, args) || this.#before.call(server, event, ...args);
    server.emit = this.#intercept as Server['emit'];
  }

  /** @param listen whether the guest's path is known, so that Node shall deliver upgrades as upgrades */
  admit(guest: Guest, listen: boolean): void {
    if (!this.#guests.includes(guest)) this.#guests = [...this.#guests, guest];
    this.#setPatience();
    if (!listen || this.#listening) return;
    this.#listening = true;
    this.#server.on('upgrade', keepUpgrades);
  }

  /**
   * A connection that the server has accepted without our seeing it. Of one by HTTP/2 without TLS, its session was not
   * seen either, and nobody would tell of what is asked there.
   */
  accepted(connection: Socket): void {
    const server: object = this.#server;
    if (server instanceof HttpServer || server instanceof TlsServer) this.#accepts(connection);
  }

  /** The last guest to leave closes the door: the server is as it was. */
  leave(guest: Guest): void {
    this.#guests = this.#guests.filter((other) => other !== guest);
    this.#setPatience();
    if (this.#guests.length > 0) return;
    this.#server.off('upgrade', keepUpgrades);
    this.#listening = false;
    if (this.#server.emit !== this.#intercept) return; // Somebody has wrapped it since; ours stays under theirs, empty.
    doors.delete(this.#server);
    if (this.#own) this.#server.emit = this.#before as Server['emit'];
    else Reflect.deleteProperty(this.#server, 'emit');
  }

  /** @returns whether the event has been taken */
  #passing(event: string | symbol, args: unknown[]): boolean {
    if (asking.has(event)) this.#threshold.asked((args[0] as IncomingMessage).socket);
    else if (event === 'connection') this.#accepts(args[0] as Socket);
    else if (event === 'secureConnection') this.#threshold.secured(args[0] as Socket);
    else if (event === 'session') this.#threshold.carries(args[0] as Http2Session);
    else if (event === 'stream') this.#threshold.askedBy((args[0] as OfSession).session);
    if (event === 'request') return this.#asked(args as [IncomingMessage, ServerResponse]);
    if (event === 'upgrade') return this.#upgrade(args as [IncomingMessage, Duplex, Buffer]);
    if (event === 'clientError') return this.#stumbled(args as [Error, Duplex]);
    return false;
  }

  #accepts(connection: Socket): void {
    if (this.#accepting === 'connection') this.#threshold.came(connection);
    else this.#threshold.knocked(connection);
  }

  #asked([req, res]: [IncomingMessage, ServerResponse]): boolean {
    if (comesTooLate(req) || this.#request([req, res])) return true;
    if (this.#claimant(req)) makeRoom(req, res);
    return false;
  }

  #request([req, res]: [IncomingMessage, ServerResponse]): boolean {
    for (const guest of this.#guests) if (guest.takes(req, res)) return true;
    return false;
  }

  #upgrade([req, socket, head]: [IncomingMessage, Duplex, Buffer]): boolean {
    const [anyone] = this.#guests;
    if (!anyone) return false;
    const guest = this.#claimant(req) ?? (this.#othersListen ? undefined : anyone);
    if (!guest) {
      leaveToOthers(socket, anyone.patience(req).handshakeTimeout, () =>
        refuseAsNode(socket, new Error('Nobody takes this upgrade'), '404 Not Found'),
      );
      return false;
    }
    if (isBusy(socket)) return waitForTurn(socket, () => this.#server.emit('upgrade', req, socket, head));
    if (!isUpgrade(req) || req.method !== 'GET') return this.#asPlain(req, socket, head);
    const { response } = new UpgradePassage(req, socket, head, guest.patience(req));
    // Unclaimed, Node would have made it an ordinary request without us: the site answers, and learns nothing of us.
    if (this.#request([req, response])) return true;
    makeRoom(req, response);
    this.#before.call(this.#server, 'request', req, response);
    return true;
  }

  /** The most impatient guest decides; for later requests of a connection Node looks, by its own limit. */
  #setPatience(): void {
    const limits = this.#guests.map(({ headersTimeout }) => headersTimeout).filter((ms) => ms > 0);
    const patience = limits.length > 0 ? Math.min(...limits) : 0;
    this.#threshold.setPatience(patience);
    this.#headersTimeout.lower(patience);
  }

  /** As if Node's own `headersTimeout` had passed, which is looked at twice a minute only. */
  #tooLate(connection: Duplex, isMute: boolean): void {
    for (const guest of this.#guests) if (guest.headersTimeout > 0) guest.waited();
    if (isMute) return void connection.destroy();
    const error = Object.assign(new Error('Request timeout'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });
    if (!this.#before.call(this.#server, 'clientError', error, connection))
      refuseAsNode(connection, error, '408 Request Timeout');
  }

  /** Node answers by itself where nobody listens, and it asks by this very event: we must not become a listener. */
  #stumbled([error, socket]: [Error, Duplex]): boolean {
    const pass = (): void => {
      if (!this.#before.call(this.#server, 'clientError', error, socket)) refuseAsNode(socket, error);
    };
    for (const guest of this.#guests) if (guest.reads(error, socket, pass)) return true;
    return false;
  }

  #claimant(req: IncomingMessage): Guest | undefined {
    for (const guest of this.#guests) if (guest.claims(req)) return guest;
    return undefined;
  }

  get #othersListen(): boolean {
    return this.#server.listenerCount('upgrade') > (this.#listening ? 1 : 0);
  }

  /**
   * An offer that nobody takes up (`h2c`) on a request that wants its answer. The parser has let go of the socket
   * before it saw a body; it gets the bytes again, without the offer.
   */
  #asPlain(req: IncomingMessage, socket: Duplex, head: Buffer): boolean {
    socket.unshift(Buffer.concat([Buffer.from(plainHead(req), 'latin1'), head]));
    this.#before.call(this.#server, this.#accepting, socket);
    return true;
  }
}

/** Its presence makes Node emit `upgrade`; the door has dealt with the event before it could come here. */
function keepUpgrades(): void {}

/** What Node does with a connection on which nothing but nonsense has been said, or nothing in time. */
function refuseAsNode(socket: Duplex, error: Error, status = '400 Bad Request'): void {
  if (socket.writable) socket.write(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`);
  socket.destroy(error);
}

/** The head of a request as it was sent, its offer to upgrade left out. */
function plainHead(req: IncomingMessage): string {
  const lines = [`${req.method} ${req.url} HTTP/${req.httpVersion}`];
  for (let index = 0; index < req.rawHeaders.length; index += 2) {
    const name = req.rawHeaders[index] ?? '';
    const value = req.rawHeaders[index + 1] ?? '';
    if (!/^(upgrade|http2-settings)$/i.test(name)) lines.push(`${name}: ${withoutUpgrade(name, value)}`);
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
}

function withoutUpgrade(name: string, value: string): string {
  if (name.toLowerCase() !== 'connection') return value;
  const kept = value.split(',').map((token) => token.trim());
  return kept.filter((token) => !/^(upgrade|http2-settings)$/i.test(token)).join(', ') || 'keep-alive';
}
