/** Where we stand in the site: which HTTP servers lead to us, and under which paths. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket as NetSocket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Watch } from '../watch/watch.js';
import type { Desk } from './desk.js';
import { Door, type Guest } from './door.js';
import type { Lobby } from './lobby.js';
import type { LateCode, Patience } from './passage.js';
import { Places } from './places.js';
import { PolicyDesk } from './policy.js';

/** Each accepted connection is told here before its first byte is read: early enough for a WebSocket-only client. */
const CHANNEL = 'net.server.socket';

/** Upward, to the routes. */
export interface MountEvents {
  /** @returns whether the request named a session and has been served */
  served(req: IncomingMessage, res: ServerResponse): boolean;
  /** Whether the request names a session at the path that this session uses. */
  names(req: IncomingMessage): boolean;
  /** The site's stack has not answered an upgrade in time. */
  late(req: IncomingMessage, res: ServerResponse, code: LateCode): void;
}

export class Mount implements Guest {
  readonly headersTimeout: number;
  readonly #handshakeTimeout: number;
  readonly #lobby: Lobby;
  readonly #counts: Watch;
  readonly #up: MountEvents;
  readonly #policy: PolicyDesk | undefined;
  readonly #places = new Places();
  readonly #doors = new Set<Door>();
  readonly #accepted = (message: unknown) => this.#connection(message as { readonly socket: NetSocket });
  /** Servers that have been looked at: they lead here visibly, or not. */
  #seen = new WeakSet<object>();
  /** Servers whose door we stand at. */
  #entered = new WeakSet<object>();
  #server: Server | undefined;
  #watching = false;
  #closed = false;

  constructor({ options, lobby, watch }: Desk, up: MountEvents) {
    const { handshakeTimeout, headersTimeout, flashPolicy } = options;
    this.#handshakeTimeout = handshakeTimeout;
    this.headersTimeout = headersTimeout;
    this.#lobby = lobby;
    this.#counts = watch;
    this.#up = up;
    this.#policy = flashPolicy && new PolicyDesk(flashPolicy);
  }

  /** Express has mounted us on an application. */
  mountedOn(app: unknown, path: unknown): void {
    this.#places.mountedOn(app, path);
    this.#watch();
  }

  /** Connect has mounted us; it tells the path, and not the application. */
  routedAt(path: string): void {
    this.#places.add(path);
    this.#watch();
  }

  /** The owner names a server that leads to us. */
  attach(server: Server, path: string | undefined): void {
    if (path !== undefined) this.#places.add(path);
    this.#enter(server);
  }

  /** The server that leads to us, the first if there are several; `undefined` as long as none is known. */
  get server(): Server | undefined {
    return this.#server;
  }

  /** The path that leads to us, in the same way. */
  get path(): string | undefined {
    return this.#places.first;
  }

  /** A request has reached us: its server leads to us, and its path does. */
  met(req: IncomingMessage): void {
    const { server } = req.socket as NetSocket & { readonly server?: Server };
    if (!server) return;
    if (this.#places.learn(req) || !this.#entered.has(server)) this.#enter(server);
  }

  /** Leaves every server as it was, for good. */
  close(): void {
    if (this.#watching) unsubscribe(CHANNEL, this.#accepted);
    this.#watching = false;
    this.#closed = true;
    for (const door of this.#doors) door.leave(this);
    this.#doors.clear();
    this.#entered = new WeakSet();
  }

  claims(req: IncomingMessage): boolean {
    return this.#places.has(req) || this.#up.names(req);
  }

  takes(req: IncomingMessage, res: ServerResponse): boolean {
    return this.#up.served(req, res);
  }

  reads(error: Error, socket: Duplex, pass: () => void): boolean {
    return this.#policy?.takes(error, socket, pass) === true;
  }

  waited(): void {
    this.#counts.limited('headersTimeout');
  }

  patience(req: IncomingMessage): Patience {
    return {
      handshakeTimeout: this.#handshakeTimeout,
      // What may be somebody else's upgrade is not for us to end.
      lobby: this.claims(req) ? this.#lobby : undefined,
      late: (response, code) => this.#up.late(req, response, code),
    };
  }

  #watch(): void {
    if (this.#closed) return;
    this.#seen = new WeakSet(); // Servers seen before may lead to the new place.
    for (const door of this.#doors) door.admit(this, true);
    if (this.#watching) return;
    this.#watching = true;
    subscribe(CHANNEL, this.#accepted);
  }

  #connection({ socket }: { readonly socket: NetSocket }): void {
    const { server } = socket as NetSocket & { readonly server?: Server };
    if (!server || this.#seen.has(server)) return;
    this.#seen.add(server);
    if (!this.#places.isRoot(server.listeners('request'))) return;
    // The server had accepted this very connection before we stood at its door.
    this.#enter(server)?.accepted(socket);
  }

  #enter(server: Server): Door | undefined {
    if (this.#closed) return undefined;
    this.#entered.add(server);
    this.#server ??= server;
    const door = Door.of(server);
    door.admit(this, this.#places.visible);
    this.#doors.add(door);
    return door;
  }
}
