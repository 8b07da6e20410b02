/** A selection of sockets, and what can be said or done to all of them; immutable, each modifier gives a new one. */
import type { Adapter, BroadcastFlags, BroadcastOptions, SocketDescription } from '../adapter/contract.js';
import { type Spreading, spread } from '../adapter/host.js';
import { delayOf } from '../adapter/patience.js';
import { call } from '../emitter.js';
import type {
  AckOf,
  AllButLast,
  Anything,
  DefaultEventsMap,
  EventNames,
  EventParams,
  EventsMap,
  MessageParams,
  NamesWithAck,
  WithTimeout,
} from '../events.js';
import type { EventPacket } from '../packet.js';
import type { AckListener } from './acks.js';
import type { Audience } from './audience.js';
import { eventPacket, messagePacket, separate } from './outgoing.js';
import { owed } from './owed.js';
import { Elsewhere, type Reach, type RemoteSocket } from './remote.js';
import { report } from './report.js';
import { Tally, type TallyListener } from './tally.js';

/** Rooms of which sockets are meant (none: all), rooms of which they are not, and how the packet travels. */
export interface Selection {
  readonly rooms: readonly string[];
  readonly except: readonly string[];
  readonly flags: BroadcastFlags;
}

const everybody: Selection = { rooms: [], except: [], flags: {} };

/**
 * Made by `to()`, `except()`, … of a server, a namespace or a socket.
 * @see socket.io, "BroadcastOperator"
 */
export class Broadcast<Emit extends EventsMap = DefaultEventsMap, SocketData = Anything> {
  readonly #audience: Audience;
  readonly #selection: Selection;

  /** @param selection everybody, where it is left out */
  constructor(audience: Audience, selection: Partial<Selection> = {}) {
    this.#audience = audience;
    this.#selection = { ...everybody, ...selection };
  }

  /** Adds a room, or some; a socket in several of them gets everything once. */
  to(room: string | string[]): Broadcast<Emit, SocketData> {
    return this.#with({ rooms: this.#selection.rooms.concat(room) });
  }

  /** The same as `to`. */
  in(room: string | string[]): Broadcast<Emit, SocketData> {
    return this.to(room);
  }

  /** Leaves out the members of a room, or of some; a socket's id is a room, too. */
  except(room: string | string[]): Broadcast<Emit, SocketData> {
    return this.#with({ except: this.#selection.except.concat(room) });
  }

  /** Whether transports may compress the packet. */
  compress(compress: boolean): Broadcast<Emit, SocketData> {
    return this.#flagged({ compress });
  }

  /** The packet may be dropped for a client that cannot take it now. */
  get volatile(): Broadcast<Emit, SocketData> {
    return this.#flagged({ volatile: true });
  }

  /** Only sockets of this node are meant. */
  get local(): Broadcast<Emit, SocketData> {
    return this.#flagged({ local: true });
  }

  /**
   * @param ms milliseconds in which all acknowledgements must have come
   * @throws SocketioError `OPTION_INVALID`
   */
  timeout(ms: number): Broadcast<WithTimeout<Emit>, SocketData> {
    return new Broadcast(this.#audience, {
      ...this.#selection,
      flags: { ...this.#selection.flags, timeout: delayOf(ms) },
    });
  }

  /**
   * Emits to all who are meant. A function as last argument gets `(error, responses)`: the first argument of each
   * client's answer, and an error if some are missing after `timeout()`.
   * @throws SocketioError `EVENT_RESERVED`, `EVENT_INVALID`
   * @throws what encoding the arguments throws (a cycle, a BigInt)
   */
  emit<Name extends EventNames<Emit>>(name: Name, ...args: EventParams<Emit, Name>): boolean {
    const spoken = separate(args);
    this.#publish(eventPacket(this.#audience.name, name, spoken.args), spoken.ack);
    return true;
  }

  /** The same with a promise; rejected with an error that has the answers that came as `responses`. */
  emitWithAck<Name extends NamesWithAck<Emit>>(
    name: Name,
    ...args: AllButLast<EventParams<Emit, Name>>
  ): Promise<AckOf<Emit, Name>> {
    return new Promise((resolve, reject) => {
      const packet = eventPacket(this.#audience.name, name, args);
      this.#ask(packet, (error, responses) =>
        error ? reject(error) : resolve(responses as AckOf<Emit, Name>),
      );
    });
  }

  /** Emits `message`. */
  send(...args: MessageParams<Emit>): this {
    const spoken = separate(args);
    this.#publish(messagePacket(this.#audience.name, spoken.args), spoken.ack);
    return this;
  }

  /** The same as `send`. */
  write(...args: MessageParams<Emit>): this {
    return this.send(...args);
  }

  /**
   * The sockets that are meant, on all nodes; those of this node are the real ones. Rejected with what the adapter fails
   * with, with an error after `timeout()`, and with SocketioError `SERVER_CLOSED` when the server ends.
   */
  async fetchSockets(): Promise<RemoteSocket<Emit, SocketData>[]> {
    const { members } = this.#audience;
    const found = await this.#fetch();
    return found.map((one) => {
      const socket = members.get(one.id) ?? new Elsewhere(one, this.#only(one.id));
      return socket as unknown as RemoteSocket<Emit, SocketData>;
    });
  }

  /** Ids of the sockets that are meant. @deprecated use `fetchSockets` */
  async allSockets(): Promise<Set<string>> {
    const found = await this.#fetch();
    return new Set(found.map(({ id }) => id));
  }

  /** Puts all who are meant into rooms. */
  socketsJoin(rooms: string | string[]): void {
    this.#move((adapter) => adapter.addSockets(this.#options(), [rooms].flat()));
  }

  /** Takes all who are meant out of rooms. */
  socketsLeave(rooms: string | string[]): void {
    this.#move((adapter) => adapter.delSockets(this.#options(), [rooms].flat()));
  }

  /** @param close whether whole connections end, with their sockets in other namespaces */
  disconnectSockets(close = false): void {
    this.#move((adapter) => adapter.disconnectSockets(this.#options(), close));
  }

  #fetch(): Promise<SocketDescription[]> {
    const { adapter, owed: open } = this.#audience;
    const options = this.#options();
    return owed(open, adapter.fetchSockets(options), options.flags.timeout);
  }

  #with(change: Partial<Selection>): Broadcast<Emit, SocketData> {
    return new Broadcast(this.#audience, { ...this.#selection, ...change });
  }

  #flagged(flags: BroadcastFlags): Broadcast<Emit, SocketData> {
    return this.#with({ flags: { ...this.#selection.flags, ...flags } });
  }

  #only(id: string): Reach {
    return new Broadcast(this.#audience, { rooms: [id], flags: { expectSingleResponse: true } });
  }

  #options(): BroadcastOptions & { flags: BroadcastFlags } {
    const { rooms, except, flags } = this.#selection;
    return { rooms: new Set(rooms), except: new Set(except), flags };
  }

  #publish(packet: EventPacket, ack: AckListener | undefined): void {
    if (ack) this.#ask(packet, ack);
    else
      this.#spread(packet, this.#options(), (options) => this.#audience.adapter.broadcast(packet, options));
  }

  #spread(
    packet: EventPacket,
    options: BroadcastOptions,
    by: Spreading['by'],
    nobody?: Spreading['nobody'],
  ): void {
    const failed = (error: unknown): void => this.#failed(error, packet);
    spread(this.#audience.adapter, { packet, options, by, failed, nobody });
  }

  /** Does something to all who are meant; what fails is not the caller's fault. */
  #move(act: (adapter: Adapter) => void | Promise<void>): void {
    const { adapter, options } = this.#audience;
    call(act, undefined, [adapter], (error) => report(options, error, { event: 'adapter' }));
  }

  #ask(packet: EventPacket, listener: TallyListener): void {
    const { adapter } = this.#audience;
    const options = this.#options();
    const single = options.flags.expectSingleResponse === true;
    const timeout = options.flags.timeout ?? 0;
    const tally = new Tally(this.#audience.owed, (error, responses) => {
      call(listener, undefined, [error, single ? responses[0] : responses], (failure) =>
        this.#failed(failure, packet),
      );
    });
    // Adapters run a timer of their own with this number; they must not get `undefined`.
    const asked = { ...options, flags: { ...options.flags, timeout } };
    const onCount = (clients: number): void => tally.asked(clients);
    const onAck: AckListener = (response) => tally.answered(response);
    const ask: Spreading['by'] = (how) => adapter.broadcastWithAck(packet, how, onCount, onAck);
    // Never before `emit` has returned.
    this.#spread(packet, asked, ask, (error) => queueMicrotask(() => tally.fail(error)));
    tally.start(timeout);
    nodesOf(adapter).then(
      (nodes) => tally.expect(nodes),
      (error) => tally.fail(error),
    );
  }

  #failed(error: unknown, packet: EventPacket): void {
    report(this.#audience.options, error, { event: String(packet.data[0]) });
  }
}

/** Asynchronous, so that an adapter that throws fails like one that rejects. */
async function nodesOf(adapter: Adapter): Promise<number> {
  return adapter.serverCount();
}
