/** What has been sent to a client that has not been heard yet: nobody knows whether any of it has arrived. */
import type { Batch } from '../transport/transport.js';
import { join, type Stretch } from './stretch.js';
import { Trail } from './trail.js';

export class Unheard {
  readonly #most: number;
  #batches: Stretch[] = [];
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

  add({ frames, bytes, spared }: Batch): void {
    this.#bytes += bytes;
    if (this.entire) this.#batches.push({ frames, bytes, spared });
    else this.#batches = [];
  }

  /** All of it, to be sent again; from now on there is none. */
  take(): Trail | undefined {
    const trail = this.#batches.length > 0 ? new Trail(join(this.#batches)) : undefined;
    this.#batches = [];
    this.#bytes = 0;
    return trail;
  }
}
