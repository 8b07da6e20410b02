/** Frames over one WebSocket whose messages may be compressed: `ws` reads and writes them. */
import { Buffer } from 'node:buffer';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Frame } from '../codec/codec.js';
import { arrivedBy } from './arrived.js';
import { CURT, closeCodes } from './close-codes.js';
import { ControlRate } from './control-rate.js';
import { type Fault, faults } from './frame-faults.js';
import type { Batch, CloseManner, Transport, TransportEvents } from './transport.js';

/** Bytes handed to the socket at once: what has left can be told only batch by batch. */
const MOST_BYTES = 1_048_576;
/** Messages handed to `ws` in one turn, each by itself: a megabyte of small ones would hold up everybody else. */
const MOST_FRAMES = 1_024;
/** With so many in a batch, what follows it can leave in the same turn. */
const FEW_FRAMES = 64;

/** What a connection is measured by that `ws` does not look at. */
export interface CarryOptions {
  /** Bytes below which nothing is compressed, where that has been negotiated. */
  readonly threshold: number;
  /** Most pings and pongs in a second. */
  readonly maxControlFrames: number;
}

/** Errors in which a bound of ours speaks, by the codes of `ws`: its words do not name our options. */
const faultsOfWs: Readonly<Record<string, Fault>> = {
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: faults.tooLarge,
  WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH: faults.tooLarge,
  WS_ERR_TOO_MANY_BUFFERED_PARTS: faults.tooManyFragments,
};

export class DeflateTransport implements Transport {
  readonly name = 'websocket';
  readonly mostFrames = MOST_FRAMES;
  readonly mostBytes = MOST_BYTES;
  readonly saysGoodbye = false;
  readonly #connection: WebSocket;
  readonly #socket: Duplex;
  readonly #threshold: number;
  readonly #controls: ControlRate;
  #up: TransportEvents;
  #error: unknown;
  #blocked = false;
  #open = true;
  /** What `ws` had already read when the flow stopped; at most what fits one read of the socket. */
  #held: Frame[] | undefined;
  #closed = false;
  #waiters: (() => void)[] | undefined;

  /**
   * @param socket the stream under `connection`, as the server's `upgrade` event gave it
   */
  constructor(
    connection: WebSocket,
    socket: Duplex,
    up: TransportEvents,
    { threshold, maxControlFrames }: CarryOptions,
  ) {
    this.#threshold = threshold;
    this.#controls = new ControlRate(maxControlFrames);
    this.#connection = connection;
    this.#socket = socket;
    this.#up = up;
    connection.on('message', (data: Buffer, binary: boolean) =>
      this.#receive(binary ? data : data.toString()),
    );
    connection.on('ping', () => this.#control());
    connection.on('pong', () => this.#control());
    connection.on('error', (error) => this.#failed(error));
    connection.on('close', () => this.#ended());
  }

  get writable(): boolean {
    return !this.#blocked && !this.#closed && this.#connection.readyState === this.#connection.OPEN;
  }

  get buffered(): number {
    return this.#closed ? 0 : this.#connection.bufferedAmount;
  }

  get settled(): boolean {
    return this.#held === undefined;
  }

  get arrived(): number {
    return arrivedBy(this.#socket);
  }

  get busy(): boolean {
    return false;
  }

  reportTo(up: TransportEvents): void {
    this.#up = up;
  }

  send({ frames, spared }: Batch): void {
    this.#blocked = true;
    const last = frames.length - 1;
    // `ws` calls back before the turn is over when the operating system has taken all.
    const done = (): void => {
      if (last < FEW_FRAMES) this.#drained();
      else setImmediate(() => this.#drained());
    };
    frames.forEach((frame, index) => {
      // `ws` looks at its own threshold only where a connection forgets its context.
      const compress = !spared?.[index] && Buffer.byteLength(frame) >= this.#threshold;
      this.#connection.send(frame, { compress }, index === last ? done : undefined);
    });
  }

  flow(open: boolean): void {
    this.#open = open;
    if (!open) return this.#connection.pause();
    while (this.#open && this.#held) this.#deliverHeld();
    if (this.#open) this.#connection.resume();
  }

  drained(done: () => void): void {
    if (this.buffered === 0) return done();
    if (!this.#blocked && this.#socket.writable) return void this.#socket.write('', () => done());
    this.#waiters ??= [];
    this.#waiters.push(done);
  }

  reclaim(): undefined {
    return undefined;
  }

  close(manner: CloseManner, why?: string): void {
    this.#held = undefined;
    if (manner === 'abort') return this.#connection.terminate();
    this.#connection.close(closeCodes[manner], why);
    if (manner === 'malformed') this.#hurry();
    // A paused connection would never see the client's close frame.
    this.#connection.resume();
  }

  #receive(frame: Frame): void {
    if (this.#open) this.#up.received(frame);
    else if (this.#held) this.#held.push(frame);
    else this.#held = [frame];
  }

  #deliverHeld(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const frame of held) this.#receive(frame);
  }

  #control(): void {
    if (this.#controls.admits()) return;
    const { code, why } = faults.tooManyControls;
    this.#failed(new RangeError(why));
    this.#connection.close(code, why);
  }

  /** Whoever has broken the rules is not waited for. */
  #hurry(): void {
    setTimeout(() => this.#connection.terminate(), CURT).unref();
  }

  #drained(): void {
    this.#blocked = false;
    this.#settle();
    if (!this.#closed) this.#up.writable();
  }

  #settle(): void {
    const waiters = this.#waiters;
    this.#waiters = undefined;
    for (const done of waiters ?? []) done();
  }

  #failed(error: Error & { readonly code?: string }): void {
    const fault = faultsOfWs[error.code ?? ''];
    this.#error = fault ? new RangeError(fault.why, { cause: error }) : error;
    this.#hurry();
  }

  #ended(): void {
    if (this.#closed) return;
    // What had been read before the end was said before it, even if nobody wanted to hear it yet.
    while (this.#held) {
      this.#open = true;
      this.#deliverHeld();
    }
    this.#closed = true;
    this.#settle();
    this.#up.closed(this.#error ? 'transport error' : 'transport close', this.#error);
  }
}
