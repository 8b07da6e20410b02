/** An HTTP server's own limit for the headers of a request, lowered while we stand at its door. */
import type { Server } from 'node:http';

export class HeadersTimeout {
  readonly #server: Server;
  /** What the owner has set, and what we have made of it. */
  #lowered: { readonly from: number; readonly to: number } | undefined;

  constructor(server: Server) {
    this.#server = server;
  }

  /** @param ms at most so many milliseconds; 0: what the owner has set. A value that is lower, or 0, is the owner's will. */
  lower(ms: number): void {
    this.#restore();
    const { headersTimeout } = this.#server;
    if (ms === 0 || headersTimeout <= ms) return;
    this.#lowered = { from: headersTimeout, to: ms };
    this.#server.headersTimeout = ms;
  }

  #restore(): void {
    const lowered = this.#lowered;
    this.#lowered = undefined;
    // The owner may have set something else since.
    if (lowered && this.#server.headersTimeout === lowered.to) this.#server.headersTimeout = lowered.from;
  }
}
