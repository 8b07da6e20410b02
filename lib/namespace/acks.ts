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
  /** Absent where the listener takes no error. */
  readonly fail?: (error: Error) => void;
}

/** Each listener is called at most once; timers live no longer than what they wait for. */
export class Acks {
  /** Listeners by number. Adapters put theirs here, too. */
  readonly pending: Map<number, AckListener> = new Map();
  #deadlines: Map<number, Deadline> | undefined;
  readonly #onError: OnError;

  /** @param onError hears what a listener throws */
  constructor(onError: OnError) {
    this.#onError = onError;
  }

  /** @param patience milliseconds after which the answer is not waited for; 0: never */
  expect(id: number, listener: AckListener, patience = 0): void {
    this.pending.set(id, listener);
    if (patience > 0) this.#limit(id, patience);
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
      fail?.(disconnected());
    }
  }

  #limit(id: number, delay: number, fail?: (error: Error) => void): void {
    const expire = (): void => {
      this.withdraw(id);
      fail?.(timedOut());
    };
    const timer = after(delay, expire);
    this.#deadlines ??= new Map();
    this.#deadlines.set(id, fail ? { timer, fail } : { timer });
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

/** The client owes as many answers as it may. */
export function tooMany(): SocketioError {
  return new SocketioError(
    'ACK_TIMEOUT',
    'the client owes as many acknowledgements as maxPendingAcks allows',
  );
}
