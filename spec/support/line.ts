/** A telephone line between clients and a site, which a spec can cut and mend, or make deaf. */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { listening } from './listening.js';
import { within } from './patience.js';

export class Line {
  readonly #server: Server;
  readonly #calls = new Set<Call>();
  #cut = false;
  #deaf = false;

  /** @param port where the site listens */
  constructor(port: number) {
    this.#server = createServer((near) => this.#join(near, port));
  }

  /** @returns the port at which clients find the site */
  start(): Promise<number> {
    return listening(this.#server);
  }

  /** Ends every connection at once and lets no new one through. */
  cut(): void {
    this.#cut = true;
    for (const call of this.#calls) call.end();
  }

  mend(): void {
    this.#cut = false;
  }

  /** Nothing that the site says arrives any more. */
  hush(): void {
    this.#deaf = true;
    for (const call of this.#calls) call.hush();
  }

  /** Settles when a poll has gone to the site that is not answered yet. */
  async polled(): Promise<void> {
    const look = async (): Promise<void> => {
      while (![...this.#calls].some((call) => call.polls)) await new Promise(setImmediate);
    };
    await within(look(), 'a poll');
  }

  close(): void {
    this.#server.close();
    this.cut();
  }

  #join(near: Socket, port: number): void {
    if (this.#cut) {
      near.destroy();
      return;
    }
    const call = new Call(near, connect(port, '127.0.0.1'));
    this.#calls.add(call);
    near.on('close', () => this.#calls.delete(call));
    if (this.#deaf) call.hush();
  }
}

/** One connection of a client, and the one to the site that belongs to it. */
class Call {
  readonly #near: Socket;
  readonly #far: Socket;
  #deaf = false;
  /** Whether the last that was heard on this line is a GET of the client. */
  polls = false;

  constructor(near: Socket, far: Socket) {
    this.#near = near;
    this.#far = far;
    for (const event of ['error', 'close']) {
      near.on(event, () => this.end());
      far.on(event, () => this.#farEnded());
    }
    near.pipe(far);
    far.pipe(near);
    near.on('data', (chunk: Buffer) => {
      this.polls = chunk.toString('latin1', 0, 4) === 'GET ';
    });
    far.on('data', () => {
      this.polls = false;
    });
  }

  hush(): void {
    this.#deaf = true;
    this.#far.unpipe();
    this.#far.resume();
  }

  end(): void {
    this.#near.destroy();
    this.#far.destroy();
  }

  /** A dead line does not tell of an end either. */
  #farEnded(): void {
    if (!this.#deaf) this.end();
  }
}
