/** How long a polling client that has got its answer may stay away before it comes for the next one. */
import type { Options } from '../options.js';
import type { BodyLimits } from './body.js';

/** How long the client may take for what; `pollTimeout` only where it is looked at. */
export type PollingLimits = BodyLimits & Partial<Pick<Options, 'pollTimeout'>>;

/** An answer of more characters may be on its way for long: only heartbeats tell then whether the client is there. */
const LONG_ANSWER = 65_536;
/** Milliseconds for a second look: if we were held up, the poll may lie there, and can be read only then. */
const SECOND_LOOK = 1_000;

export interface PollGapEvents {
  /** The client has stayed away for too long. */
  failed(reason: 'ping timeout', why: string): void;
}

export class PollGap {
  readonly #patience: number;
  readonly #up: PollGapEvents;
  /** Set for the next look; one for many answers, so that a poll costs no timer. */
  #timer: NodeJS.Timeout | undefined;
  #second: NodeJS.Timeout | undefined;
  /** When the last answer was given. */
  #since = 0;
  #away = false;

  /** @param patience milliseconds; 0: any time, others judge that */
  constructor(patience: number, up: PollGapEvents) {
    this.#patience = patience;
    this.#up = up;
  }

  /** The client has been answered. @param length of the answer, in characters or bytes */
  begin(length: number): void {
    this.#away = this.#patience > 0 && length <= LONG_ANSWER;
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
    else
      this.#second = setTimeout(
        () => this.#away && this.#up.failed('ping timeout', 'no poll within pollTimeout'),
        SECOND_LOOK,
      ).unref();
  }
}
