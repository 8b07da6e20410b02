/** What can be said and done to all sockets of a namespace, and to the same namespace on other nodes. */
import type { Adapter, SocketDescription } from '../adapter/contract.js';
import { letGo } from '../adapter/ending.js';
import type { Kept } from '../adapter/keeper.js';
import type { Codec } from '../codec/codec.js';
import { readForeign } from '../codec/foreign.js';
import { type Encoded, Parcel } from '../codec/parcel.js';
import { call, Emitter, type OnError } from '../emitter.js';
import { SocketioError } from '../errors.js';
import type {
  AckOf,
  AllButLast,
  Anything,
  EventNames,
  EventParams,
  EventsMap,
  ForMany,
  MessageParams,
  NamesWithAck,
  NamesWithoutAck,
  WithTimeout,
} from '../events.js';
import type { EventPacket } from '../packet.js';
import type { Audience, NamespaceOptions } from './audience.js';
import { allTold } from './bad-news.js';
import { Broadcast } from './broadcast.js';
import type { Owed } from './owed.js';
import type { RemoteSocket } from './remote.js';
import { report } from './report.js';
import { incomplete } from './tally.js';

const RESERVED_AMONG_SERVERS: ReadonlySet<unknown> = new Set(['connect', 'connection', 'new_namespace']);

/** The speaking half of a namespace; each modifier starts a fresh selection. */
export abstract class Assembly<
    Emit extends EventsMap,
    ServerSide extends EventsMap,
    SocketData,
    Reserved extends EventsMap,
  >
  extends Emitter<ServerSide, Reserved>
  implements Audience
{
  abstract readonly name: string;
  abstract readonly adapter: Adapter;
  /** @internal */
  abstract readonly options: NamespaceOptions;
  /** What the clients read that can come back. @internal */
  abstract readonly codec: Codec;
  abstract readonly members: { get(id: string): SocketDescription | undefined };
  /** The next acknowledgement's number, shared by all emits. @internal */
  readonly ids = { next: 0 };
  /** Whether anybody has ever listened in on what a client here is told. @internal */
  overheard = false;
  /** How often somebody has come, or begun to leave. @internal */
  turnover = 0;
  /** What answers are waited for. @internal */
  readonly owed: Set<Owed> = new Set();

  /**
   * Emits to all sockets.
   * @throws SocketioError `EVENT_RESERVED`, `EVENT_INVALID`
   */
  emit<Name extends NamesWithoutAck<Emit>>(name: Name, ...args: EventParams<Emit, Name>): boolean {
    return new Broadcast<Emit, SocketData>(this).emit(name, ...args);
  }

  /** Emits `message` to all sockets. */
  send(...args: MessageParams<Emit>): this {
    new Broadcast<Emit, SocketData>(this).send(...args);
    return this;
  }

  /** The same as `send`. */
  write(...args: MessageParams<Emit>): this {
    return this.send(...args);
  }

  /** The members of a room, or of some. */
  to(room: string | string[]): Broadcast<ForMany<Emit>, SocketData> {
    return this.#all().to(room);
  }

  /** The same as `to`. */
  in(room: string | string[]): Broadcast<ForMany<Emit>, SocketData> {
    return this.#all().to(room);
  }

  /** All but the members of a room, or of some. */
  except(room: string | string[]): Broadcast<ForMany<Emit>, SocketData> {
    return this.#all().except(room);
  }

  /** All, and whether transports may compress. */
  compress(compress: boolean): Broadcast<ForMany<Emit>, SocketData> {
    return this.#all().compress(compress);
  }

  /** All who can take the packet now. */
  get volatile(): Broadcast<ForMany<Emit>, SocketData> {
    return this.#all().volatile;
  }

  /** All on this node. */
  get local(): Broadcast<ForMany<Emit>, SocketData> {
    return this.#all().local;
  }

  /** @param ms milliseconds in which all acknowledgements must have come */
  timeout(ms: number): Broadcast<WithTimeout<ForMany<Emit>>, SocketData> {
    return this.#all().timeout(ms);
  }

  /** All sockets, those of other nodes included. */
  fetchSockets(): Promise<RemoteSocket<ForMany<Emit>, SocketData>[]> {
    return this.#all().fetchSockets();
  }

  /** Ids of all sockets. @deprecated use `fetchSockets` */
  allSockets(): Promise<Set<string>> {
    return this.#all().allSockets();
  }

  /** Puts all sockets into rooms. */
  socketsJoin(rooms: string | string[]): void {
    this.#all().socketsJoin(rooms);
  }

  /** Takes all sockets out of rooms. */
  socketsLeave(rooms: string | string[]): void {
    this.#all().socketsLeave(rooms);
  }

  /** @param close whether whole connections end */
  disconnectSockets(close = false): void {
    this.#all().disconnectSockets(close);
  }

  /**
   * Emits to the other nodes of a cluster. A function as last argument gets `(error, responses)`.
   * @throws SocketioError `EVENT_RESERVED`
   */
  serverSideEmit<Name extends EventNames<ServerSide>>(
    name: Name,
    ...args: EventParams<WithTimeout<ForMany<ServerSide>>, Name>
  ): boolean {
    refuseReserved(name);
    this.#tellServers([name, ...args], this.failed);
    return true;
  }

  /** The same with a promise of all answers; rejected with an error that has those that came as `responses`. */
  serverSideEmitWithAck<Name extends NamesWithAck<ServerSide>>(
    name: Name,
    ...args: AllButLast<EventParams<ServerSide, Name>>
  ): Promise<AckOf<ServerSide, Name>[]> {
    return new Promise((resolve, reject) => {
      refuseReserved(name);
      const fail = (error: unknown, responses: Anything[] = []): void => {
        this.owed.delete(question);
        reject(incomplete(error, responses));
      };
      const settle = (error: unknown, responses: Anything[]): void => {
        if (error) return fail(error, responses);
        this.owed.delete(question);
        resolve(responses);
      };
      const question: Owed = { fail };
      this.owed.add(question);
      this.#tellServers([name, ...args, settle], question.fail);
    });
  }

  /** @internal */
  seal(packet: EventPacket): Parcel {
    return new Parcel(packet);
  }

  /** Encoded for the only clients that can come back. @internal */
  keep(parcel: Parcel, plain = false): Kept {
    return parcel.keep(this.codec, plain);
  }

  /** @internal */
  revive(kept: Kept): Parcel {
    return Parcel.of(kept as Encoded, this.codec, this.name);
  }

  /** @internal */
  unseal(encoded: readonly (string | Uint8Array)[]): Parcel | undefined {
    const packet = readForeign(encoded);
    return packet && new Parcel(packet);
  }

  /** The end of the server: who waits for answers gets an error with those that came; then the adapter goes. @internal */
  async close(): Promise<void> {
    for (const answer of [...this.owed]) answer.fail(new SocketioError('SERVER_CLOSED'));
    await letGo(this.adapter, this.failed);
    await allTold();
  }

  /** An event of another node, with an answering function if it waits for one. @internal */
  onServerSideEmit([name, ...args]: unknown[]): void {
    if (RESERVED_AMONG_SERVERS.has(name)) return;
    this.dispatch(String(name), args, (error) => report(this.options, error, { event: String(name) }));
  }

  /** @internal */
  readonly failed = (error: unknown): void => report(this.options, error, { event: 'adapter' });

  #tellServers(args: unknown[], failed: OnError): void {
    call(() => this.adapter.serverSideEmit(args), undefined, [], failed);
  }

  #all(): Broadcast<ForMany<Emit>, SocketData> {
    return new Broadcast(this);
  }
}

function refuseReserved(name: unknown): void {
  if (RESERVED_AMONG_SERVERS.has(name))
    throw new SocketioError('EVENT_RESERVED', `"${String(name)}" is a reserved event name`);
}
