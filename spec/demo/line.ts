/** A telephone line between one browser and the site, which the spec can cut and mend. */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { listening } from './stage.js';

export class Line {
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  #cut = false;

  /** @param port where the site listens */
  constructor(port: number) {
    this.#server = createServer((near) => this.#join(near, port));
  }

  /** @returns the port at which the browser finds the site */
  start(): Promise<number> {
    return listening(this.#server);
  }

  /** Ends every connection at once and lets no new one through. */
  cut(): void {
    this.#cut = true;
    for (const socket of this.#open) socket.destroy();
  }

  mend(): void {
    this.#cut = false;
  }

  close(): void {
    this.cut();
    this.#server.close();
  }

  #join(near: Socket, port: number): void {
    if (this.#cut) {
      near.destroy();
      return;
    }
    const far = connect(port, '127.0.0.1');
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#open.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        this.#open.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  }
}
