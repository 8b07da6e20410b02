/** The end of a server: nobody comes any more, what waits is delivered, and everybody is seen off. */
import { call, type OnError } from './emitter.js';
import { SocketioError } from './errors.js';
import type { Lobby } from './router/lobby.js';
import type { Registry } from './session/registry.js';

/** The longest time that a timer of Node can have, in milliseconds. */
const LONGEST = 0x7fffffff;

/** How long `close` waits for what is still to be delivered. */
export interface CloseOptions {
  /** Milliseconds. @default 5_000 */
  readonly drain?: number;
}

/** Who is to end. */
interface DrainOwner {
  /** Nobody is left. */
  emptied(): Promise<void>;
  /** A callback given to `close` has failed. */
  readonly failed: OnError;
}

export class Drain {
  readonly #sessions: Registry;
  readonly #lobby: Lobby;
  readonly #owner: DrainOwner;
  #open = true;
  #closing: Promise<void> | undefined;
  /** When everybody is given up, in milliseconds of `performance.now()`. */
  #deadline = Number.POSITIVE_INFINITY;
  #last: (() => void) | undefined;

  constructor(sessions: Registry, lobby: Lobby, owner: DrainOwner) {
    this.#sessions = sessions;
    this.#lobby = lobby;
    this.#owner = owner;
  }

  /** Whether anybody is let in. */
  get open(): boolean {
    return this.#open;
  }

  /** Whoever calls again may be in more of a hurry. @throws {SocketioError} `OPTION_INVALID` */
  async close(options: CloseOptions | (() => void)): Promise<void> {
    this.#hurry(readDrain(options));
    this.#closing ??= this.#run();
    await this.#closing;
    if (typeof options === 'function') call(options, undefined, [], this.#owner.failed);
  }

  /** Somebody has gone. */
  left(): void {
    if (this.#sessions.size === 0) this.#last?.();
  }

  #hurry(drain: number): void {
    const deadline = performance.now() + drain;
    if (deadline >= this.#deadline) return;
    this.#deadline = deadline;
    this.#open = false;
    this.#lobby.close();
    for (const session of [...this.#sessions.values()])
      session.close('server shutting down', undefined, drain);
  }

  async #run(): Promise<void> {
    const emptied = new Promise<void>((resolve) => {
      this.#last = resolve;
    });
    if (this.#sessions.size > 0) await hold(emptied, this.#deadline - performance.now());
    await this.#owner.emptied();
  }
}

function readDrain(options: CloseOptions | (() => void)): number {
  const { drain = 5_000 } = typeof options === 'function' ? {} : Object(options);
  if (isOptions(options) && typeof drain === 'number' && drain >= 0) return Math.min(drain, LONGEST);
  throw new SocketioError('OPTION_INVALID', 'drain must be a number of milliseconds');
}

function isOptions(options: unknown): boolean {
  return typeof options === 'function' || (typeof options === 'object' && options !== null);
}

/** Keeps the process alive until `event`, or until everybody has been given up: the timers of sessions do not hold it. */
async function hold(event: Promise<void>, drain: number): Promise<void> {
  const timer = setTimeout(() => {}, Math.min(drain + 1_000, LONGEST));
  await event;
  clearTimeout(timer);
}
