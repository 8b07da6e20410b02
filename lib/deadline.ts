/** A time for something to come that is not held against anybody where we ourselves were late. */

/** Milliseconds by which a timer is later than the machine alone makes it: the process has been busy, or was stopped. */
export const LATE = 25;
/**
 * Milliseconds after which those have been heard who spoke while we were held up. A turn is not enough: their connections
 * have to be accepted first, and then to shake hands.
 */
export const SECOND_LOOK = 1_000;

/** Timers come before what has arrived meanwhile: whoever is late because we were has a second look, once. */
export class Deadline {
  readonly #over: () => void;
  readonly #due: number;
  #timer: NodeJS.Timeout;

  constructor(ms: number, over: () => void) {
    this.#over = over;
    this.#due = performance.now() + ms;
    this.#timer = setTimeout(() => this.#look(), ms).unref();
  }

  /** Milliseconds by which it is over too late; 0 where that is nothing to speak of. */
  get late(): number {
    const late = performance.now() - this.#due;
    return late > LATE ? late : 0;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #look(): void {
    if (this.late === 0) this.#over();
    else this.#timer = setTimeout(this.#over, SECOND_LOOK).unref();
  }
}
