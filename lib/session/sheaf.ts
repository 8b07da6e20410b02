/** Packets that came in one message of a connection: handed up in order, in slices of time, and not while nobody reads. */
import type { Frame, PayloadFormat } from '../codec/codec.js';
import { Delivery } from '../transport/delivery.js';

/** Upward. */
export interface SheafEvents {
  packet(packet: Frame): void;
  /** Whether there are some left has changed. */
  regulate(): void;
}

export class Sheaf {
  readonly #payload: PayloadFormat;
  readonly #up: SheafEvents;
  #delivery: Delivery | undefined;
  #open = true;
  #ended: (() => void) | undefined;

  constructor(payload: PayloadFormat, up: SheafEvents) {
    this.#payload = payload;
    this.#up = up;
  }

  /** Whether some are left; meanwhile no other message shall come. */
  get busy(): boolean {
    return this.#delivery !== undefined;
  }

  take(message: Frame): void {
    const { frames } = this.#payload.unpack(message);
    const [first] = frames;
    if (first === undefined) return;
    if (frames.length === 1) return this.#up.packet(first);
    this.#delivery = new Delivery(frames, {
      frame: (frame) => this.#up.packet(frame),
      done: () => this.#done(),
    });
    this.#up.regulate();
    this.#delivery.flow(this.#open);
  }

  flow(open: boolean): void {
    this.#open = open;
    // Nobody reads what somebody who has gone has said.
    if (this.#ended && !open) this.#delivery?.stop(false);
    else this.#delivery?.flow(open);
  }

  /** The connection has ended. @param told called behind what had been said before */
  end(told: () => void): void {
    if (!this.#delivery) return told();
    this.#ended = told;
    this.flow(true);
  }

  #done(): void {
    this.#delivery = undefined;
    if (this.#ended) this.#ended();
    else this.#up.regulate();
  }
}
