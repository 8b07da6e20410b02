/** Messages that the server has not confirmed yet: sent in order, and again after a gap. */
import { Refused } from './connection.js';

const MOST = 20;

export class Outbox {
  #ask;
  #settled;
  #waiting = [];
  #busy = false;
  #timer;

  /**
   * @param ask sends a request and gives its answer
   * @param settled `accepted(parcel, answer)` or `refused(parcel, sentence)`, once for each parcel
   */
  constructor(ask, settled) {
    this.#ask = ask;
    this.#settled = settled;
  }

  get full() {
    return this.#waiting.length >= MOST;
  }

  add(parcel) {
    this.#waiting.push(parcel);
    this.flush();
  }

  /** Sends what waits, one after the other so that it stays in order; stops at a gap in the connection. */
  async flush() {
    if (this.#busy) return;
    this.#busy = true;
    while (this.#waiting.length > 0 && (await this.#send(this.#waiting[0]))) this.#waiting.shift();
    this.#busy = false;
  }

  /** @returns whether this parcel is done with */
  async #send(parcel) {
    try {
      this.#settled.accepted(parcel, await this.#ask('say', parcel));
      return true;
    } catch (error) {
      // No answer: it may have arrived all the same. Its key makes sure that sending again does not double it.
      if (!(error instanceof Refused)) return this.#retryLater();
      if (error.wait > 0) {
        await new Promise((resolve) => setTimeout(resolve, error.wait));
        return this.#send(parcel);
      }
      this.#settled.refused(parcel, error.message);
      return true;
    }
  }

  #retryLater() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), 1_000);
    return false;
  }
}
