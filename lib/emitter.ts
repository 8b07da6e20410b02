/** A listener table with the method names of Node's EventEmitter; names have no special power, and a listener harms nobody else. */
import type { Anything, EventsMap, ListenerOf, ListenNames, NoEvents } from './events.js';
import { type Few, few, listOf } from './few.js';
import { excluding, including, type Name, namesIn, type Table, valueIn } from './table.js';

/** A function that waits for an event. */
export type Listener = (...args: Anything[]) => unknown;

/** Hears that a listener threw, or that its promise was rejected. */
export type OnError = (error: unknown) => void;

/** What stands in the table for a listener given to `once`, as Node shows it in `rawListeners`. */
interface OnceListener extends Listener {
  readonly listener: Listener;
}

/**
 * Calls a function that is not ours: what it throws, and what its promise is rejected with, goes to `onError`.
 * @param self the function's `this`
 */
export function call(listener: Listener, self: unknown, args: readonly unknown[], onError: OnError): void {
  try {
    const result = listener.apply(self, args as unknown[]);
    if (isThenable(result)) result.then(undefined, onError);
  } catch (error) {
    onError(error);
  }
}

/** Whether it settles later. @throws what a getter of it throws */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

function unwrap(entry: Listener): Listener {
  return 'listener' in entry ? (entry as OnceListener).listener : entry;
}

/**
 * Listeners by event name. The table is made with the first listener; its arrays are replaced and never changed,
 * so that a dispatch under way keeps the list it began with.
 *
 * @see node:events, from which the names and their meanings come
 */
export class Emitter<Listen extends EventsMap = EventsMap, Reserved extends EventsMap = NoEvents> {
  #table: Table<Few<Listener>> | undefined;

  /** Adds a listener at the end. */
  on<E extends ListenNames<Listen, Reserved>>(event: E, listener: ListenerOf<Listen, Reserved, E>): this {
    return this.#add(event, listener, false);
  }

  /** The same as `on`. */
  addListener<E extends ListenNames<Listen, Reserved>>(
    event: E,
    listener: ListenerOf<Listen, Reserved, E>,
  ): this {
    return this.#add(event, listener, false);
  }

  /** Adds a listener in front of the others. */
  prependListener<E extends ListenNames<Listen, Reserved>>(
    event: E,
    listener: ListenerOf<Listen, Reserved, E>,
  ): this {
    return this.#add(event, listener, true);
  }

  /** Adds a listener that is removed before its first call. */
  once<E extends ListenNames<Listen, Reserved>>(event: E, listener: ListenerOf<Listen, Reserved, E>): this {
    return this.#add(event, this.#onceOnly(event, listener), false);
  }

  /** Adds a listener in front of the others; it is removed before its first call. */
  prependOnceListener<E extends ListenNames<Listen, Reserved>>(
    event: E,
    listener: ListenerOf<Listen, Reserved, E>,
  ): this {
    return this.#add(event, this.#onceOnly(event, listener), true);
  }

  /** Takes one registration of a listener away, the latest first. */
  off<E extends ListenNames<Listen, Reserved>>(event: E, listener: ListenerOf<Listen, Reserved, E>): this {
    return this.#remove(event, listener);
  }

  /** The same as `off`. */
  removeListener<E extends ListenNames<Listen, Reserved>>(
    event: E,
    listener: ListenerOf<Listen, Reserved, E>,
  ): this {
    return this.#remove(event, listener);
  }

  /** Takes all listeners away, or those of one event. */
  removeAllListeners(event?: ListenNames<Listen, Reserved>): this {
    if (event === undefined) this.#table = undefined;
    else this.#put(event, []);
    return this;
  }

  /** The listeners of an event in the order of their calls. */
  listeners<E extends ListenNames<Listen, Reserved>>(event: E): ListenerOf<Listen, Reserved, E>[] {
    return this.#of(event).map(unwrap) as ListenerOf<Listen, Reserved, E>[];
  }

  /** The same, those given to `once` in their wrappers. */
  rawListeners<E extends ListenNames<Listen, Reserved>>(event: E): ListenerOf<Listen, Reserved, E>[] {
    return [...this.#of(event)] as ListenerOf<Listen, Reserved, E>[];
  }

  /** How many listeners an event has. */
  listenerCount(event: ListenNames<Listen, Reserved>): number {
    return this.#of(event).length;
  }

  /** The events that have listeners. */
  eventNames(): Name[] {
    return namesIn(this.#table);
  }

  /** Kept for programs that call it: no number of listeners is warned about. */
  setMaxListeners(_count: number): this {
    return this;
  }

  /** @returns 0, Node's word for "no limit". */
  getMaxListeners(): number {
    return 0;
  }

  /**
   * Calls the listeners of an event, each with `this` as its `this`; a failing one does not stop the others.
   * @returns whether there was any listener
   * @internal
   */
  dispatch(event: Name, args: readonly unknown[], onError: OnError): boolean {
    const entry = valueIn(this.#table, event);
    if (!entry) return false;
    if (typeof entry === 'function') call(entry, this, args, onError);
    else for (const listener of entry) call(listener, this, args, onError);
    return true;
  }

  /** Told of each new listener; for heirs that must act on it. */
  protected listening(_event: Name): void {}

  #of(event: Name): readonly Listener[] {
    return listOf(valueIn(this.#table, event));
  }

  #put(event: Name, listeners: readonly Listener[]): void {
    if (listeners.length > 0) this.#table = including(this.#table, event, few(listeners));
    else this.#table = excluding(this.#table, event);
  }

  #add(event: Name, listener: Listener, front: boolean): this {
    if (typeof listener !== 'function') throw new TypeError('a listener must be a function');
    const others = this.#of(event);
    this.#put(event, front ? [listener].concat(others) : others.concat(listener));
    this.listening(event);
    return this;
  }

  #remove(event: Name, listener: Listener): this {
    const listeners = this.#of(event);
    const index = listeners.findLastIndex((entry) => entry === listener || unwrap(entry) === listener);
    if (index >= 0) this.#put(event, listeners.toSpliced(index, 1));
    return this;
  }

  #onceOnly(event: Name, listener: Listener): OnceListener {
    if (typeof listener !== 'function') throw new TypeError('a listener must be a function');
    let fired = false;
    const wrapper = (...args: unknown[]): unknown => {
      // A dispatch inside a dispatch may still hold the old list, with this wrapper in it.
      if (fired) return undefined;
      fired = true;
      this.#remove(event, wrapper);
      return listener.apply(this, args);
    };
    return Object.assign(wrapper, { listener });
  }
}
