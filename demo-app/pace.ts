/** A bucket of tokens: how often somebody may do something. */
export class Pace {
  readonly #burst: number;
  readonly #perSecond: number;
  readonly #now: () => number;
  #tokens: number;
  #filledAt: number;

  /** @param now milliseconds on a clock that never goes back */
  constructor(rate: { burst: number; perSecond: number }, now: () => number = () => performance.now()) {
    this.#burst = rate.burst;
    this.#perSecond = rate.perSecond;
    this.#now = now;
    this.#tokens = rate.burst;
    this.#filledAt = now();
  }

  /** Takes one token. @returns milliseconds to wait for the next one; 0 means that one was there. */
  spend(): number {
    const now = this.#now();
    const earned = ((now - this.#filledAt) / 1_000) * this.#perSecond;
    this.#tokens = Math.min(this.#burst, this.#tokens + earned);
    this.#filledAt = now;
    if (this.#tokens < 1) return Math.ceil(((1 - this.#tokens) / this.#perSecond) * 1_000);
    this.#tokens -= 1;
    return 0;
  }
}
