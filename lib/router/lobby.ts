/** Connections that are no session's: not in yet, or on their way out. When the server closes they are sent away. */
import { Roster } from '../roster.js';
import { type CloseManner, nobody, type Transport } from '../transport/transport.js';

/** Milliseconds for whoever comes when the server has closed: to be told so, and to go. */
const LAST_WORD = 1_000;

export class Lobby {
  readonly #waiting = new Roster<object, () => void>();
  #open = true;

  /** @param leave sends it away @returns what is to be called when it has come in, or gone by itself */
  wait(leave: () => void): () => void {
    if (this.#open) {
      const place = {};
      this.#waiting.set(place, leave);
      return () => this.#waiting.delete(place);
    }
    const deadline = setTimeout(leave, LAST_WORD).unref();
    return () => clearTimeout(deadline);
  }

  /** Sends everybody away. */
  close(): void {
    this.#open = false;
    for (const leave of this.#waiting.values()) leave();
    this.#waiting.clear();
  }

  /**
   * Closes a connection that belongs to nobody. Its client may take its time to agree, but only while the server is there.
   * @param why as in `Transport.close`
   */
  seeOff(transport: Transport, manner: CloseManner, why?: string): void {
    const left = this.wait(() => transport.close('abort'));
    transport.reportTo({ ...nobody, closed: left });
    transport.close(manner, why);
  }
}
