/** A crowd of clients of all kinds at one site for some time, each program a process of its own. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Moment, Sample } from './sample.js';

export interface Plan {
  readonly minutes: number;
  readonly clients: number;
  readonly seed: number;
  /** Seconds between two samples. */
  readonly every: number;
  /** Seconds at the beginning in which everything goes four times as fast. @default 0 */
  readonly lively?: number;
  /** How slow the clients are: 1 is the usual. */
  readonly pace?: number;
  /** Hears each sample. */
  note?(moment: Moment): void;
}

/** What one kind of clients has lived through. */
export interface Count {
  readonly name: string;
  readonly came: number;
  readonly said: number;
  readonly answered: number;
  readonly heard: number;
  readonly left: number;
}

export interface Course {
  readonly moments: readonly Moment[];
  readonly counts: readonly Count[];
  readonly cuts: number;
  /** The same site when all have gone. */
  readonly empty: Sample;
}

/** Seconds for goodbyes. */
const FAREWELL = 2;
/** Seconds in which those who went without a word are missed. */
const LAST_WAIT = 30;

class Program {
  readonly #child: ChildProcess;
  #hear: (said: unknown) => void = () => {};
  #fail: (error: Error) => void = () => {};

  constructor(file: string, env: Record<string, string> = {}) {
    this.#child = fork(fileURLToPath(new URL(file, import.meta.url)), {
      // What the optimizing compiler keeps grows for many minutes, and is not the library's.
      execArgv: ['--expose-gc', '--no-opt', '--no-sparkplug', '--import', 'tsx', '--no-deprecation'],
      env: { ...process.env, ...env },
    });
    this.#child.on('message', (said) => this.#hear(said));
    this.#child.on('exit', (code) => this.#fail(new Error(`a program of the soak has ended with ${code}`)));
  }

  /** What it says next, on being told something or by itself. */
  hear<T>(word?: string): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#hear = (said) => resolve(said as T);
      this.#fail = reject;
      if (word !== undefined) this.#child.send(word);
    });
  }

  end(): void {
    if (this.#child.connected) this.#child.disconnect();
  }
}

export async function soak(plan: Plan): Promise<Course> {
  const pace = `${plan.pace ?? 1}`;
  const clients = `${plan.clients}`;
  const site = new Program('site.ts', { PACE: pace, CLIENTS: clients });
  const { port } = await site.hear<{ readonly port: number }>();
  const crowd = new Program('crowd.ts', {
    PORT: `${port}`,
    CLIENTS: clients,
    SEED: `${plan.seed}`,
    PACE: pace,
    LIVELY: `${plan.lively ?? 0}`,
  });
  try {
    const moments = await watch(site, plan);
    const { counts, cuts } = await crowd.hear<Pick<Course, 'counts' | 'cuts'>>('go home');
    await pause(FAREWELL);
    // Guests of former times may stay where they shall go: nobody stays in a program that has ended.
    crowd.end();
    return { moments, counts, cuts, empty: await emptied(site) };
  } finally {
    crowd.end();
    site.end();
  }
}

async function watch(site: Program, { minutes, every, note }: Plan): Promise<Moment[]> {
  const moments: Moment[] = [];
  const begin = performance.now();
  const passed = (): number => (performance.now() - begin) / 1_000;
  while (passed() < minutes * 60) {
    await pause(Math.min(every, minutes * 60 - passed()));
    const moment = { ...(await site.hear<Sample>('sample')), at: passed() };
    moments.push(moment);
    note?.(moment);
  }
  return moments;
}

/** Waits until the site has missed everybody. */
async function emptied(site: Program): Promise<Sample> {
  for (let second = 0; ; second++) {
    const sample = await site.hear<Sample>('sample');
    if (sample.clients + sample.sockets === 0 || second === LAST_WAIT) return sample;
    await pause(1);
  }
}

function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
}

/** Kinds that did not chat: a soak without them proves nothing of them. */
export function silent({ counts }: Course): string[] {
  return counts
    .filter(({ said, answered, heard, came }) => came === 0 || heard === 0 || answered < said / 4)
    .map((count) => JSON.stringify(count));
}
