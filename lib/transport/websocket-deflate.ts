/** Frames over one WebSocket whose messages may be compressed: `ws` reads and writes them. */
import { Buffer } from 'node:buffer';
import type { Duplex } from 'node:stream';
import type { Frame } from '../codec/codec.js';
import { arrivedBy } from './arrived.js';
import { CURT, closeCodes, reasonFor } from './close-codes.js';
import { ControlRate } from './control-rate.js';
import { type DeflateConnection, faultOfWs } from './deflate-connection.js';
import { faults } from './frame-faults.js';
import type { Batch, CloseManner, Transport, TransportEvents } from './transport.js';
import { mustWait, waitForTurn } from './turn.js';

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

export class DeflateTransport implements Transport {
  readonly name = 'websocket';
  readonly mostFrames = MOST_FRAMES;
  readonly mostBytes = MOST_BYTES;
  readonly saysGoodbye = false;
  readonly #connection: DeflateConnection;
  readonly #socket: Duplex;
  readonly #threshold: number;
  readonly #controls: ControlRate;
  #up: TransportEvents;
  #error: unknown;
  #blocked = false;
  #open = true;
  /** What `ws` had already read when the flow stopped, or others had their turn; at most what fits one read of the socket. */
  #held: Frame[] | undefined;
  #resting = false;
  #closed = false;
  #waiters: (() => void)[] | undefined;

  /**
   * @param socket the stream under `connection`, as the server's `upgrade` event gave it
   */
  constructor(
    connection: DeflateConnection,
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
    this.#goOn();
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
    this.#connection.close(closeCodes[manner], reasonFor(why));
    if (manner === 'malformed') this.#hurry();
    // A paused connection would never see the client's close frame.
    this.#connection.resume();
  }

  #receive(frame: Frame): void {
    // We have said goodbye, and read on for the client's alone.
    if (this.#connection.readyState !== this.#connection.OPEN) return;
    if (this.#held) return void this.#held.push(frame);
    if (this.#open && !this.#isLate(frame)) return this.#up.received(frame);
    this.#held = [frame];
  }

  #isLate({ length }: Frame): boolean {
    if (!mustWait(length)) return false;
    this.#connection.pause();
    if (!this.#resting) waitForTurn(() => this.#rested(), length);
    this.#resting = true;
    return true;
  }

  #rested(): void {
    this.#resting = false;
    if (this.#connection.readyState === this.#connection.CLOSED) this.#ended();
    else this.#goOn();
  }

  #goOn(): void {
    this.#deliverHeld();
    if (this.#open && !this.#resting) this.#connection.resume();
  }

  #deliverHeld(): void {
    while (this.#open && !this.#resting) {
      const [frame] = this.#held ?? [];
      if (frame === undefined || this.#isLate(frame)) return;
      this.#held?.shift();
      if (this.#held?.length === 0) this.#held = undefined;
      this.#up.received(frame);
    }
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

  #failed(error: Error): void {
    const fault = faultOfWs(error);
    this.#error = fault ? new RangeError(fault.why, { cause: error }) : error;
    this.#connection.explain(fault?.why ?? '');
    this.#hurry();
  }

  #ended(): void {
    if (this.#closed) return;
    // What had been read before the end was said before it, even if nobody wanted to hear it yet.
    while (this.#held && !this.#resting) {
      this.#open = true;
      this.#deliverHeld();
    }
    if (this.#held) return;
    this.#closed = true;
    this.#settle();
    this.#up.closed(this.#error ? 'transport error' : 'transport close', this.#error);
  }
}
