/** The parts joined: the middleware and the server in one object. */

import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http';
import { Server as NetServer } from 'node:net';
import { adapterMaker } from './adapter/choice.js';
import { MemoryAdapter } from './adapter/memory.js';
import type { Next } from './callable.js';
import type { Parcel } from './codec/parcel.js';
import { type CloseOptions, hold, readDrain } from './drain.js';
import { SocketioError } from './errors.js';
import type { Anything, DefaultEventsMap, EventParams, EventsMap, NamesWithoutAck } from './events.js';
import { Face } from './face.js';
import type { NamespaceServer } from './namespace/home.js';
import type { Namespace } from './namespace/namespace.js';
import { Namespaces } from './namespace/namespaces.js';
import type { NameMatcher, ParentNamespace } from './namespace/parent.js';
import { report } from './namespace/report.js';
import type { Socket } from './namespace/socket.js';
import type { Handshake } from './namespace/wire.js';
import { readOptions } from './option-reading.js';
import type { AdapterFactory, Options, UserOptions } from './options.js';
import { Peer, type PeerSettings } from './peer.js';
import { type Codecs, codecsFor, type Desk, returningCodec } from './router/desk.js';
import { Engine } from './router/engine.js';
import { Mount } from './router/mount.js';
import type { HeaderLines } from './router/passage.js';
import { PolicyPort } from './router/policy-port.js';
import { Routes } from './router/routes.js';
import { Shelf } from './router/shelf.js';
import { webSockets } from './router/upgrade.js';
import type { Birth, Household } from './session/household.js';
import { Registry } from './session/registry.js';
import { Session } from './session/session.js';
import { Ticks } from './session/ticks.js';
import { Wheel } from './session/wheel.js';

export class Server<
  Listen extends EventsMap = DefaultEventsMap,
  Emit extends EventsMap = Listen,
  ServerSide extends EventsMap = DefaultEventsMap,
  SocketData = Anything,
> extends Face<Listen, Emit, ServerSide, SocketData> {
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
  #adapter: AdapterFactory;
  #open = true;
  #emptied: (() => void) | undefined;
  #closing: Promise<void> | undefined;

  /** @throws {SocketioError} `OPTION_INVALID`, naming the option */
  constructor(given: UserOptions = {}) {
    super();
    const options = readOptions(given);
    const limits = { ...options, maxPayload: options.maxHttpBufferSize };
    this.#options = options;
    this.#sessions = new Registry(options);
    const failed = (error: unknown, event: string): void => report(options, error, { event });
    this.#house = { wheel: new Wheel(), ticks: new Ticks(), limits, failed };
    const createAdapter = adapterMaker<Parcel>(options.adapter, options);
    this.#codecs = codecsFor(options);
    const codec = returningCodec(this.#codecs);
    const surroundings = { server: this as unknown as NamespaceServer, options, createAdapter, codec };
    this.#namespaces = new Namespaces(surroundings, (namespace) => this.#announce(namespace));
    this.#settings = {
      ...options,
      namespaces: this.#namespaces,
      wheel: this.#house.wheel,
      joined: (session) => this.#sessions.crowd.proves(session, 'join'),
      ended: (session) => this.#forget(session),
    };
    this.#adapter = options.adapter ?? MemoryAdapter;
    this.of('/');
    this.engine = new Engine(options, this.#sessions, this);
    this.#routes = new Routes(this.#desk());
    const { flashPolicy, onError } = options;
    this.#mount = new Mount(options, this.#routes);
    if (flashPolicy?.listen === undefined) return;
    this.#policyPort = new PolicyPort(flashPolicy, (error) => onError(error, { event: 'flashPolicy' }));
  }

  get sockets(): Namespace<Listen, Emit, ServerSide, SocketData> {
    return this.of('/');
  }

  /**
   * The namespace of that name, made if there is none; for a pattern or a function, a parent of all whose names fit.
   * @param listener put on `connect`
   * @throws {SocketioError} `NAMESPACE_INVALID`
   */
  of(
    match: RegExp | NameMatcher,
    listener?: (socket: Socket<Listen, Emit, ServerSide, SocketData>) => void,
  ): ParentNamespace<Listen, Emit, ServerSide, SocketData>;
  of(
    name: string | RegExp | NameMatcher,
    listener?: (socket: Socket<Listen, Emit, ServerSide, SocketData>) => void,
  ): Namespace<Listen, Emit, ServerSide, SocketData>;
  of(
    name: string | RegExp | NameMatcher,
    listener?: (socket: Socket<Listen, Emit, ServerSide, SocketData>) => void,
  ): Namespace<Listen, Emit, ServerSide, SocketData> {
    const namespace = this.#namespaces.of(name) as unknown as Namespace<Listen, Emit, ServerSide, SocketData>;
    return listener ? namespace.on('connect', listener) : namespace;
  }

  /** The HTTP server that leads here, once it is known: after `attach`, or with the first connection. */
  get httpServer(): HttpServer | undefined {
    return this.#mount.server;
  }

  /** The path that leads here, once it is known. */
  path(): string | undefined {
    return this.#mount.path;
  }

  /** The namespaces by name, where `@socket.io/admin-ui` looks for them. */
  get _nsps(): ReadonlyMap<string, Namespace> {
    return this.#namespaces.byName;
  }

  /** What makes the adapter of each namespace. */
  adapter(): AdapterFactory;
  /**
   * Gives every namespace another adapter; who is in which room stays.
   * @throws what the factory throws
   */
  adapter(factory: AdapterFactory): this;
  adapter(factory?: AdapterFactory): AdapterFactory | this {
    if (!factory) return this.#adapter;
    this.#namespaces.adopt(adapterMaker(readOptions({ adapter: factory }).adapter, this.#options));
    this.#adapter = factory;
    return this;
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

  /** Express takes what has `handle` and `set` for an application, and tells it where it is mounted. */
  set(_name?: string, _value?: unknown): this {
    return this;
  }

  /** Connect tells the path of a mount by setting this. */
  set route(path: string) {
    this.#mount.routedAt(path);
  }

  /**
   * Names an HTTP server that leads here, for the cases in which it can't be found.
   * @param options `path`: the whole mount path, where it can't be seen before a first request either
   * @throws {SocketioError} `SERVER_INVALID`
   */
  attach(server: HttpServer, { path }: { readonly path?: string } = {}): this {
    if (!(server instanceof NetServer)) {
      throw new SocketioError('SERVER_INVALID', 'attach takes an http.Server or https.Server');
    }
    this.#mount.attach(server, path);
    return this;
  }

  /** Serves a request or an upgrade that the site's stack has let through. */
  handle(req: IncomingMessage, res: ServerResponse, _next?: Next): void {
    if (this.#open) this.#mount.met(req);
    this.#routes.handle(req, res);
  }

  /**
   * Lets nobody in any more, delivers what waits, ends every client with `server shutting down`, and leaves the HTTP
   * servers as they were. They belong to their owner and stay open. May be called twice.
   */
  async close(options: CloseOptions | (() => void) = {}): Promise<void> {
    this.#closing ??= this.#leave(readDrain(options));
    await this.#closing;
    if (typeof options === 'function') options();
  }

  async #leave(drain: number): Promise<void> {
    this.#open = false;
    const emptied = new Promise<void>((resolve) => {
      this.#emptied = resolve;
    });
    for (const session of [...this.#sessions.values()])
      session.close('server shutting down', undefined, drain);
    if (this.#sessions.size > 0) await hold(emptied, drain);
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
      sessions: this.#sessions,
      engine: this.engine,
      sockets: webSockets(this.#options, lines),
      shelf: this.#options.serveClient ? new Shelf() : undefined,
      lines,
      wheel: this.#house.wheel,
      get open() {
        return server.#open;
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
    if (this.#sessions.size === 0) this.#emptied?.();
  }

  #announce(namespace: Namespace): void {
    this.sockets.dispatch('new_namespace', [namespace], (error) => {
      report(this.#options, error, { event: 'new_namespace' });
    });
  }
}

/** Express says `mount` with the application as its only argument; nobody broadcasts a function. */
function isMount(name: unknown, args: readonly unknown[]): boolean {
  return name === 'mount' && args.length === 1 && typeof args[0] === 'function';
}
