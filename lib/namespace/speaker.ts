/** What a socket says: events to its client, with flags and acknowledgements, and selections that leave it out. */
import type { BroadcastFlags } from '../adapter/contract.js';
import { call } from '../emitter.js';
import type {
  AckOf,
  AllButLast,
  Anything,
  DefaultEventsMap,
  EventNames,
  EventParams,
  EventsMap,
  ForMany,
  MessageParams,
  NamesWithAck,
} from '../events.js';
import type { EventPacket, Packet } from '../packet.js';
import { type AckListener, Acks, disconnected, type FallibleListener, givenUp, tooMany } from './acks.js';
import { Broadcast, type Selection } from './broadcast.js';
import type { Load } from './load.js';
import { eventPacket, messagePacket, separate } from './outgoing.js';
import { Overheard } from './overheard.js';
import type { SendFlags } from './wire.js';

const noFlags: BroadcastFlags = {};

/** The speaking half of a socket, on top of the hearing one. */
export abstract class Speaker<
  Listen extends EventsMap = DefaultEventsMap,
  Emit extends EventsMap = Listen,
  SocketData = Anything,
> extends Overheard<Listen> {
  #flags = noFlags;
  #acks: Acks | undefined;

  abstract readonly id: string;

  /** @returns false if the client is gone */
  protected abstract override transmit(packet: Packet, flags?: SendFlags): boolean;

  /**
   * Emits to this client. A function as last argument is called with its answer; after `timeout()` it takes an error first.
   * @returns true, as in Socket.IO
   * @throws SocketioError `EVENT_RESERVED`, `EVENT_INVALID`
   * @throws what encoding the arguments throws (a cycle, a BigInt); then nothing has been sent, nothing is waited for
   */
  emit<Name extends EventNames<Emit>>(name: Name, ...args: EventParams<Emit, Name>): boolean {
    const flags = this.#takeFlags();
    const spoken = separate(args);
    this.#speak(eventPacket(this.nsp.name, name, spoken.args), spoken.ack, flags);
    return true;
  }

  /** Emits and promises the first argument of the answer; rejected only after `timeout()`. */
  emitWithAck<Name extends NamesWithAck<Emit>>(
    name: Name,
    ...args: AllButLast<EventParams<Emit, Name>>
  ): Promise<AckOf<Emit, Name>> {
    const flags = this.#takeFlags();
    return new Promise((resolve, reject) => {
      const packet = eventPacket(this.nsp.name, name, args);
      const settle: FallibleListener = (error, answer) =>
        error ? reject(error) : resolve(answer as AckOf<Emit, Name>);
      if (flags.timeout === undefined) this.#speak(packet, (answer) => settle(null, answer), flags);
      else this.#speak(packet, settle as AckListener, flags);
    });
  }

  /** Emits `message`. */
  send(...args: MessageParams<Emit>): this {
    const flags = this.#takeFlags();
    const spoken = separate(args);
    this.#speak(messagePacket(this.nsp.name, spoken.args), spoken.ack, flags);
    return this;
  }

  /** The same as `send`. */
  write(...args: MessageParams<Emit>): this {
    return this.send(...args);
  }

  /** The next emit may be dropped if the client cannot take it now. */
  get volatile(): this {
    return this.flag({ volatile: true });
  }

  /** Whether transports may compress the next emit. */
  compress(compress: boolean): this {
    return this.flag({ compress });
  }

  /** Everybody in a room, or in any of some, but not this socket. */
  to(room: string | string[]): Broadcast<ForMany<Emit>, SocketData> {
    return this.#others({ rooms: [room].flat() });
  }

  /** The same as `to`. */
  in(room: string | string[]): Broadcast<ForMany<Emit>, SocketData> {
    return this.to(room);
  }

  /** Everybody but this socket and the members of a room, or of some. */
  except(room: string | string[]): Broadcast<ForMany<Emit>, SocketData> {
    return this.#others({ except: [room].flat() });
  }

  /** Everybody but this socket. */
  get broadcast(): Broadcast<ForMany<Emit>, SocketData> {
    return this.#others({});
  }

  /** Everybody on this node but this socket. */
  get local(): Broadcast<ForMany<Emit>, SocketData> {
    return this.flag({ local: true }).#others({});
  }

  /** Who waits for an answer, by number. @internal */
  get acks(): ReadonlyMap<number, unknown> {
    return this.#answers().pending;
  }

  /** Waits for an answer to a broadcast, unless too many are waited for. @internal */
  expect(id: number, listener: AckListener): void {
    if (!this.#owesAll()) this.#answers().expect(id, listener);
  }

  /** Waits for it no longer. @internal */
  forget(id: number): void {
    this.#acks?.withdraw(id);
  }

  /** Whether an adapter tells those listeners when it delivers what is for this client alone. */
  protected abstract get relayed(): boolean;

  /** Sets flags for the next emit or selection. */
  protected flag(flags: BroadcastFlags): this {
    this.#flags = { ...this.#flags, ...flags };
    return this;
  }

  /** Adds what waits here. @internal */
  override weigh(load: Load): void {
    super.weigh(load);
    load.acks += this.#acks?.pending.size ?? 0;
  }

  /** An answer has come. */
  protected answered(id: number, args: readonly unknown[]): void {
    this.#acks?.answer(id, args);
  }

  /** No answer will come any more. */
  protected endAcks(): void {
    this.#acks?.end();
  }

  #takeFlags(): BroadcastFlags {
    const flags = this.#flags;
    this.#flags = noFlags;
    return flags;
  }

  #others(selection: Partial<Selection>): Broadcast<ForMany<Emit>, SocketData> {
    const except = [this.id, ...(selection.except ?? [])];
    return new Broadcast(this.nsp, { ...selection, except, flags: this.#takeFlags() });
  }

  #answers(): Acks {
    const failed = (error: unknown): void => this.failed(error, 'acknowledgement');
    this.#acks ??= new Acks(failed, this.nsp.options.ackTimeout);
    return this.#acks;
  }

  #speak(packet: EventPacket, ack: AckListener | undefined, flags: BroadcastFlags): void {
    if (!ack) {
      this.#tell(packet, flags);
      return;
    }
    const problem = this.#unaskable();
    if (problem) {
      this.#failAck(ack as FallibleListener, problem, flags);
      return;
    }
    const id = this.#await(ack, flags);
    try {
      packet.id = id;
      this.#tell(packet, flags);
    } catch (error) {
      this.forget(id);
      throw error;
    }
  }

  #tell(packet: EventPacket, flags: BroadcastFlags): void {
    if (packet.id !== undefined || !this.relayed) this.notifyOutgoingListeners(packet);
    this.transmit(packet, flags);
  }

  #await(ack: AckListener, flags: BroadcastFlags): number {
    const id = this.nsp.ids.next++;
    if (flags.timeout === undefined) this.#answers().expect(id, ack);
    else this.#answers().expectWithin(id, flags.timeout, ack as FallibleListener);
    return id;
  }

  /** Why no answer can be waited for; such an event is not sent, so that failing means "nothing has happened". */
  #unaskable(): Error | undefined {
    if (!this.present) return disconnected();
    if (!this.#owesAll()) return undefined;
    if (!this.#acks?.giveUpOldest()) return tooMany();
    this.failed(givenUp(), 'acknowledgement');
    return undefined;
  }

  /** Whether the client owes as many answers as it may. */
  #owesAll(): boolean {
    if ((this.#acks?.pending.size ?? 0) < this.nsp.options.maxPendingAcks) return false;
    this.limited('maxPendingAcks');
    return true;
  }

  /** Fails at once, but never before `emit` has returned. */
  #failAck(ack: FallibleListener, problem: Error, flags: BroadcastFlags): void {
    const failed = (error: unknown): void => this.failed(error, 'acknowledgement');
    if (flags.timeout !== undefined) queueMicrotask(() => call(ack, undefined, [problem], failed));
    else if (this.present) failed(problem);
  }
}
