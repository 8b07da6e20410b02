/** Where the response of an upgrade goes: to the client as long as it may be a refusal, then into our hands. */
import type { Socket } from 'node:net';
import { type Duplex, Writable } from 'node:stream';

export class Outlet extends Writable {
  readonly #socket: Duplex;
  #captured: string[] | undefined;

  constructor(socket: Duplex) {
    super({ decodeStrings: true });
    this.#socket = socket;
    // A write to a connection that has just gone fails here; its `close` tells the rest.
    this.on('error', ignore);
  }

  /** From now on nothing is sent, and the connection outlives the response. */
  capture(): void {
    this.#captured ??= [];
  }

  /** What has been kept is forgotten: it is to be a refusal after all. */
  release(): void {
    this.#captured = undefined;
  }

  get capturing(): boolean {
    return this.#captured !== undefined;
  }

  get captured(): string {
    return (this.#captured ?? []).join('');
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.#captured) {
      this.#captured.push(chunk.toString('latin1'));
      done();
    } else {
      this.#socket.write(chunk, done);
    }
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    const socket = this.#socket;
    // The client may never say that it has ended, too: nobody reads here.
    if (!this.#captured && !socket.destroyed) socket.end(() => socket.destroy());
    done(error);
  }

  // What middleware may ask the socket of a response.

  get remoteAddress(): string | undefined {
    return (this.#socket as Partial<Socket>).remoteAddress;
  }

  get encrypted(): boolean {
    return 'encrypted' in this.#socket;
  }

  /** The deadline of an upgrade is the option `handshakeTimeout`. */
  setTimeout(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  destroySoon(): void {
    this.destroy();
  }
}

function ignore(): void {}
