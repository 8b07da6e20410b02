/** Answers to a client's pings. */
import type { Duplex } from 'node:stream';
import { PONG } from './frame-events.js';
import { packControl } from './websocket-frames.js';

export class Pongs {
  readonly #socket: Duplex;
  /** The answer to the latest ping, while the client doesn't take what was sent before. */
  #owed: Buffer | undefined;

  constructor(socket: Duplex) {
    this.#socket = socket;
  }

  /**
   * At once, or when what was sent before has left: then for the latest ping alone, so that a client that never
   * reads makes nothing grow. @see RFC 6455, section 5.5.3
   */
  answer(ping: Buffer): void {
    const pong = packControl(PONG, ping);
    if (!this.#socket.writable) return;
    if (this.#owed) this.#owed = pong;
    else if (this.#socket.writableLength === 0) this.#socket.write(pong);
    else this.#owe(pong);
  }

  #owe(pong: Buffer): void {
    this.#owed = pong;
    // Called when all that was written before has left.
    this.#socket.write('', () => this.#pay());
  }

  #pay(): void {
    const owed = this.#owed;
    this.#owed = undefined;
    if (owed && this.#socket.writable) this.#socket.write(owed);
  }
}
