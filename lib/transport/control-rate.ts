/** How many control frames a client may send: each ping costs an answer. */

/** Milliseconds in which they are counted; clients that ask whether we are here do so every few seconds. */
const PERIOD = 1_000;

export class ControlRate {
  readonly #most: number;
  #count = 0;
  #since = 0;

  /** @param most in a second */
  constructor(most: number) {
    this.#most = most;
  }

  /** One has come. @returns `false` for a client that sends too many */
  admits(): boolean {
    const now = performance.now();
    if (this.#count === 0 || now - this.#since >= PERIOD) {
      this.#since = now;
      this.#count = 0;
    }
    this.#count += 1;
    return this.#count <= this.#most;
  }
}
