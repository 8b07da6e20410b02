/** The frames of one POST on their way up: in order, in slices of time, stopped while nobody reads. */
import type { Frame } from '../codec/codec.js';
import { mustWait, waitForTurn } from './turn.js';

export interface DeliveryEvents {
  frame(frame: Frame): void;
  /** More of them, behind those that have been taken; `undefined` if there are none. */
  more?(): readonly Frame[] | undefined;
  /** All have been taken, or the connection has ended; `bad` if it ended because of one of them. */
  done(bad: boolean): void;
}

export class Delivery {
  #frames: readonly Frame[];
  readonly #up: DeliveryEvents;
  #next = 0;
  #open = false;
  #running = false;
  #over = false;

  constructor(frames: readonly Frame[], up: DeliveryEvents) {
    this.#frames = frames;
    this.#up = up;
  }

  flow(open: boolean): void {
    this.#open = open;
    if (open) this.#run();
  }

  /** The connection has ended: what has not been taken is dropped. */
  stop(bad: boolean): void {
    if (this.#over) return;
    this.#over = true;
    this.#up.done(bad);
  }

  #run(): void {
    if (this.#running || this.#over) return;
    this.#running = true;
    while (this.#open && !this.#over && this.#isLeft()) {
      const frame = this.#frames[this.#next] ?? '';
      if (mustWait(frame.length)) return this.#later(frame.length);
      this.#next += 1;
      this.#up.frame(frame);
    }
    this.#running = false;
    // Not while nobody reads: the answer invites the next POST.
    if (this.#open && !this.#isLeft()) this.stop(false);
  }

  #isLeft(): boolean {
    while (this.#next >= this.#frames.length) {
      const more = this.#up.more?.();
      if (!more) return false;
      this.#frames = more;
      this.#next = 0;
    }
    return true;
  }

  #later(length: number): void {
    waitForTurn(() => {
      this.#running = false;
      if (this.#open) this.#run();
    }, length);
  }
}
