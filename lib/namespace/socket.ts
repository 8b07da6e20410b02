/** One client in one namespace, and its way from joining to gone. */
import type { BroadcastFlags, Stand } from '../adapter/contract.js';
import type { Found, Holder, Place } from '../adapter/keeper.js';
import { delayOf } from '../adapter/patience.js';
import { Parcel } from '../codec/parcel.js';
import { isThenable } from '../emitter.js';
import type { DisconnectReason } from '../errors.js';
import type { Anything, DefaultEventsMap, EventsMap, WithTimeout } from '../events.js';
import {
  type AckPacket,
  type DisconnectPacket,
  type EventPacket,
  never,
  type Packet,
  PacketType,
} from '../packet.js';
import { announce } from './entrance.js';
import type { Home, NamespaceServer } from './home.js';
import { Persona } from './persona.js';
import { recoverable } from './recall.js';
import type { Arrival, Extent, SendFlags, Wire } from './wire.js';

/** `joining`: in the middlewares; `leaving`: `disconnecting` is being told; `gone` is for ever. */
type State = 'joining' | 'open' | 'leaving' | 'gone';

/**
 * A client in a namespace.
 * @see socket.io, "Socket (server side)"
 */
export class Socket<
    Listen extends EventsMap = DefaultEventsMap,
    Emit extends EventsMap = Listen,
    ServerSide extends EventsMap = DefaultEventsMap,
    SocketData = Anything,
  >
  extends Persona<Listen, Emit, SocketData>
  implements Holder<Parcel>
{
  readonly nsp: Home<Socket<Listen, Emit, ServerSide, SocketData>, Emit, ServerSide, SocketData>;
  /** What is kept of it when its connection is lost; absent if nothing is. @internal */
  readonly place: Place<Parcel> | undefined;
  readonly #wire: Wire;
  #state: State = 'joining';

  /** @internal made by `Namespace.connect` alone */
  constructor(
    nsp: Home<Socket<Listen, Emit, ServerSide, SocketData>, Emit, ServerSide, SocketData>,
    arrival: Arrival,
    found?: Found<Parcel>,
  ) {
    super(arrival, found);
    this.nsp = nsp;
    this.#wire = arrival.wire;
    this.place = found?.place ?? (arrival.entire && nsp.keeper?.place(this));
    if (found) this.place?.claim(this);
  }

  /** False while middlewares run, and in `disconnect`. */
  get connected(): boolean {
    return this.#state === 'open' || this.#state === 'leaving';
  }

  get disconnected(): boolean {
    return !this.connected;
  }

  /** The server; tells a real socket from the description of a remote one. */
  get server(): NamespaceServer<Socket> {
    return this.nsp.server;
  }

  /** Enters a room, or some; nothing once the socket is gone. */
  join(rooms: string | string[]): void | Promise<void> {
    if (this.#state === 'gone') return undefined;
    return this.#heeded(this.nsp.adapter.addAll(this.id, new Set([rooms].flat())));
  }

  /** Leaves a room. */
  leave(room: string): void | Promise<void> {
    return this.#heeded(this.nsp.adapter.del(this.id, room));
  }

  /**
   * @param ms milliseconds for the answer to the next emit; its acknowledgement then takes an error first
   * @throws SocketioError `OPTION_INVALID`
   */
  timeout(ms: number): Socket<Listen, WithTimeout<Emit>, ServerSide, SocketData> {
    return this.flag({ timeout: delayOf(ms) }) as unknown as Socket<
      Listen,
      WithTimeout<Emit>,
      ServerSide,
      SocketData
    >;
  }

  /**
   * Sends the client away; nothing if it is not here.
   * @param close whether the whole connection ends, with its sockets in other namespaces
   */
  disconnect(close = false): this {
    if (!close) this.#dismiss('membership');
    // All sockets of the connection are sent away by it, in the order of their coming.
    else if (this.#state === 'open') this.#wire.close('connection');
    return this;
  }

  /** Whoever served it is done: the same, and the connection ends unless other sockets use it. @internal */
  served(): void {
    this.#dismiss('connection if unused');
  }

  /** Takes a packet of the client; `size` in bytes on the wire. @internal */
  receive(packet: EventPacket | AckPacket | DisconnectPacket, size: number): void {
    if (this.#state !== 'open') return;
    switch (packet.type) {
      case PacketType.EVENT:
        this.hear(packet, size);
        return;
      case PacketType.ACK:
        this.answered(packet.id, packet.data);
        return;
      case PacketType.DISCONNECT:
        this.closed('client namespace disconnect');
        this.#wire.close('membership');
        return;
      default:
        never(packet);
    }
  }

  /** Sends a packet that others get, too. @internal */
  deliver(parcel: Parcel, flags: BroadcastFlags): Stand<Parcel> | undefined {
    if (parcel.packet.type === PacketType.EVENT) this.notifyOutgoingListeners(parcel.packet);
    return this.present ? this.#wire.send(parcel, flags) : undefined;
  }

  /** Sends without a word to listeners. @returns whether there are listeners for outgoing events @internal */
  post(parcel: Parcel, flags?: SendFlags): boolean {
    if (this.present) this.#wire.send(parcel, flags);
    return this.heeded;
  }

  /** The client has come again. @internal */
  supersede(): void {
    if (this.present) this.#wire.close('lost');
  }

  /**
   * The middlewares let it pass: it is connected, and the client hears of it.
   * @param missed what comes before that
   * @throws what encoding throws
   * @internal
   */
  open(missed: readonly Parcel[]): void {
    this.#state = 'open';
    for (const parcel of missed) this.post(parcel);
    const pid = this.place && { pid: this.place.pid };
    this.transmit({ type: PacketType.CONNECT, nsp: this.nsp.name, data: { sid: this.id, ...pid } });
    this.place?.take(this);
  }

  /** The middlewares refused it. @throws what encoding throws @internal */
  refuse(data: { readonly message: string; readonly data?: unknown }): void {
    this.transmit({ type: PacketType.CONNECT_ERROR, nsp: this.nsp.name, data });
    this.place?.leave(undefined);
    this.closed('server namespace disconnect');
    this.#wire.close('membership');
  }

  /** It cannot be spoken to: its connection ends. @internal */
  expel(): void {
    if (this.joining) this.place?.leave(undefined);
    this.#wire.close('connection');
  }

  /** Whether the middlewares still have it. @internal */
  get joining(): boolean {
    return this.#state === 'joining';
  }

  /** The connection or the membership has ended; the only way to `gone`. @internal */
  closed(reason: DisconnectReason, description?: unknown): void {
    // An error with this reason: the client has said what cannot be read, and that is told while the socket is here.
    if (reason === 'forced close' && description instanceof Error && this.connected)
      this.puzzled(description);
    if (this.#state === 'open') this.#depart(reason, description);
    else if (this.#state === 'joining') {
      this.#vanish();
      this.endAcks();
      this.endMailbox();
    }
  }

  protected get present(): boolean {
    return this.#state === 'open' || this.#state === 'joining';
  }

  protected transmit(packet: Packet, flags?: BroadcastFlags): boolean {
    if (this.place && packet.type === PacketType.EVENT && packet.id === undefined) {
      this.place.tell(packet, flags ?? {});
      return this.present;
    }
    if (!this.present) return false;
    this.#wire.send(new Parcel(packet), flags);
    return true;
  }

  protected get relayed(): boolean {
    return this.place?.relays === true && this.connected;
  }

  protected flow(open: boolean): void {
    this.#wire.flow(open);
  }

  #dismiss(extent: Extent): void {
    if (this.#state !== 'open') return;
    const packet = { type: PacketType.DISCONNECT, nsp: this.nsp.name } as const;
    const isTold = announce(this.#wire, packet, this.nsp.options, this);
    this.closed('server namespace disconnect');
    this.#wire.close(isTold ? extent : 'connection');
  }

  #depart(reason: DisconnectReason, description: unknown): void {
    this.#state = 'leaving';
    this.nsp.turnover += 1;
    this.dispatch('disconnecting', [reason, description], (error) => this.failed(error, 'disconnecting'));
    this.place?.leave(recoverable.has(reason) ? this : undefined);
    this.#vanish();
    this.dispatch('disconnect', [reason, description], (error) => this.failed(error, 'disconnect'));
    this.endAcks();
    this.endMailbox();
  }

  /** Hardly anybody waits until an adapter has moved him: what it cannot do is heard of all the same. */
  #heeded(moving: void | Promise<void>): void | Promise<void> {
    if (isThenable(moving)) moving.then(undefined, (error) => this.failed(error, 'adapter'));
    return moving;
  }

  #vanish(): void {
    this.#state = 'gone';
    this.nsp.left(this);
  }
}
