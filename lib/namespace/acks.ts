/** The answers that one client owes. */
import { after } from '../adapter/patience.js';
import { call, type OnError } from '../emitter.js';
import { SocketioError } from '../errors.js';

/** Takes an answer's arguments. */
export type AckListener = (...args: unknown[]) => void;

/** Takes an error, or `null` and an answer's arguments. */
export type FallibleListener = (error: Error | null, ...args: unknown[]) => void;

interface Deadline {
  readonly timer: NodeJS.Timeout;
  readonly fail: (error: Error) => void;
}

/** All that were asked before this moment have lower numbers. */
interface Mark {
  readonly id: number;
  readonly at: number;
}

const beginning: Mark = { id: 0, at: 0 };

/** Each listener is called at most once; timers live no longer than what they wait for. */
export class Acks {
  /** Listeners by number. Adapters put theirs here, too. */
  readonly pending: Map<number, AckListener> = new Map();
  #deadlines: Map<number, Deadline> | undefined;
  /** Two moments tell which are old enough to be given up: a time for each would cost more than the answer. */
  #latest = beginning;
  #former = beginning;
  readonly #onError: OnError;

  /** @param onError hears what a listener throws */
  constructor(onError: OnError) {
    this.#onError = onError;
  }

  /** @param patience milliseconds after which the answer may be given up for another one; 0: never */
  expect(id: number, listener: AckListener, patience = 0): void {
    this.pending.set(id, listener);
    if (patience > 0) this.#mark(id, patience);
  }

  /** Gives up the answer that has been waited for longest. @returns `false` if none has been for so long */
  giveUpOldest(patience: number): boolean {
    const [oldest] = this.pending.keys();
    if (patience === 0 || oldest === undefined || this.#deadlines?.has(oldest)) return false;
    return oldest < this.#youngest(patience) && this.pending.delete(oldest);
  }

  /** All below this number have been waited for at least so long; those of the last span began within it. */
  #youngest(patience: number): number {
    const spans = Math.floor((performance.now() - this.#latest.at) / patience);
    if (spans >= 2) return Number.POSITIVE_INFINITY;
    return spans === 1 ? this.#latest.id : this.#former.id;
  }

  /** @param timeout milliseconds after which the listener gets an error */
  expectWithin(id: number, timeout: number, listener: FallibleListener): void {
    this.pending.set(id, (...args) => listener(null, ...args));
    this.#limit(id, timeout, (error) => call(listener, undefined, [error], this.#onError));
  }

  /** Hands an answer over. An unknown number, an answer that comes late or twice: nothing. */
  answer(id: number, args: readonly unknown[]): void {
    const listener = this.pending.get(id);
    if (!listener) return;
    this.withdraw(id);
    call(listener, undefined, args, this.#onError);
  }

  /** Waits no longer for one answer and tells nobody. */
  withdraw(id: number): void {
    this.pending.delete(id);
    clearTimeout(this.#deadlines?.get(id)?.timer);
    this.#deadlines?.delete(id);
  }

  /** The client is gone: listeners that take an error get one, the others are dropped. */
  end(): void {
    this.pending.clear();
    const deadlines = this.#deadlines;
    this.#deadlines = undefined;
    for (const { timer, fail } of deadlines?.values() ?? []) {
      clearTimeout(timer);
      fail(disconnected());
    }
  }

  #mark(id: number, patience: number): void {
    const at = performance.now();
    if (this.#latest !== beginning && at - this.#latest.at < patience) return;
    this.#former = this.#latest;
    this.#latest = { id, at };
  }

  #limit(id: number, delay: number, fail: (error: Error) => void): void {
    const expire = (): void => {
      this.withdraw(id);
      fail(timedOut());
    };
    const timer = after(delay, expire);
    this.#deadlines ??= new Map();
    this.#deadlines.set(id, { timer, fail });
  }
}

/** The answer did not come in time; the text is Socket.IO's. */
export function timedOut(): SocketioError {
  return new SocketioError('ACK_TIMEOUT', 'operation has timed out');
}

/** The client left before it answered. */
export function disconnected(): SocketioError {
  return new SocketioError('SOCKET_CLOSED', 'socket has been disconnected');
}

/** The client has owed an answer for so long that another one has taken its place. */
export function givenUp(): SocketioError {
  return new SocketioError(
    'ACK_TIMEOUT',
    'the client owes as many acknowledgements as it may, one of them for longer than ackTimeout: given up',
  );
}

/** The client owes as many answers as it may. */
export function tooMany(): SocketioError {
  return new SocketioError(
    'ACK_TIMEOUT',
    'the client owes as many acknowledgements as maxPendingAcks allows',
  );
}
