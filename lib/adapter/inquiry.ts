/** The sockets that owe an answer to one broadcast on this node. */
import type { AckListener, Resident } from './contract.js';
import { after } from './patience.js';

/** Forgotten when all have answered, or in the end. */
export class Inquiry {
  readonly #id: number;
  readonly #onAck: AckListener;
  readonly #asked: Set<Pick<Resident<unknown>, 'forget'>> = new Set();
  #timer: NodeJS.Timeout | undefined;

  /** @param id the number of the acknowledgement, the same for all */
  constructor(id: number, onAck: AckListener) {
    this.#id = id;
    this.#onAck = onAck;
  }

  /** Lets a socket's answer count. */
  ask(socket: Pick<Resident<unknown>, 'expect' | 'forget'>): void {
    this.#asked.add(socket);
    socket.expect(this.#id, (...args) => {
      this.#asked.delete(socket);
      if (this.#asked.size === 0) clearTimeout(this.#timer);
      this.#onAck(...args);
    });
  }

  /** @param timeout milliseconds after which later answers are not waited for */
  start(timeout: number): void {
    if (this.#asked.size === 0) return;
    this.#timer = after(timeout, () => this.cancel());
    // Whoever asked has a timer of his own; this one only cleans up.
    this.#timer.unref();
  }

  /** Waits no longer. */
  cancel(): void {
    clearTimeout(this.#timer);
    for (const socket of this.#asked) socket.forget(this.#id);
    this.#asked.clear();
  }
}
