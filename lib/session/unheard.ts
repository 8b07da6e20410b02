/** What has been sent to a client that has not been heard yet: nobody knows whether any of it has arrived. */
import type { Frame } from '../codec/codec.js';
import type { Batch } from '../transport/transport.js';
import { Trail } from './trail.js';

export class Unheard {
  readonly #most: number;
  #frames: Frame[] = [];
  #bytes = 0;

  /** @param most bytes that are kept */
  constructor(most: number) {
    this.#most = most;
  }

  get empty(): boolean {
    return this.#bytes === 0;
  }

  /** Whether all of it is here. */
  get entire(): boolean {
    return this.#bytes <= this.#most;
  }

  add({ frames, bytes }: Batch): void {
    this.#bytes += bytes;
    if (!this.entire) this.#frames = [];
    else for (const frame of frames) this.#frames.push(frame);
  }

  /** All of it, to be sent again; from now on there is none. */
  take(): Trail | undefined {
    const trail = this.#frames.length > 0 ? new Trail(this.#frames, this.#bytes) : undefined;
    this.#frames = [];
    this.#bytes = 0;
    return trail;
  }
}
