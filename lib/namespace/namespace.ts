/** A namespace: its sockets, and the way in. */
import process from 'node:process';
import type { Adapter } from '../adapter/contract.js';
import type { Found, Keeper, Keeping } from '../adapter/keeper.js';
import { keeperOf } from '../adapter/keepers.js';
import { MemoryAdapter } from '../adapter/memory.js';
import type { Codec } from '../codec/codec.js';
import { engine4 } from '../codec/engine4.js';
import type { Parcel } from '../codec/parcel.js';
import { call } from '../emitter.js';
import type { Anything, DefaultEventsMap, EventsMap } from '../events.js';
import { Roster } from '../roster.js';
import { Assembly } from './assembly.js';
import type { NamespaceOptions } from './audience.js';
import { type Middleware, runChain } from './chain.js';
import { letIn, turnAway } from './entrance.js';
import type { Home, Judge, NamespaceReservedEvents, NamespaceServer } from './home.js';
import { Lookup } from './lookup.js';
import { recall } from './recall.js';
import { report } from './report.js';
import { type ServeHandler, serve } from './serve.js';
import { Socket } from './socket.js';
import type { CreateAdapter, Surroundings } from './surroundings.js';
import type { Arrival } from './wire.js';

/**
 * Sockets that joined under one name.
 * @see socket.io, "Namespace"
 */
export class Namespace<
    Listen extends EventsMap = DefaultEventsMap,
    Emit extends EventsMap = Listen,
    ServerSide extends EventsMap = DefaultEventsMap,
    SocketData = Anything,
  >
  extends Assembly<
    Emit,
    ServerSide,
    SocketData,
    NamespaceReservedEvents<Socket<Listen, Emit, ServerSide, SocketData>, Namespace>
  >
  implements Keeping<Parcel>, Home<Socket<Listen, Emit, ServerSide, SocketData>, Emit, ServerSide, SocketData>
{
  /** With a leading slash. */
  readonly name: string;
  readonly server: NamespaceServer;
  adapter: Adapter;
  /** Connected sockets; not those that middlewares still have. @internal */
  readonly members = new Roster<string, Socket<Anything, Anything, Anything, Anything>>();
  /** The same for users, from the moment they first look. */
  #shown: Map<string, Socket<Listen, Emit, ServerSide, SocketData>> | undefined;
  /** @internal */
  readonly options: NamespaceOptions;
  /** @internal */
  readonly codec: Codec;
  // Loosely typed, so that a namespace with types of its own may stand for one without.
  #middlewares: readonly Middleware<Anything>[] = [];
  #handler: ServeHandler<Anything> | undefined;
  /** Clients here, those whom the middlewares still have included. */
  #guests = 0;
  #emptied: ((awaiting: boolean) => void) | undefined;

  /** @internal made by `Namespaces` alone */
  constructor(name: string, surroundings: Surroundings) {
    super();
    this.name = name;
    this.server = surroundings.server;
    this.options = surroundings.options;
    this.codec = surroundings.codec ?? engine4;
    this.adapter = surroundings.createAdapter?.(this) ?? new MemoryAdapter<Parcel>(this);
  }

  /** Adds a middleware: it judges each client before it joins. What it throws counts as `next(error)`. */
  use(middleware: Judge<Socket<Listen, Emit, ServerSide, SocketData>>['judge']): this {
    if (typeof middleware !== 'function') throw new TypeError('a middleware must be a function');
    this.#middlewares = [...this.#middlewares, middleware];
    return this;
  }

  /** Gives each client that joins from now on to a handler, whose end is the socket's end. A later call replaces it. */
  serve(handler: ServeHandler<Socket<Listen, Emit, ServerSide, SocketData>>): this {
    if (typeof handler !== 'function') throw new TypeError('a serve handler must be a function');
    this.#handler = handler;
    return this;
  }

  /** Connected sockets by id; not those that middlewares still have. */
  get sockets(): Map<string, Socket<Listen, Emit, ServerSide, SocketData>> {
    const shown: Map<string, Anything> = this.#shown ?? new Map();
    if (!this.#shown) for (const socket of this.members.values()) shown.set(socket.id, socket);
    this.#shown = shown;
    return shown;
  }

  /** Clients that have not joined yet: middlewares still have them, or their places are looked for. @internal */
  get pending(): number {
    return this.#guests - this.members.size;
  }

  /** Who keeps the places of those that may come back. @internal */
  get keeper(): Keeper<Parcel> | undefined {
    return this.options.connectionStateRecovery && keeperOf<Parcel>(this.adapter, this);
  }

  /**
   * A client asks to join, or to come back.
   * @param known told of the socket before anybody else
   * @returns a promise if its place has to be looked for
   * @internal
   */
  welcome(
    arrival: Arrival,
    known: (socket: Socket<Listen, Emit, ServerSide, SocketData>) => void,
  ): void | Promise<void> {
    // Whoever waits counts: the namespace must not go meanwhile, nor with the ghost of whoever has come again.
    this.#guests += 1;
    const found = recall(this.keeper, arrival, !this.#passes(true));
    if (!(found instanceof Promise)) {
      this.#guests -= 1;
      this.connect(arrival, known, found);
      return undefined;
    }
    const arrived = (place: Found<Parcel> | undefined): void => {
      this.#guests -= 1;
      if (arrival.client.conn.readyState === 'open') this.connect(arrival, known, place);
      else {
        place?.decline();
        this.vacate();
      }
    };
    return new Lookup(found, arrival.client.conn, this.failed).over.then(arrived).catch(this.failed);
  }

  /**
   * A client wants to join; without middlewares it has joined when this returns.
   * @param known told of the socket before anybody else
   * @param found the place that it had before
   * @internal
   */
  connect(
    arrival: Arrival,
    known?: (socket: Socket<Listen, Emit, ServerSide, SocketData>) => void,
    found?: Found<Parcel>,
  ): Socket<Listen, Emit, ServerSide, SocketData> {
    const socket = new Socket(this, arrival, found);
    this.#guests += 1;
    known?.(socket);
    // Middlewares see where it was, and may take it away.
    if (found) this.#enter(socket.id, found.rooms);
    const failed = (error: unknown): void => report(this.options, error, { socket, event: 'middleware' });
    if (this.#passes(found !== undefined)) this.#admit(socket, arrival, found);
    else
      runChain(this.#middlewares, socket, {
        pass: () => process.nextTick(() => this.#admit(socket, arrival, found)),
        refuse: (error, thrown) => {
          if (thrown) failed(error);
          process.nextTick(turnAway, socket, error, this.options);
        },
        failed,
      });
    return socket;
  }

  /** A socket has gone, or has never joined. @internal */
  left(socket: Socket<Listen, Emit, ServerSide, SocketData>): void {
    this.members.delete(socket.id);
    this.#shown?.delete(socket.id);
    call(() => this.adapter.delAll(socket.id), undefined, [], this.failed);
    this.#guests -= 1;
    this.vacate();
  }

  /**
   * Told each time that the last client has left or none has come.
   * @param emptied whether some may come back is its argument
   * @internal
   */
  whenEmpty(emptied: (awaiting: boolean) => void): void {
    this.#emptied = emptied;
  }

  /** Whoever made a client's way here, or awaited one, says so when that client did not come. @internal */
  vacate(): void {
    if (this.#guests === 0) this.#emptied?.(this.keeper?.awaiting === true);
  }

  /** Whether anybody is here. @internal */
  get empty(): boolean {
    return this.#guests === 0;
  }

  /** Gives another namespace what this one has at this moment, for those who join. */
  protected endow(child: Namespace<Listen, Emit, ServerSide, SocketData>): void {
    child.#middlewares = this.#middlewares;
    child.#handler = this.#handler;
    for (const listener of this.listeners('connect')) child.on('connect', listener);
    for (const listener of this.listeners('connection')) child.on('connection', listener);
  }

  /** Starts its adapter; what fails goes to `onError`. @internal */
  init(): void {
    call(() => this.adapter.init(), undefined, [], this.failed);
  }

  /** Moves everybody over to another adapter, and ends the former one. @internal */
  adopt(createAdapter: CreateAdapter): void {
    const former = this.adapter;
    this.adapter = createAdapter(this);
    this.init();
    for (const [id, rooms] of former.sids) this.#enter(id, rooms);
    call(() => former.close(), undefined, [], this.failed);
    this.vacate();
  }

  /** Whether nobody judges a client that comes, or comes back. */
  #passes(back: boolean): boolean {
    if (this.#middlewares.length === 0) return true;
    return back && this.options.connectionStateRecovery?.skipMiddlewares === true;
  }

  #enter(id: string, rooms: Iterable<string>): void {
    call(() => this.adapter.addAll(id, new Set(rooms)), undefined, [], this.failed);
  }

  #admit(
    socket: Socket<Listen, Emit, ServerSide, SocketData>,
    arrival: Arrival,
    found: Found<Parcel> | undefined,
  ): void {
    // The connection may have ended while the middlewares thought.
    if (!socket.joining) return;
    if (!found) this.#enter(socket.id, [socket.id]);
    this.members.set(socket.id, socket);
    this.turnover += 1;
    this.#shown?.set(socket.id, socket);
    if (!letIn(socket, found, arrival, this.options)) return;
    if (this.#handler) {
      socket.keepMessages();
      serve(this.#handler, socket);
    }
    const failed = (error: unknown): void => report(this.options, error, { socket, event: 'connection' });
    this.dispatch('connect', [socket], failed);
    this.dispatch('connection', [socket], failed);
  }
}
