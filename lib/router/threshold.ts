/** Connections on which nothing has been asked yet: half a request may not stand there for ever. */
import type { Duplex } from 'node:stream';

export class Threshold {
  readonly #tooLate: (connection: Duplex) => void;
  /** Since when each has been there: the one that came first is the first to be late. */
  readonly #since = new Map<Duplex, number>();
  /** One for all, with a connection as its `this`: whoever comes and goes at once shall leave nothing here. */
  readonly #gone: (this: Duplex) => void;
  #timer: NodeJS.Timeout | undefined;
  #patience = 0;

  constructor(tooLate: (connection: Duplex) => void) {
    this.#tooLate = tooLate;
    const since = this.#since;
    this.#gone = function () {
      since.delete(this);
    };
  }

  /** @param ms how long the first request of a connection may take; 0: nobody is waited for here */
  setPatience(ms: number): void {
    this.#patience = ms;
    if (ms === 0) this.#since.clear();
  }

  came(connection: Duplex): void {
    if (this.#patience === 0) return;
    this.#since.set(connection, performance.now());
    connection.on('close', this.#gone);
    this.#timer ??= this.#lookIn(this.#patience);
  }

  /** It has asked for something; what it asks for next is between it and the HTTP server. */
  asked(connection: Duplex): void {
    if (this.#since.size > 0 && this.#since.delete(connection)) connection.off('close', this.#gone);
  }

  #lookIn(ms: number): NodeJS.Timeout {
    return setTimeout(() => this.#look(), Math.ceil(ms)).unref();
  }

  #look(): void {
    this.#timer = undefined;
    const latest = performance.now() - this.#patience;
    for (const [connection, since] of this.#since) {
      if (since > latest) {
        this.#timer = this.#lookIn(since - latest);
        return;
      }
      this.#since.delete(connection);
      if (!connection.destroyed) this.#tooLate(connection);
    }
  }
}
