/** TCP connections to the server under load; a broken one ends the generator with an error, unless we broke it. */
import { connect, type Socket } from 'node:net';

export class Tcp {
  readonly #socket: Socket;
  readonly #ended: Promise<void>;
  #isLeaving = false;

  /** @param hear gets the bytes as they come */
  static open(port: number, hear: (chunk: Buffer) => void): Promise<Tcp> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    return new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new Tcp(socket, hear));
      });
    });
  }

  constructor(socket: Socket, hear: (chunk: Buffer) => void) {
    this.#socket = socket;
    socket.on('data', hear);
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
