/** So many a second, in the long run; ten times as many at once. One number for each that has come lately. */

/** Seconds' worth that may come at once. */
const BURST = 10;
/** Most that are remembered; a stranger more, and the one that has been away longest counts as new. */
const MOST = 10_000;

/** Remembers when each would have come last had they all kept the pace ("generic cell rate algorithm"). */
export class Turnstile {
  readonly #interval: number;
  /** Whoever comes is put to the end: in front are those that have been away longest. */
  readonly #due = new Map<string, number>();

  /** @param rate how many in a second */
  constructor(rate: number) {
    this.#interval = 1_000 / rate;
  }

  /** @returns 0 if it may pass, and has; else the milliseconds after which it may */
  wait(who: string): number {
    const now = performance.now();
    this.#forget(now);
    const due = Math.max(now, this.#due.get(who) ?? 0) + this.#interval;
    const early = due - now - BURST * 1_000;
    if (early > 0) return early;
    this.#due.delete(who);
    this.#due.set(who, due);
    return 0;
  }

  /** Two at a time, so that it never takes long, and in the end all that count as new anyway have gone. */
  #forget(now: number): void {
    for (let looks = 0; looks < 2; looks += 1) {
      const [oldest] = this.#due;
      if (oldest && (oldest[1] <= now || this.#due.size >= MOST)) this.#due.delete(oldest[0]);
    }
  }
}
