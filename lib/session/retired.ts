/** A transport that the client has left for another: it ends with the session, and says nothing any more. */
import { type Batch, nobody, type Transport, type TransportEvents } from '../transport/transport.js';
import { Alarm, type Wheel } from './wheel.js';

export class Retired implements TransportEvents {
  readonly transport: Transport;
  readonly #noop: Batch;
  readonly #wheel: Wheel;
  readonly #pollDuration: number;
  readonly #alarm = new Alarm({ rung: () => this.#release() });

  /** @param noop what ends a poll that the client goes on with; not at once, or two loops would chase one another */
  constructor(transport: Transport, noop: Batch, wheel: Wheel, pollDuration: number) {
    this.transport = transport;
    this.#noop = noop;
    this.#wheel = wheel;
    this.#pollDuration = pollDuration;
    transport.reportTo(this);
    if (transport.saysGoodbye && transport.writable) this.writable();
  }

  /** What it still says was said by somebody who has gone on. */
  received(): void {}

  writable(): void {
    if (this.transport.saysGoodbye) this.#alarm.start(this.#wheel, this.#pollDuration);
  }

  closed(): void {
    this.#alarm.stop();
  }

  /** At once: nothing of it has arrived, so no last word would. */
  close(): void {
    this.#alarm.stop();
    this.transport.reportTo(nobody);
    this.transport.close('abort');
  }

  #release(): void {
    if (this.transport.writable) this.transport.send(this.#noop);
  }
}
