/** TCP connections to the server under load; a broken one ends the generator with an error, unless we broke it. */
import { connect, type Socket } from 'node:net';

/** One for all connections: what arrives is used up before the next piece comes. */
const buffer = Buffer.allocUnsafe(65_536);

export class Tcp {
  readonly #socket: Socket;
  readonly #ended: Promise<void>;
  #isLeaving = false;

  /**
   * @param hear gets the bytes as they come, which are gone after the call; what it writes meanwhile leaves together: who
   *   is answered eight things at once and asks eight times one by one would be busier than the server
   */
  static open(port: number, hear: (chunk: Buffer) => void): Promise<Tcp> {
    const callback = (length: number): boolean => {
      socket.cork();
      hear(buffer.subarray(0, length));
      socket.uncork();
      return true;
    };
    const socket = connect({ port, host: '127.0.0.1', noDelay: true, onread: { buffer, callback } });
    return new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new Tcp(socket));
      });
    });
  }

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('error', (error) => {
      if (!this.#isLeaving) throw error;
    });
    this.#ended = new Promise((resolve) => {
      socket.once('close', () => {
        if (!this.#isLeaving) throw new Error('the server closed a connection');
        resolve();
      });
    });
  }

  write(bytes: Buffer | string): void {
    this.#socket.write(bytes);
  }

  /** Lets the server end the connection. @returns when it has */
  leave(): Promise<void> {
    this.#isLeaving = true;
    return this.#ended;
  }

  /** From now on the server may end the connection, or leave it open. */
  release(): void {
    this.#isLeaving = true;
  }

  /** Ends the connection from here. */
  drop(): Promise<void> {
    this.#isLeaving = true;
    this.#socket.destroy();
    return this.#ended;
  }
}
