/** A port of its own for the policy file: whoever connects gets it. */
import { createServer, type Server, type Socket } from 'node:net';
import type { FlashPolicy } from '../option-flash.js';
import type { Options } from '../options.js';
import { hand, policyFile } from './policy.js';

/** Connections at a time; each lasts a few seconds at most. */
const MOST_CONNECTIONS = 1_000;

export class PolicyPort {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #closed = false;

  /** The port that the options ask for, if they do. @param failed hears that it can't be had */
  static for(
    { flashPolicy }: Pick<Options, 'flashPolicy'>,
    failed: (error: Error) => void,
  ): PolicyPort | undefined {
    return flashPolicy?.listen === undefined ? undefined : new PolicyPort(flashPolicy, failed);
  }

  private constructor(policy: FlashPolicy, failed: (error: Error) => void) {
    const file = policyFile(policy);
    this.#server = createServer((socket) => this.#serve(socket, file));
    this.#server.maxConnections = MOST_CONNECTIONS;
    this.#server.on('error', failed);
    // Looking up a host takes time, in which we may have been closed.
    this.#server.on('listening', () => this.#closed && this.#server.close());
    const { listen = 0 } = policy;
    this.#server.listen(typeof listen === 'number' ? { port: listen } : listen);
    // A policy without the server that it is for is no reason to stay.
    this.#server.unref();
  }

  /** Settles when nothing is open any more; may be called twice. */
  close(): Promise<void> {
    this.#closed = true;
    for (const socket of this.#sockets) socket.destroy();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  /** Without waiting for the question: there is only one answer. */
  #serve(socket: Socket, file: string): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    hand(socket, file);
  }
}
