/** Two workers of one cluster, behind a primary that hands connections out: `@socket.io/cluster-adapter`, `@socket.io/sticky`. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { within } from '../../support/patience.js';
import type { Post } from './post.js';
import { arrive, type Guest, type Station, type Verb } from './station.js';

/** What a worker is told to do. */
export interface Order {
  readonly order: number;
  readonly worker: string;
  readonly verb: Verb;
  readonly args: unknown[];
}

/** What came of it. */
export interface Answer {
  readonly answers: number;
  readonly result?: unknown;
  readonly error?: string;
}

/** The primary has started, and its workers. */
export interface Ready {
  readonly port: number;
}

export const workerNames = ['here', 'there'] as const;

/** Starts all processes. @returns the primary, and its address */
export async function openPrimary(): Promise<{ readonly primary: ChildProcess; readonly url: string }> {
  const primary = fork(fileURLToPath(new URL('primary.ts', import.meta.url)), {
    execArgv: ['--import', 'tsx'],
    serialization: 'advanced',
  });
  const [{ port }] = (await within(once(primary, 'message'), 'the workers', 30_000)) as [Ready];
  return { primary, url: `http://127.0.0.1:${port}` };
}

/** The workers, as the nodes of a cluster. */
export async function openWorkers(): Promise<Station[]> {
  const { primary, url } = await openPrimary();
  const office = new Office(primary);
  return workerNames.map((worker) => ({
    guest: (name, ...rooms) => arriveAt(worker, url, name, rooms),
    tell: (verb, ...args) => office.order(worker, verb, args) as never,
    close: () => office.close(),
  }));
}

/** The primary's choice of a worker is its own: whoever comes to the wrong one goes, and comes again. */
async function arriveAt(worker: string, url: string, name: string, rooms: string[]): Promise<Guest> {
  for (let attempt = 0; attempt < 10; attempt++) {
    const guest = await comeAgain(url, name, rooms);
    if (guest.at === worker) return guest;
    guest.leave();
  }
  throw new Error(`${name} did not reach the worker ${worker}`);
}

/**
 * Who is not heard comes again. While the primary hands a WebSocket over it may still read from it, and what it reads
 * then is lost: once in some hundred connections, with genuine workers, too.
 */
async function comeAgain(url: string, name: string, rooms: string[]): Promise<Guest> {
  for (let attempt = 0; attempt < 10; attempt++) {
    const guest = await arrive(url, name, rooms, 1_000).catch(() => undefined);
    if (guest) return guest;
  }
  throw new Error(`${name} was never heard`);
}

/** Orders on their way, and their answers. */
class Office {
  readonly #primary: ChildProcess;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #orders = 0;

  constructor(primary: ChildProcess) {
    this.#primary = primary;
    primary.on('message', (message) => {
      const answer = message as Answer;
      this.#waiting.get(answer.answers)?.(answer);
      this.#waiting.delete(answer.answers);
    });
  }

  async order(worker: string, verb: Verb, args: Parameters<Post[Verb]>): Promise<unknown> {
    const order: Order = { order: ++this.#orders, worker, verb, args };
    const answer = new Promise<Answer>((resolve) => this.#waiting.set(order.order, resolve));
    this.#primary.send(order);
    const { result, error } = await within(answer, `an answer to ${verb}`);
    if (error !== undefined) throw new Error(error);
    return result;
  }

  async close(): Promise<void> {
    if (this.#primary.exitCode !== null || !this.#primary.connected) return;
    const ended = once(this.#primary, 'exit');
    this.#primary.disconnect();
    await ended;
  }
}
