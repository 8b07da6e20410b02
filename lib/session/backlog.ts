/** Packets that came in one message: in order, in slices of time; while any wait, no more is read. */
import type { Frame } from '../codec/codec.js';
import { Delivery } from '../transport/delivery.js';

/** Upward, to the relay. */
export interface BacklogEvents {
  received(frame: Frame): void;
  /** None waits any more. */
  settled(): void;
}

export class Backlog {
  readonly #up: BacklogEvents;
  #frames: Frame[] | undefined;
  #delivery: Delivery | undefined;

  constructor(up: BacklogEvents) {
    this.#up = up;
  }

  /** Whether packets wait. */
  get busy(): boolean {
    return this.#frames !== undefined;
  }

  /** @param open whether packets are wanted at present */
  take(frames: Frame[], open: boolean): void {
    const [only] = frames;
    if (this.#frames) for (const frame of frames) this.#frames.push(frame);
    else if (only !== undefined && frames.length === 1 && open) this.#up.received(only);
    else if (frames.length > 0) this.#begin(frames, open);
  }

  flow(open: boolean): void {
    this.#delivery?.flow(open);
  }

  /** Nobody wants them any more. */
  stop(): void {
    this.#delivery?.stop(false);
  }

  #begin(frames: Frame[], open: boolean): void {
    this.#frames = frames;
    this.#delivery = new Delivery(frames, {
      frame: (frame) => this.#up.received(frame),
      done: () => this.#end(),
    });
    this.#delivery.flow(open);
  }

  #end(): void {
    this.#frames = undefined;
    this.#delivery = undefined;
    this.#up.settled();
  }
}
