/** A place that an adapter looks for elsewhere: it takes its time, and where its store hangs it never answers. */
import type { Found } from '../adapter/keeper.js';
import type { Parcel } from '../codec/parcel.js';
import { Deadline } from '../deadline.js';
import type { OnError } from '../emitter.js';
import type { Conn } from './connection.js';

/** Milliseconds. Published adapters wait as long for one another; a client waits longer to be let in. */
export const LOOKUP_MS = 5_000;

/**
 * Given up when its time is over, or with the connection: what the adapter still holds then is none of a client's. A place
 * that is found afterwards is given back.
 */
export class Lookup {
  /** What was found; nothing, where it was given up. Never rejected. */
  readonly over: Promise<Found<Parcel> | undefined>;
  readonly #deadline: Deadline;
  readonly #gone = (): void => this.#settle(undefined);
  #conn: Conn | undefined;
  #tell: ((place: Found<Parcel> | undefined) => void) | undefined;

  /**
   * @param conn of whoever asks
   * @param failed hears that the adapter has not answered; not a closure that knows who asks
   */
  constructor(found: Promise<Found<Parcel> | undefined>, conn: Conn, failed: OnError) {
    this.over = new Promise((resolve) => {
      this.#tell = resolve;
    });
    this.#conn = conn;
    this.#deadline = new Deadline(LOOKUP_MS, () => {
      failed(
        new Error(
          `the adapter has not said within ${LOOKUP_MS} ms whether it knows a client that comes back`,
        ),
      );
      this.#settle(undefined);
    });
    this.#conn.once('close', this.#gone);
    found.then(
      (place) => this.#settle(place),
      (error) => {
        if (this.#tell) failed(error);
        this.#settle(undefined);
      },
    );
  }

  #settle(place: Found<Parcel> | undefined): void {
    const tell = this.#tell;
    if (!tell) return place?.decline();
    this.#deadline.stop();
    this.#conn?.off('close', this.#gone);
    this.#conn = undefined;
    this.#tell = undefined;
    tell(place);
  }
}
