/** The answers that one client owes. */
import { after } from '../adapter/patience.js';
import { call, type OnError } from '../emitter.js';
import { SocketioError } from '../errors.js';
import { Age } from './age.js';
import { breakTo, type Hopeful } from './bad-news.js';

/** Takes an answer's arguments. */
export type AckListener = (...args: unknown[]) => void;

/** Takes an error, or `null` and an answer's arguments. */
export type FallibleListener = (error: Error | null, ...args: unknown[]) => void;

/** Each listener is called at most once; timers live no longer than what they wait for. */
export class Acks {
  /** Who waits, by number. Broadcasts put their listeners here, too. */
  readonly pending: Map<number, AckListener | Owed> = new Map();
  readonly #onError: OnError;
  readonly #age: Age | undefined;

  /**
   * @param onError hears what a listener throws
   * @param patience milliseconds after which an answer may be given up for another one; 0: never
   */
  constructor(onError: OnError, patience: number) {
    this.#onError = onError;
    this.#age = patience > 0 ? new Age(patience) : undefined;
  }

  expect(id: number, listener: AckListener): void {
    this.pending.set(id, listener);
    this.#age?.asked(id);
  }

  /** Gives up the answer that has been waited for longest. @returns `false` if none has been for so long */
  giveUpOldest(): boolean {
    const [oldest] = this.pending;
    if (!oldest || !this.#age || oldest[1] instanceof Owed) return false;
    return this.#age.isOver(oldest[0]) && this.pending.delete(oldest[0]);
  }

  /** @param timeout milliseconds after which the listener gets an error */
  expectWithin(id: number, timeout: number, listener: FallibleListener): void {
    this.pending.set(id, new Owed(this, id, timeout, listener));
  }

  /** Hands an answer over. An unknown number, an answer that comes late or twice: nothing. */
  answer(id: number, args: readonly unknown[]): void {
    const waiting = this.pending.get(id);
    if (!waiting) return;
    this.pending.delete(id);
    if (waiting instanceof Owed) waiting.answer(args);
    else call(waiting, undefined, args, this.#onError);
  }

  /** Waits no longer for one answer and tells nobody. */
  withdraw(id: number): void {
    const waiting = this.pending.get(id);
    this.pending.delete(id);
    if (waiting instanceof Owed) waiting.stop();
  }

  /** The client is gone: listeners that take an error get one, the others are dropped. */
  end(): void {
    const all = [...this.pending.values()];
    this.pending.clear();
    for (const waiting of all) if (waiting instanceof Owed) waiting.giveUp(disconnected);
  }

  /** @internal Its time is over; it may have been given up by then. */
  expired(owed: Owed): void {
    if (this.pending.get(owed.id) !== owed) return;
    this.pending.delete(owed.id);
    owed.giveUp(timedOut);
  }

  /** @internal */
  failed(error: unknown): void {
    this.#onError(error);
  }
}

/** An answer with a time. Ten thousand of them may wait for each client: nothing here is a closure. */
class Owed implements Hopeful {
  readonly id: number;
  readonly #acks: Acks;
  readonly #listener: FallibleListener;
  readonly #timer: NodeJS.Timeout;
  #problem: (() => Error) | undefined;

  constructor(acks: Acks, id: number, timeout: number, listener: FallibleListener) {
    this.#acks = acks;
    this.id = id;
    this.#listener = listener;
    this.#timer = after(timeout, expire, this);
  }

  answer(args: readonly unknown[]): void {
    this.stop();
    this.#tell([null, ...args]);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  expire(): void {
    this.#acks.expired(this);
  }

  /** Its listener hears why, as soon as it is its turn. */
  giveUp(problem: () => Error): void {
    this.#problem = problem;
    breakTo(this);
  }

  fail(): void {
    this.stop();
    if (this.#problem) this.#tell([withoutStack(this.#problem)]);
  }

  #tell(args: unknown[]): void {
    call(this.#listener as AckListener, undefined, args, (error) => this.#acks.failed(error));
  }
}

function expire(owed: Owed): void {
  owed.expire();
}

/** The stack would tell of timers and connections, not of whoever asked, and takes ten times as long as the rest. */
function withoutStack(make: () => Error): Error {
  const { stackTraceLimit } = Error;
  // Not by assignment: where programs have frozen what is built in, that throws.
  Reflect.set(Error, 'stackTraceLimit', 0);
  const error = make();
  Reflect.set(Error, 'stackTraceLimit', stackTraceLimit);
  return error;
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
