/** The parts joined: the middleware and the server in one object. */

import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http';
import type { Http2SecureServer, Http2Server } from 'node:http2';
import { Server as NetServer } from 'node:net';
import { adapterMaker } from './adapter/choice.js';
import { Adjustable } from './adjustable.js';
import { isMount, type Next } from './callable.js';
import type { Parcel } from './codec/parcel.js';
import { type CloseOptions, Drain } from './drain.js';
import { SocketioError } from './errors.js';
import type { Anything, DefaultEventsMap, EventParams, EventsMap, NamesWithoutAck } from './events.js';
import type { NamespaceServer } from './namespace/home.js';
import type { Namespace } from './namespace/namespace.js';
import { Namespaces } from './namespace/namespaces.js';
import type { NameMatcher } from './namespace/parent.js';
import { report } from './namespace/report.js';
import type { CreateAdapter } from './namespace/surroundings.js';
import type { Handshake } from './namespace/wire.js';
import { refuseUnknown } from './option-checks.js';
import { readOptions } from './option-reading.js';
import type { LimitName, Options, UserOptions } from './options.js';
import { Peer } from './peer.js';
import type { PeerSettings } from './peer-settings.js';
import { type Codecs, codecsFor, type Desk, measuresFor, returningCodec, rhythmsFor } from './router/desk.js';
import { Engine } from './router/engine.js';
import { Lobby } from './router/lobby.js';
import { Mount } from './router/mount.js';
import type { HeaderLines, Patience } from './router/passage.js';
import { PolicyPort } from './router/policy-port.js';
import { Routes } from './router/routes.js';
import { webSockets } from './router/websockets.js';
import type { Birth, Household } from './session/household.js';
import { Registry } from './session/registry.js';
import { Session } from './session/session.js';
import { Ticks } from './session/ticks.js';
import { Wheel } from './session/wheel.js';
import { type Stats, takeStock } from './stats.js';
import { Watch } from './watch/watch.js';

/** What may lead here; an `https.Server` is of the first kind, too. */
type AnyHttpServer = HttpServer | Http2Server | Http2SecureServer;

export class Server<
  Listen extends EventsMap = DefaultEventsMap,
  Emit extends EventsMap = Listen,
  ServerSide extends EventsMap = DefaultEventsMap,
  SocketData = Anything,
> extends Adjustable<Listen, Emit, ServerSide, SocketData> {
  /** What is below the namespaces, as Engine.IO's users know it. */
  readonly engine: Engine;
  readonly #options: Options;
  readonly #sessions: Registry;
  readonly #namespaces: Namespaces;
  readonly #mount: Mount;
  readonly #routes: Routes;
  readonly #policyPort: PolicyPort | undefined;
  readonly #house: Household;
  readonly #settings: PeerSettings;
  readonly #codecs: Codecs;
  readonly #lobby = new Lobby();
  readonly #drain: Drain;

  /** @throws {SocketioError} `OPTION_INVALID`, naming the option */
  constructor(given: UserOptions = {}) {
    const options = readOptions(given);
    super(options);
    const limits = { ...options, maxPayload: options.maxHttpBufferSize };
    this.#options = options;
    this.#sessions = new Registry(options);
    const failed = (error: unknown, event: string): void => report(options, error, { event });
    this.#drain = new Drain(this.#sessions, this.#lobby, {
      emptied: () => this.#leave(),
      failed: (error) => failed(error, 'close'),
    });
    this.#house = { wheel: new Wheel(), ticks: new Ticks(), limits, failed, watch: new Watch() };
    const createAdapter = adapterMaker<Parcel>(options.adapter, options, (limit) => this.limited(limit));
    this.#codecs = codecsFor(options);
    const codec = returningCodec(this.#codecs);
    const server = this as unknown as NamespaceServer;
    const adjusted: { connectTimeout(): number } = this;
    this.#namespaces = new Namespaces({ server, options, createAdapter, codec }, (namespace) =>
      this.sockets.dispatch('new_namespace', [namespace], (error) => failed(error, 'new_namespace')),
    );
    this.#settings = {
      ...options,
      get connectTimeout() {
        return adjusted.connectTimeout();
      },
      namespaces: this.#namespaces,
      wheel: this.#house.wheel,
      watch: this.#house.watch,
      joined: (session) => this.#sessions.crowd.proves(session, 'join'),
      ended: (session) => this.#forget(session),
    };
    this.of('/');
    this.engine = new Engine(options, this.#sessions, this);
    const desk = this.#desk();
    this.#routes = new Routes(desk);
    this.#mount = new Mount(desk, this.#routes);
    this.#policyPort = PolicyPort.for(options, (error) => failed(error, 'flashPolicy'));
  }

  get sockets(): Namespace<Listen, Emit, ServerSide, SocketData> {
    return this.of('/');
  }

  /** @internal */
  named(name: string | RegExp | NameMatcher): Namespace {
    return this.#namespaces.of(name);
  }

  /** The HTTP server that leads here, once it is known: after `attach`, or with the first connection. */
  get httpServer(): HttpServer | undefined {
    return this.#mount.server;
  }

  /** The path that leads here, once it is known. */
  path(given?: never): string | undefined {
    if (given !== undefined) refuseUnknown(given, 'path');
    return this.#mount.path;
  }

  /** The namespaces by name, where `@socket.io/admin-ui` looks for them. */
  get _nsps(): ReadonlyMap<string, Namespace> {
    return this.#namespaces.byName;
  }

  protected override adopt(createAdapter: CreateAdapter): void {
    this.#namespaces.adopt(createAdapter);
  }

  protected override limited(limit: LimitName): void {
    this.#house.watch.limited(limit);
  }

  /**
   * Emits to all sockets of `/`.
   * @throws {SocketioError} `EVENT_RESERVED`
   */
  emit<Name extends NamesWithoutAck<Emit>>(name: Name, ...args: EventParams<Emit, Name>): boolean {
    if (!isMount(name, args)) return this.sockets.emit(name as never, ...(args as never));
    this.#mount.mountedOn(args[0], (this as { mountpath?: unknown }).mountpath);
    return true;
  }

  /** Connect tells the path of a mount by setting this. */
  set route(path: string) {
    this.#mount.routedAt(path);
  }

  /**
   * Names an HTTP server that leads here, for the cases in which it can't be found.
   * @param options `path`: the whole mount path, where it can't be seen before a first request either
   * @throws {SocketioError} `SERVER_INVALID`, `OPTION_INVALID`
   */
  attach(server: AnyHttpServer, { path, ...others }: { readonly path?: string } = {}): this {
    if (!(server instanceof NetServer)) {
      throw new SocketioError('SERVER_INVALID', 'attach takes an http.Server or https.Server; you listen');
    }
    for (const name of Object.keys(others))
      throw new SocketioError('OPTION_INVALID', `attach takes path; ${name} is an option of socketio()`);
    this.#mount.attach(server as HttpServer, path);
    return this;
  }

  /** The same as `attach`. */
  listen(server: AnyHttpServer, options?: { readonly path?: string }): this {
    return this.attach(server, options);
  }

  /** Serves a request or an upgrade that the site's stack has let through. */
  handle(req: IncomingMessage, res: ServerResponse, _next?: Next): void {
    if (this.#drain.open) this.#mount.met(req);
    this.#routes.handle(req, res);
  }

  /** How long an upgrade may wait. @internal */
  patience(req: IncomingMessage): Patience {
    return this.#mount.patience(req);
  }

  /**
   * Lets nobody in any more, delivers what waits, ends every client with `server shutting down`, and leaves the HTTP
   * servers as they were. They belong to their owner and stay open. May be called again, also by whoever is in more of
   * a hurry.
   */
  close(options: CloseOptions | (() => void) = {}): Promise<void> {
    return this.#drain.close(options);
  }

  /**
   * How things stand, and what has happened since the start. Each session and each socket is looked at once: ask every
   * few seconds, not for every request.
   */
  stats(): Stats {
    return takeStock(this.#house.watch, this.#sessions.values(), this.#namespaces);
  }

  async #leave(): Promise<void> {
    this.#mount.close();
    await this.#policyPort?.close();
    const leave = async (namespace: Namespace): Promise<void> => namespace.close();
    await Promise.allSettled([...this.#namespaces].map(leave));
  }

  #desk(): Desk {
    const server = this;
    const lines = new WeakMap<IncomingMessage, HeaderLines>();
    return {
      options: this.#options,
      codecs: this.#codecs,
      rhythms: rhythmsFor(this.#options),
      sessions: this.#sessions,
      engine: this.engine,
      greet: webSockets(this.#options, lines, this.#house.watch),
      get shelf() {
        return server.shelf;
      },
      lines,
      measures: measuresFor(this.#options, this.#house.watch, this.#sessions),
      wheel: this.#house.wheel,
      watch: this.#house.watch,
      lobby: this.#lobby,
      get open() {
        return server.#drain.open;
      },
      opened: (birth, handshake) => this.#opened(birth, handshake),
    };
  }

  #opened(birth: Birth, handshake: Handshake): Session {
    const peer = new Peer(this.#settings, handshake);
    const session = new Session(birth, this.#house, peer);
    this.#sessions.add(session);
    peer.attend(session);
    return session;
  }

  #forget(session: Session): void {
    this.#sessions.remove(session);
    this.#drain.left();
  }
}
