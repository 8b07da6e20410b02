/** How many events of one client are heard in a second; what is more waits where it is, unread. */

const SECOND = 1_000;

export class Tempo {
  readonly #most: number;
  readonly #flow: (open: boolean) => void;
  #count = 0;
  /** When this second began: with the first event behind the last one. */
  #since = 0;
  #rest: NodeJS.Timeout | undefined;

  /** @param flow hears `false` when as many have come as may, `true` when the next second begins */
  static of(most: number, flow: (open: boolean) => void): Tempo | undefined {
    return most > 0 ? new Tempo(most, flow) : undefined;
  }

  constructor(most: number, flow: (open: boolean) => void) {
    this.#most = most;
    this.#flow = flow;
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
    this.#flow(false);
  }

  #resume(): void {
    this.#rest = undefined;
    this.#count = 0;
    this.#flow(true);
  }
}
