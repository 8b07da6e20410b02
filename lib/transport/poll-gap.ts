/** How long a polling client that has got its answer may stay away before it comes for the next one. */
import type { BodyLimits } from './body.js';

/** How long the client may take for what. */
export interface PollingLimits extends BodyLimits {
  /** Milliseconds from an answer to the next poll; 0: any time, others judge that. @default 0 */
  readonly pollTimeoutMs?: number;
}

/** An answer of more characters may be on its way for long: only heartbeats tell then whether the client is there. */
const LONG_ANSWER = 65_536;
/** Milliseconds for a second look: if we were held up, the poll may lie there, and can be read only then. */
const SECOND_LOOK = 1_000;

export class PollGap {
  readonly #patience: number;
  readonly #missed: () => void;
  /** Set for the next look; one for many answers, so that a poll costs no timer. */
  #timer: NodeJS.Timeout | undefined;
  #second: NodeJS.Timeout | undefined;
  /** When the last answer was given. */
  #since = 0;
  #away = false;

  /** @param patience milliseconds */
  constructor(patience: number, missed: () => void) {
    this.#patience = patience;
    this.#missed = missed;
  }

  /** The client has been answered. @param length of the answer, in characters or bytes */
  begin(length: number): void {
    this.#away = length <= LONG_ANSWER;
    if (!this.#away) return;
    this.#since = performance.now();
    this.#timer ??= this.#lookIn(this.#patience);
  }

  /** The client has come. */
  end(): void {
    this.#away = false;
    clearTimeout(this.#second);
  }

  /** For good. */
  stop(): void {
    this.end();
    clearTimeout(this.#timer);
  }

  #lookIn(ms: number): NodeJS.Timeout {
    return setTimeout(() => this.#look(), Math.ceil(ms)).unref();
  }

  #look(): void {
    this.#timer = undefined;
    if (!this.#away) return;
    const left = this.#since + this.#patience - performance.now();
    if (left > 0) this.#timer = this.#lookIn(left);
    else this.#second = setTimeout(() => this.#away && this.#missed(), SECOND_LOOK).unref();
  }
}
