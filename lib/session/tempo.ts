/** How many events of one client are heard in a second; what is more waits where it is, unread. */
import type { LimitName } from '../options.js';

const SECOND = 1_000;
/** Where others name their namespace: the whole connection is meant. */
const ALL = '';

/** Upward, to the landing. */
export interface TempoEvents {
  limited(limit: LimitName): void;
  /** `false` when as many have come as may, `true` when the next second begins. */
  flow(nsp: string, open: boolean): void;
}

export class Tempo {
  readonly #most: number;
  readonly #up: TempoEvents;
  #count = 0;
  /** When this second began: with the first event behind the last one. */
  #since = 0;
  #rest: NodeJS.Timeout | undefined;

  static of(most: number, up: TempoEvents): Tempo | undefined {
    return most > 0 ? new Tempo(most, up) : undefined;
  }

  constructor(most: number, up: TempoEvents) {
    this.#most = most;
    this.#up = up;
  }

  /** An event has come. */
  heard(): void {
    if (this.#rest) return;
    const now = performance.now();
    if (this.#count === 0 || now - this.#since >= SECOND) {
      this.#since = now;
      this.#count = 0;
    }
    this.#count += 1;
    if (this.#count >= this.#most) this.#pause(this.#since + SECOND - now);
  }

  stop(): void {
    clearTimeout(this.#rest);
  }

  #pause(ms: number): void {
    this.#rest = setTimeout(() => this.#resume(), Math.ceil(ms)).unref();
    this.#up.limited('maxEventsPerSecond');
    this.#up.flow(ALL, false);
  }

  #resume(): void {
    this.#rest = undefined;
    this.#count = 0;
    this.#up.flow(ALL, true);
  }
}
