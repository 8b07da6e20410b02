/** The landing: where one session meets the sockets that its client has in several namespaces. */
import type { IncomingMessage } from 'node:http';
import process from 'node:process';
import type { Stand } from './adapter/contract.js';
import type { Parcel } from './codec/parcel.js';
import type { DisconnectReason } from './errors.js';
import { type Few, few, isOne, listOf } from './few.js';
import { Line } from './line.js';
import type { Conn } from './namespace/connection.js';
import { announce } from './namespace/entrance.js';
import type { Namespace } from './namespace/namespace.js';
import { unknownNamespace } from './namespace/namespaces.js';
import type { Socket } from './namespace/socket.js';
import type { Client, Extent, Handshake, SendFlags } from './namespace/wire.js';
import type { LimitName } from './options.js';
import {
  type AckPacket,
  type ConnectPacket,
  type DisconnectPacket,
  type EventPacket,
  never,
  type Packet,
  PacketType,
} from './packet.js';
import type { PeerSettings } from './peer-settings.js';
import { Anteroom } from './session/anteroom.js';
import { Auths, LITTLE } from './session/auths.js';
import { arrivesEntire } from './session/entire.js';
import type { SessionEvents } from './session/household.js';
import type { Session } from './session/session.js';
import { Tempo } from './session/tempo.js';
import { Alarm, type Sleeper } from './session/wheel.js';

export class Peer implements SessionEvents, Client, Sleeper {
  readonly #settings: PeerSettings;
  readonly #handshake: Handshake;
  /** Those that still wait for their middlewares, too. */
  #sockets: Few<Socket>;
  /** Namespaces that are being looked for. */
  #sought: Set<string> | undefined;
  /** Sockets that do not want to be read, by namespace; and others, who are called what no namespace is. */
  #congested: Set<string> | undefined;
  /** Packets of hasty clients that came before their namespaces were joined. */
  #early: Anteroom | undefined;
  /** What it says of itself, where that is more than a few words. */
  #auths: Auths | undefined;
  readonly #tempo: Tempo | undefined;
  #session: Session | undefined;
  #joinDeadline: Alarm | undefined = new Alarm(this);

  constructor(settings: PeerSettings, handshake: Handshake) {
    this.#settings = settings;
    this.#handshake = handshake;
    this.#tempo = Tempo.of(settings.maxEventsPerSecond, this);
  }

  /** The session that reports here; told once, before it opens. */
  attend(session: Session): void {
    this.#session = session;
    this.#joinDeadline?.start(this.#settings.wheel, this.#settings.connectTimeout);
  }

  /** @internal nobody has joined in time */
  rung(heldUp: boolean): void {
    if (heldUp) this.#joinDeadline?.lookAgain(this.#settings.wheel);
    else this.#close('no namespace within connectTimeout');
  }

  get id(): string {
    return this.#session?.id ?? '';
  }

  get conn(): Conn {
    return this.#present.conn;
  }

  get request(): IncomingMessage {
    return this.#present.birth.request;
  }

  packet(packet: Packet, size: number): void {
    switch (packet.type) {
      case PacketType.CONNECT:
        return this.#join(packet, size);
      case PacketType.EVENT:
      case PacketType.ACK:
      case PacketType.DISCONNECT:
        return this.#deal(packet, size);
      case PacketType.CONNECT_ERROR:
        return this.#close('a client does not refuse');
      default:
        never(packet);
    }
  }

  closed(reason: DisconnectReason, description?: unknown): void {
    this.#tempo?.stop();
    this.#joinDeadline?.stop();
    this.#joinDeadline = undefined;
    for (const socket of listOf(this.#sockets)) socket.closed(reason, description);
    this.#sockets = undefined;
  }

  ended(): void {
    this.#settings.ended(this.#present);
  }

  /** @internal a socket speaks */
  send(parcel: Parcel, flags: SendFlags | undefined): Stand<Parcel> | undefined {
    return this.#present.send(parcel, flags?.volatile === true, flags?.compress === false);
  }

  /** @internal a socket has left; the connection ends with its last one if the server wanted that */
  left(nsp: string, extent: Extent): void {
    if (extent === 'lost') return this.#abandon();
    if (extent === 'connection') {
      for (const socket of listOf(this.#sockets)) socket.disconnect();
      return this.#session?.close('forced server close');
    }
    this.#sockets = few(listOf(this.#sockets).filter((socket) => socket.nsp.name !== nsp));
    this.#forget(nsp);
    this.flow(nsp, true);
    // The namespace that is the connection: the client knows that it has left all the others with it.
    if (nsp === this.#present.birth.manners.base && this.#joinDeadline === undefined)
      return this.#present.close('server namespace disconnect');
    if (extent === 'connection if unused' && this.#sockets === undefined)
      this.#session?.close('forced server close');
  }

  /** @internal reading stops while any socket wants it to */
  flow(nsp: string, open: boolean): void {
    if (!open) {
      this.#congested ??= new Set();
      this.#congested.add(nsp);
      this.#session?.flow(false);
    } else if (this.#congested?.delete(nsp) && this.#congested.size === 0) {
      this.#session?.flow(true);
    }
  }

  /** @internal */
  limited(limit: LimitName): void {
    this.#settings.watch.limited(limit, this.#present);
  }

  get #present(): Session {
    if (this.#session) return this.#session;
    throw new TypeError('a peer speaks before its session is there');
  }

  #find(nsp: string): Socket | undefined {
    const some = this.#sockets;
    // Each packet comes by here: no list is made of one.
    if (isOne(some)) return some.nsp.name === nsp ? some : undefined;
    return listOf(some).find((socket) => socket.nsp.name === nsp);
  }

  #forget(nsp: string): void {
    this.#early?.forget(nsp);
    this.#auths?.forget(nsp);
  }

  #close(why: string): void {
    this.#session?.close('forced server close', why, undefined, 'stern');
  }

  /** Nobody is at the other end any more: all sockets leave, and nothing is waited for. */
  #abandon(): void {
    this.#session?.close('transport close', 'the client has come again, or has to');
    this.#session?.carrier?.close('abort');
  }

  /** Something that makes no sense at this moment, though it did a moment ago. */
  #senseless(why: string): void {
    if (!this.#present.birth.manners.forgiving) this.#close(why);
  }

  #deal(packet: EventPacket | AckPacket | DisconnectPacket, size: number): void {
    if (packet.type === PacketType.EVENT) this.#tempo?.heard();
    const socket = this.#find(packet.nsp);
    if (socket?.connected && !this.#early?.has(packet.nsp)) socket.receive(packet, size);
    else if (this.#present.birth.manners.hasty) this.#keep(packet, size);
    else this.#senseless('a packet for a namespace that was not joined');
  }

  #keep(packet: EventPacket | AckPacket | DisconnectPacket, size: number): void {
    const { nsp } = packet;
    this.#early ??= new Anteroom(this.#settings, (open) => this.flow('anteroom', open));
    const isSought = this.#sought?.has(nsp) || this.#find(nsp) !== undefined;
    const limit = this.#early.add({ packet, size }, isSought);
    if (limit) this.limited(limit);
  }

  #join(packet: ConnectPacket, size: number): void {
    const { nsp, data: auth = {} } = packet;
    if (this.#find(nsp) || this.#sought?.has(nsp)) return this.#senseless('joined twice');
    if (listOf(this.#sockets).length + (this.#sought?.size ?? 0) >= this.#settings.maxNamespaces)
      return this.#close('more than maxNamespaces namespaces');
    this.#auths ??= size > LITTLE ? new Auths(this.#settings) : undefined;
    if (this.#auths?.admits(nsp, auth, size) === false) {
      return this.#close('more than maxHttpBufferSize bytes of memory for auth in several namespaces');
    }
    const found = this.#settings.namespaces.resolve(nsp, auth);
    if (found instanceof Promise) this.#await(found, packet, auth);
    else this.#enter(found, packet, auth);
  }

  #await(found: Promise<Namespace | undefined>, packet: ConnectPacket, auth: Handshake['auth']): void {
    this.#sought ??= new Set();
    this.#sought.add(packet.nsp);
    const settled = (namespace: Namespace | undefined): void => {
      this.#sought?.delete(packet.nsp);
      this.#enter(namespace, packet, auth);
    };
    found.then(settled, () => settled(undefined));
  }

  #enter(namespace: Namespace | undefined, packet: ConnectPacket, auth: Handshake['auth']): void {
    const { nsp, address } = packet;
    if (this.#present.readyState !== 'open') return namespace?.vacate();
    const line = new Line(this, nsp, address);
    if (!namespace) {
      this.#forget(nsp);
      return announce(line, unknownNamespace(nsp), this.#settings) ? undefined : line.close('connection');
    }
    const { manners } = this.#present.birth;
    const id = manners.idFor(nsp, this.id);
    const handshake = manners.introduce(this.#handshake, auth);
    // Known before anybody is told of it: a listener may end this connection at once, and that must reach it.
    const known = (socket: Socket): void => {
      this.#sockets = few([...listOf(this.#sockets), socket]);
    };
    const entire = manners.returns && { entire: arrivesEntire(this.#present, this.#settings) };
    const welcome = namespace.welcome({ id, client: this, wire: line, handshake, ...entire }, known);
    if (!welcome) return;
    this.#sought ??= new Set();
    this.#sought.add(nsp);
    welcome.then(() => this.#sought?.delete(nsp));
  }

  /** @internal a namespace has been joined; its listeners are put on in this very tick */
  joined(nsp: string): void {
    if (this.#joinDeadline) this.#settings.joined(this.#present);
    this.#joinDeadline?.stop();
    this.#joinDeadline = undefined;
    const early = this.#early;
    if (!early?.has(nsp)) return;
    process.nextTick(() => early.hear(nsp, ({ packet, size }) => this.#find(nsp)?.receive(packet, size)));
  }
}
