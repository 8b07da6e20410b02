/** What carries a connection, as users see it: `conn.transport`. */
import { Emitter } from '../emitter.js';
import type { Carrier, CarrierEvents } from '../namespace/connection.js';
import type { Transport } from '../transport/transport.js';

export class Carriage extends Emitter<CarrierEvents> implements Carrier {
  readonly #transport: Transport | undefined;
  readonly #wanted: (event: string | symbol) => void;

  /** @param wanted hears for which events somebody waits */
  constructor(transport: Transport | undefined, wanted: (event: string | symbol) => void) {
    super();
    this.#transport = transport;
    this.#wanted = wanted;
  }

  /** `polling` before a transport is there: no other can be missing. */
  get name(): string {
    return this.#transport?.name ?? 'polling';
  }

  get writable(): boolean {
    return this.#transport?.writable === true;
  }

  /** @internal */
  carries(transport: Transport | undefined): boolean {
    return this.#transport === transport;
  }

  protected override listening(event: string | symbol): void {
    this.#wanted(event);
  }
}
