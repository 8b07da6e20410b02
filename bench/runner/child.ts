/** A child process that is asked one thing at a time over IPC. */
import { type ChildProcess, spawn } from 'node:child_process';

/** Milliseconds after which an answer is not waited for any more. */
const PATIENCE = 120_000;

/** Most characters of stderr that are kept, to say why a child has ended. */
const MOST_STDERR = 20_000;

export interface Errand {
  readonly program: string;
  /** For Node itself. */
  readonly flags: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Where it has to run; anywhere if left out. */
  readonly core?: number | undefined;
}

/** A child has ended, or said that something is wrong. */
export class ChildError extends Error {}

export class Child {
  readonly #process: ChildProcess;
  readonly #ended: Promise<void>;
  #stderr = '';
  #settle: ((answer: unknown, error?: Error) => void) | undefined;

  /** @returns when its first message is there. @throws {ChildError} why there is none */
  static async start<T>(errand: Errand): Promise<{ readonly child: Child; readonly first: T }> {
    const child = new Child(errand);
    return { child, first: await child.#answer<T>() };
  }

  constructor({ program, flags, env, core }: Errand) {
    const node = [process.execPath, ...flags, program];
    const [command = '', ...args] = core === undefined ? node : ['taskset', '-c', String(core), ...node];
    this.#process = spawn(command, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#process.stderr?.on('data', (chunk) => {
      this.#stderr = (this.#stderr + chunk).slice(-MOST_STDERR);
    });
    this.#process.on('message', (message) => this.#heard(message));
    this.#process.on('error', (error) => this.#settle?.(undefined, error));
    this.#ended = new Promise((resolve) => {
      this.#process.once('close', () => {
        this.#settle?.(undefined, new ChildError(reasonIn(this.#stderr)));
        resolve();
      });
    });
  }

  /** @throws {ChildError} if it fails, ends, or takes too long */
  ask<T>(message: object): Promise<T> {
    const answer = this.#answer<T>();
    this.#process.send(message);
    return answer;
  }

  async stop(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#ended;
  }

  #answer<T>(): Promise<T> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new ChildError('waited in vain for an answer')), PATIENCE);
      this.#settle = (answer, error) => {
        clearTimeout(late);
        this.#settle = undefined;
        if (error) reject(error);
        else resolve(answer as T);
      };
    });
  }

  #heard(message: unknown): void {
    const { failed } = message as { readonly failed?: string };
    if (failed === undefined) this.#settle?.(message);
    else this.#settle?.(undefined, new ChildError(failed));
  }
}

/** The line of a stack trace that says what was wrong. */
export function reasonIn(stderr: string): string {
  const lines = stderr.trim().split('\n');
  return lines.find((line) => /^\S*Error\b.*: /.test(line)) ?? lines.at(-1) ?? 'it ended without a word';
}
