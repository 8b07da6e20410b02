/** What a socket hears: events of its client on their way to any-listeners, middlewares, listeners and the mailbox. */
import { call, Emitter } from '../emitter.js';
import type { DisconnectReason } from '../errors.js';
import type { Anything, DefaultEventsMap, EventsMap } from '../events.js';
import type { LimitName } from '../options.js';
import { type EventPacket, type Packet, PacketType, RESERVED_EVENTS } from '../packet.js';
import type { Audience } from './audience.js';
import { type Middleware, runChain } from './chain.js';
import type { Load } from './load.js';
import { Mailbox } from './mailbox.js';
import { type Message, messageOf, noReply, type Reply } from './message.js';
import { report } from './report.js';
import { warnOnce } from './warn.js';

/** Hears every event: its name, then its arguments. */
export type AnyListener = (name: string, ...args: Anything[]) => void;

/** An event on its way through `socket.use`: name, arguments and maybe a function that answers. May be changed there. */
export type Event = [name: string, ...args: Anything[]];

/** What a socket itself tells its listeners. */
export interface SocketReservedEvents {
  /** `description` is an error, where there was one. */
  disconnect: (reason: DisconnectReason, description?: Anything) => void;
  /** The socket is still in its rooms. */
  disconnecting: (reason: DisconnectReason, description?: Anything) => void;
  /** A middleware of `socket.use` refused an event, or the client has said what cannot be read and is cut off. */
  error: (error: Error) => void;
}

const none: readonly never[] = [];

/** The hearing half of a socket. */
export abstract class Hearer<Listen extends EventsMap = DefaultEventsMap>
  extends Emitter<Listen, SocketReservedEvents>
  implements AsyncIterable<Message<Listen>>
{
  #any: readonly AnyListener[] = none;
  #middlewares: readonly Middleware<Event>[] = none;
  #mailbox: Mailbox | undefined;
  #keeping = false;
  #iterated = false;

  abstract readonly nsp: Audience;

  /** Whether the client is still here. */
  protected abstract get present(): boolean;
  /** @returns false if the client is gone */
  protected abstract transmit(packet: Packet): boolean;
  protected abstract flow(open: boolean): void;
  /** A bound of this client's has been reached. */
  protected abstract limited(limit: LimitName): void;

  /** Adds a listener for all events of the client; it is called before middlewares and listeners. */
  onAny(listener: AnyListener): this {
    this.#any = [...this.#any, listener];
    this.listening();
    return this;
  }

  /** The same, in front of the others. */
  prependAny(listener: AnyListener): this {
    this.#any = [listener, ...this.#any];
    this.listening();
    return this;
  }

  /** Takes away one listener for all events, or all of them. */
  offAny(listener?: AnyListener): this {
    const index = listener ? this.#any.indexOf(listener) : -1;
    if (!listener) this.#any = none;
    else if (index >= 0) this.#any = this.#any.toSpliced(index, 1);
    return this;
  }

  /** The listeners for all events. */
  listenersAny(): AnyListener[] {
    return [...this.#any];
  }

  /** Adds a middleware for incoming events; `next(error)` drops the event, and listeners of `error` hear of it. */
  use(middleware: (event: Event, next: (error?: Error) => void) => unknown): this {
    if (typeof middleware !== 'function') throw new TypeError('a middleware must be a function');
    this.#middlewares = [...this.#middlewares, middleware];
    return this;
  }

  /**
   * Messages of this client, in order, until it leaves; those with listeners are among them. While one loop runs, a
   * second one throws SocketioError `MAILBOX_TAKEN`.
   *
   * In a serve handler, what no listener takes is kept from the first packet on, and after `break` the next loop goes on
   * where this one stopped. If the mailbox is full while there are listeners and no loop, or has been for a minute before
   * the first loop, what it holds is dropped, with one warning of the process, and no more is kept: the client would be
   * stopped for ever.
   *
   * Elsewhere a loop begins with what comes from then on; `break` drops what is not read, and later events go to
   * listeners only.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<Message<Listen>, undefined> {
    const messages = this.#openMailbox().read(() => this.#readerLeft());
    this.#iterated = true;
    return messages as unknown as AsyncIterableIterator<Message<Listen>, undefined>;
  }

  /** Keeps messages from now on: somebody is going to iterate. @internal */
  keepMessages(): void {
    this.#keeping = true;
  }

  /** Whether there are listeners, but nobody has begun to iterate. @internal */
  get listenedOnly(): boolean {
    return !this.#iterated && this.#heard;
  }

  /** Whoever listens is served: a mailbox that nobody reads must not hold up the client. */
  protected override listening(): void {
    if (this.#unread && this.#heard) this.#mailbox?.resume();
  }

  /** The client has said what cannot be read. */
  protected puzzled(error: Error): void {
    this.dispatch('error', [error], (failure) => this.failed(failure, 'error'));
  }

  /** @param size bytes of the packet on the wire */
  protected hear(packet: EventPacket, size: number): void {
    if (RESERVED_EVENTS.has(packet.data[0])) return;
    const reply = this.#replyTo(packet);
    // Nobody else has it: the packet has just been read.
    const event = packet.data as Event;
    if (reply !== noReply) event.push(reply);
    for (const listener of this.#any)
      call(listener, this, event, (error) => this.failed(error, String(event[0])));
    if (this.#middlewares.length === 0) {
      this.#deal(event, reply, packet.form, size);
      return;
    }
    runChain(this.#middlewares, event, {
      pass: () => this.#deal(event, reply, packet.form, size),
      refuse: (error) => this.#refuse(error),
      failed: (error) => this.failed(error, 'middleware'),
    });
  }

  /** Adds what waits here. @internal */
  weigh(load: Load): void {
    if (!this.#mailbox) return;
    load.mailboxes += 1;
    load.messages += this.#mailbox.count;
    load.bytes += this.#mailbox.bytes;
  }

  /** The client is gone; what it said before can still be read. */
  protected endMailbox(): void {
    this.#mailbox?.end();
  }

  /** Hands an error of the application on. */
  protected failed(error: unknown, event: string): void {
    report(this.nsp.options, error, { socket: this, event });
  }

  /** Whether anybody listens to what the client says. */
  get #heard(): boolean {
    if (this.#any.length > 0) return true;
    return this.eventNames().some((name) => name !== 'error' && !RESERVED_EVENTS.has(name));
  }

  /** Whether a listener gets events of that name. */
  #takes(name: string): boolean {
    return this.#any.length > 0 || this.listenerCount(name) > 0;
  }

  /** Whether there is a mailbox, but no loop that reads it. */
  get #unread(): boolean {
    return this.#mailbox?.taken === false;
  }

  #deal(event: Event, reply: Reply, form: EventPacket['form'], size: number): void {
    // A number names an event, too; its listeners wait for it under a text.
    const name = String(event[0]);
    if (!this.present || RESERVED_EVENTS.has(name)) return;
    // First the mailbox: a listener may disconnect, and that ends it.
    if (this.#mailbox?.taken || (this.#keeping && !this.#takes(name)))
      this.#openMailbox().add(messageOf(event, reply, form), size);
    this.dispatch(name, event.slice(1), (error) => this.failed(error, name));
  }

  #refuse(error: unknown): void {
    const heard = this.dispatch('error', [error], (failure) => this.failed(failure, 'error'));
    if (!heard) this.failed(error, 'middleware');
  }

  #replyTo(packet: EventPacket): Reply {
    const { id } = packet;
    if (id === undefined) return noReply;
    // Not the packet's: that is cut out of what the client has sent, and would keep it as long as the answer is owed.
    const nsp = this.nsp.name;
    let owed = true;
    const reply = (...args: unknown[]): boolean => {
      if (!owed || !this.transmit({ type: PacketType.ACK, nsp, id, data: args })) return false;
      owed = false;
      return true;
    };
    if (!packet.receipt) return reply;
    reply();
    return noReply;
  }

  #readerLeft(): void {
    if (this.#keeping) {
      this.listening();
      return;
    }
    this.#mailbox?.discard();
    this.#mailbox = undefined;
  }

  #full(limit: LimitName): void {
    this.limited(limit);
    if (this.#unread && this.#heard) this.#stopKeeping();
    else this.flow(false);
  }

  /** Listeners serve this client, or nobody does, and nobody has read what they leave over. */
  #stopKeeping(): void {
    this.#keeping = false;
    this.#mailbox?.discard();
    this.#mailbox = undefined;
    warnOnce(
      'SOCKETIO_MAILBOX_DROPPED',
      'a serve handler does not iterate: events that no listener takes filled the mailbox and were dropped',
    );
  }

  #openMailbox(): Mailbox {
    if (this.#mailbox) return this.#mailbox;
    const { mailboxMessages, mailboxBytes } = this.nsp.options;
    const mailbox = new Mailbox(
      { messages: mailboxMessages, bytes: mailboxBytes },
      (limit) => (limit ? this.#full(limit) : this.flow(true)),
      () => this.#stopKeeping(),
    );
    if (!this.present) mailbox.end();
    this.#mailbox = mailbox;
    return mailbox;
  }
}
