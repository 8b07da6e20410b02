/** What is said to a client, told to those who listen to all of it. */
import { call } from '../emitter.js';
import type { DefaultEventsMap, EventsMap } from '../events.js';
import { type AnyListener, Hearer } from './hearer.js';

const none: readonly never[] = [];

/** The part of a socket that others may listen in on. */
export abstract class Overheard<Listen extends EventsMap = DefaultEventsMap> extends Hearer<Listen> {
  #anyOutgoing: readonly AnyListener[] = none;

  /** Adds a listener for everything that is emitted to this client, broadcasts included. */
  onAnyOutgoing(listener: AnyListener): this {
    this.nsp.overheard = true;
    this.#anyOutgoing = [...this.#anyOutgoing, listener];
    return this;
  }

  /** The same, in front of the others. */
  prependAnyOutgoing(listener: AnyListener): this {
    this.nsp.overheard = true;
    this.#anyOutgoing = [listener, ...this.#anyOutgoing];
    return this;
  }

  /** Takes away one listener for outgoing events, or all of them. */
  offAnyOutgoing(listener?: AnyListener): this {
    const index = listener ? this.#anyOutgoing.indexOf(listener) : -1;
    if (!listener) this.#anyOutgoing = none;
    else if (index >= 0) this.#anyOutgoing = this.#anyOutgoing.toSpliced(index, 1);
    return this;
  }

  /** The listeners for outgoing events. */
  listenersAnyOutgoing(): AnyListener[] {
    return [...this.#anyOutgoing];
  }

  /** Tells the listeners for outgoing events. @internal */
  notifyOutgoingListeners(packet: { readonly data: readonly unknown[] }): void {
    for (const listener of this.#anyOutgoing)
      call(listener, this, packet.data, (error) => this.failed(error, String(packet.data[0])));
  }

  /** Whether there are listeners for outgoing events. */
  protected get heeded(): boolean {
    return this.#anyOutgoing.length > 0;
  }
}
