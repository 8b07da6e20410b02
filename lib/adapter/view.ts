/** A namespace as the ecosystem's published adapters expect it; the one place that knows what they reach for. */
import type { EventPacket } from '../packet.js';
import type { AckListener, BroadcastFlags, Hospitable, Resident } from './contract.js';
import { Inquiry } from './inquiry.js';
import { Offsets } from './offsets.js';

/** What a published adapter may read in `nsp.server.opts`. */
export interface HostOptions {
  readonly connectionStateRecovery?: { readonly maxDisconnectionDuration: number };
}

type Encoded = readonly (string | Uint8Array)[];

/**
 * How long an answer to another node's broadcast is waited for, in milliseconds: that node's own patience isn't told
 * here. Each socket has the bound `maxPendingAcks` besides.
 */
export const REMOTE_PATIENCE_MS = 300_000;

/**
 * What the encoder gives out: no frames, since each connection has a codec of its own, but the letter itself. Being
 * empty, it also spares the adapter the WebSocket frame that it would make of a single text.
 */
class Envelope<Letter> extends Array<string | Uint8Array> {
  readonly packet: EventPacket;
  /** Made when the adapter says how it is to travel. */
  letter: Letter | undefined;

  constructor(packet: EventPacket) {
    super();
    this.packet = packet;
  }
}

/** A namespace. The names with an underscore are the contract's. */
export class View<Letter> {
  readonly name: string;
  readonly server: { readonly encoder: { encode(packet: EventPacket): Encoded }; opts: HostOptions };
  /** Where those stand who have got everything until now. */
  readonly offsets = new Offsets();
  readonly sockets = { get: (id: string): Guest<Letter> | undefined => this.#guest(id) };
  /** Milliseconds for the answers to the broadcast under way. */
  patience = REMOTE_PATIENCE_MS;
  readonly #nsp: Hospitable<Letter>;
  readonly #guests: WeakMap<Resident<Letter>, Guest<Letter>> = new WeakMap();
  readonly #sealed: WeakSet<EventPacket> = new WeakSet();
  readonly #opened: WeakMap<Encoded, Letter> = new WeakMap();
  #inquiry: { readonly id: number; readonly asking: Inquiry } | undefined;

  constructor(nsp: Hospitable<Letter>, opts: HostOptions) {
    this.name = nsp.name;
    this.#nsp = nsp;
    this.server = { opts, encoder: { encode: (packet) => this.#seal(packet) } };
  }

  /** The next acknowledgement's number; adapters count it up. */
  get _ids(): number {
    return this.#nsp.ids.next;
  }

  set _ids(next: number) {
    this.#nsp.ids.next = next;
  }

  /** Another node speaks. */
  _onServerSideEmit(args: unknown[]): void {
    this.#nsp.onServerSideEmit(args);
  }

  /** Whether the sockets of this node are being told. */
  delivers(packet: EventPacket): boolean {
    return this.#sealed.has(packet);
  }

  /**
   * What an adapter wants to send, ready for any codec.
   * @throws TypeError if it is no packet
   */
  letterIn(encoded: Encoded, flags: BroadcastFlags): Letter {
    if (encoded instanceof Envelope) {
      encoded.letter ??= this.#nsp.seal(this.offsets.apart(encoded.packet, flags));
      return encoded.letter as Letter;
    }
    const known = this.#opened.get(encoded);
    if (known) return known;
    const letter = this.#nsp.unseal(encoded);
    if (letter === undefined) throw new TypeError('the adapter sends what is not a Socket.IO packet');
    this.#opened.set(encoded, letter);
    return letter;
  }

  /** An answer is waited for, but not for ever. Adapters ask all who are meant in one go. */
  expect(id: number, answer: AckListener, resident: Resident<Letter>): void {
    const isNew = this.#inquiry?.id !== id;
    if (isNew) this.#inquiry = { id, asking: new Inquiry(id, answer) };
    this.#inquiry?.asking.ask(resident);
    if (isNew) this.#inquiry?.asking.start(this.patience);
  }

  #seal(packet: EventPacket): Encoded {
    this.#sealed.add(packet);
    return new Envelope(packet);
  }

  #guest(id: string): Guest<Letter> | undefined {
    const resident = this.#nsp.members.get(id);
    if (!resident) return undefined;
    const known = this.#guests.get(resident);
    if (known) return known;
    const guest = new Guest(resident, this);
    this.#guests.set(resident, guest);
    return guest;
  }
}

/** A socket; made when an adapter first asks for it. It tells listeners for outgoing events itself. */
class Guest<Letter> {
  readonly #resident: Resident<Letter>;
  readonly #view: View<Letter>;

  constructor(resident: Resident<Letter>, view: View<Letter>) {
    this.#resident = resident;
    this.#view = view;
  }

  get id(): string {
    return this.#resident.id;
  }

  /** What can travel: no functions, and no session store, which is full of cycles. */
  get handshake(): object {
    const entries = Object.entries(this.#resident.handshake);
    return Object.fromEntries(
      entries.filter(([name, value]) => name !== 'sessionStore' && typeof value !== 'function'),
    );
  }

  get rooms(): Iterable<string> {
    return this.#resident.rooms;
  }

  get data(): unknown {
    return this.#resident.data;
  }

  /** Tells a socket of this node from the description of another. */
  get server(): object {
    return this.#view.server;
  }

  get acks(): { set(id: number, answer: AckListener): void } {
    return { set: (id, answer) => this.#view.expect(id, answer, this.#resident) };
  }

  get client(): Pick<this, 'writeToEngine'> {
    return this;
  }

  writeToEngine(encoded: Encoded, flags: BroadcastFlags): void {
    this.#resident.deliver(this.#view.letterIn(encoded, flags), flags);
  }

  join(rooms: string | string[]): unknown {
    return this.#resident.join(rooms);
  }

  leave(room: string): unknown {
    return this.#resident.leave(room);
  }

  disconnect(close?: boolean): unknown {
    return this.#resident.disconnect(close);
  }
}
