/** A connection as users see it: `socket.conn`. */
import type { Conn as View } from '../namespace/wire.js';
import type { Transport } from '../transport/transport.js';
import type { Birth } from './household.js';
import type { Outbox } from './outbox.js';

export type ReadyState = View['readyState'];

/** The session behind it. */
export interface Watched {
  readonly birth: Birth;
  readonly readyState: ReadyState;
  readonly carrier: Transport | undefined;
}

export class Conn implements View {
  readonly #session: Watched;
  readonly #outbox: Outbox;

  constructor(session: Watched, outbox: Outbox) {
    this.#session = session;
    this.#outbox = outbox;
  }

  get id(): string {
    return this.#session.birth.id;
  }

  get protocol(): number {
    return this.#session.birth.protocol;
  }

  get remoteAddress(): string {
    return this.#session.birth.remoteAddress;
  }

  get readyState(): ReadyState {
    return this.#session.readyState;
  }

  /** `polling` before a transport is there: no other can be missing. */
  get transport(): { readonly name: string } {
    return { name: this.#session.carrier?.name ?? 'polling' };
  }

  get bufferedAmount(): number {
    return this.#outbox.bytes;
  }

  drained(): Promise<void> {
    return this.#outbox.drained();
  }
}
