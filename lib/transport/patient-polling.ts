/** Long-polling as revision 1 knows it: a poll that breaks or is overtaken is nothing to speak of, the next one counts. */
import type { PayloadFormat } from '../codec/codec.js';
import type { HttpCompression } from '../option-compression.js';
import type { Waiting } from './answer.js';
import type { BodyLimits } from './body.js';
import { PollingTransport } from './polling.js';
import type { Batch, TransportEvents } from './transport.js';

/** It carries answers only: the POSTs of such a client belong to its session, whichever transport they name. */
export class PatientPolling extends PollingTransport {
  readonly #noop: Batch;

  /** @param noop what a poll is answered with when there is nothing to say */
  constructor(
    payload: PayloadFormat,
    limits: BodyLimits,
    up: TransportEvents,
    name: PollingTransport['name'],
    noop: Batch,
    compression: false | HttpCompression = false,
  ) {
    super(payload, limits, up, name, compression);
    this.#noop = noop;
  }

  /** These clients take a payload of any number of packets. */
  override get mostFrames(): number {
    return Number.POSITIVE_INFINITY;
  }

  /** Ends the poll that waits, if one does. */
  release(): void {
    this.relieve(this.#noop);
  }

  /** The newer poll takes over; the older one is answered, since browsers allow few connections. */
  protected override overlap({ res, envelope, letterhead }: Waiting): void {
    this.release();
    this.poll(res, envelope, letterhead);
  }

  /** Whether the client comes again is for the session to judge. */
  protected override lost(): void {}
}
