/** Frames over one WebSocket that is not compressed. */
import { Buffer } from 'node:buffer';
import type { Duplex } from 'node:stream';
import type { Frame } from '../codec/codec.js';
import { arrivedBy } from './arrived.js';
import { CURT, closeCodes, lastWords } from './close-codes.js';
import { ControlRate } from './control-rate.js';
import { CLOSE, type Control, type FrameEvents, type FrameLimits, PING } from './frame-events.js';
import { type Fault, faults } from './frame-faults.js';
import { FrameReader } from './frames.js';
import { type Hearer, habit, pause } from './one-buffer.js';
import { Pongs } from './pongs.js';
import {
  type Batch,
  type CloseManner,
  MANY_FRAMES,
  type Transport,
  type TransportEvents,
} from './transport.js';
import { waitForTurn } from './turn.js';
import { packControl, packMessages } from './websocket-frames.js';
import { type Sender, write } from './write-through.js';

/** Bytes handed to the socket at once: what has left can be told only batch by batch. */
const MOST_BYTES = 1_048_576;
/** Milliseconds for the client's close frame, and for the end of its side; a session ends as late, too. */
const LAST_WORD = 30_000;

/** What a client may send over one connection. */
export interface ConnectionLimits extends FrameLimits {
  /** Most pings and pongs in a second. */
  readonly maxControlFrames: number;
}

export class WebSocketTransport implements Transport, FrameEvents, Hearer, Sender {
  readonly #socket: Duplex;
  readonly #reader: FrameReader;
  readonly #limits: ConnectionLimits;
  #up: TransportEvents;
  /** `closing`: our close frame is written. */
  #state: 'open' | 'closing' | 'closed' = 'open';
  #blocked = false;
  /** Bytes that have left us, and that the operating system has not taken yet. */
  #owed = 0;
  #habit = 0;
  // What most connections never need is made when they do.
  #error: Error | undefined;
  #controls: ControlRate | undefined;
  #pongs: Pongs | undefined;
  #deadline: NodeJS.Timeout | undefined;
  #waiters: (() => void)[] | undefined;

  /** @param socket has a listener for errors already */
  constructor(socket: Duplex, limits: ConnectionLimits, up: TransportEvents) {
    this.#socket = socket;
    this.#limits = limits;
    this.#up = up;
    this.#reader = new FrameReader(limits, this);
    socket.on('data', (piece: Buffer) => this.#read(piece));
    socket.on('close', () => this.#ended());
  }

  // The same for all: getters cost idle connections nothing.
  get name() {
    return 'websocket' as const;
  }

  get mostFrames(): number {
    return MANY_FRAMES;
  }

  get mostBytes(): number {
    return MOST_BYTES;
  }

  get saysGoodbye(): boolean {
    return false;
  }

  get writable(): boolean {
    return !this.#blocked && this.#state === 'open' && this.#socket.writable;
  }

  get buffered(): number {
    return this.#state === 'closed' ? 0 : this.#owed + this.#socket.writableLength;
  }

  get settled(): boolean {
    return !this.#reader.holds;
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

  send(batch: Batch): void {
    const hasRoom = write(this.#socket, batch.packed(packMessages), this);
    if (hasRoom && batch.count < MANY_FRAMES) return;
    this.#blocked = true;
    if (hasRoom) setImmediate(() => this.#drained());
  }

  owes(bytes: number): void {
    this.#owed = bytes;
  }

  taken(error?: Error | null): void {
    if (error) this.#socket.destroy(error);
    // What a connection could not take before its end has not left: nobody may be told that it has.
    if (this.#socket.destroyed) return;
    this.#owed = 0;
    this.#drained();
  }

  flow(open: boolean): void {
    if (this.#state !== 'open') return;
    this.#reader.flow(open);
    // Whoever got what had been kept may have stopped the flow again.
    if (!this.#reader.flowing) pause(this.#socket);
    else this.#socket.resume();
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
    if (manner === 'abort') return void this.#socket.destroy();
    if (this.#state !== 'open') return;
    const bad = manner === 'malformed';
    this.#bid(lastWords(closeCodes[manner], why), bad ? CURT : LAST_WORD);
    if (bad) this.#socket.end();
  }

  hear(bytes: Buffer): boolean {
    const isNext = this.#reader.flowing && this.#socket.readableLength === 0;
    if (!isNext) return this.#socket.push(Buffer.from(bytes));
    this.#reader.read(bytes);
    return true;
  }

  message(frame: Frame): void {
    // Nothing is heard behind our own goodbye.
    if (this.#state !== 'closing') this.#up.received(frame);
  }

  control(opcode: Control, payload: Buffer): void {
    // What a client gives as its reason is not said back. @see RFC 6455, section 5.5.1
    if (opcode === CLOSE) return this.#end(payload.subarray(0, 2));
    this.#controls ??= new ControlRate(this.#limits.maxControlFrames);
    if (!this.#controls.admits()) {
      this.#reader.stop();
      this.failed(faults.tooManyControls);
    } else if (opcode === PING && this.#state === 'open') {
      this.#pongs ??= new Pongs(this.#socket);
      this.#pongs.answer(payload);
    }
  }

  tired(length: number): void {
    pause(this.#socket);
    // Of one that has ended, the rest is heard by its end.
    if (!this.#socket.closed) waitForTurn(() => this.#goOn(), length);
  }

  failed({ code, why }: Fault): void {
    this.#error ??= new RangeError(why);
    this.#end(lastWords(code, why), CURT);
  }

  #read(piece: Buffer): void {
    this.#habit = habit(this.#habit, piece, this.#socket, this);
    this.#reader.read(piece);
  }

  #goOn(): void {
    if (this.#state === 'closed') return;
    this.#reader.rested();
    if (this.#reader.flowing) this.#socket.resume();
  }

  /** Says goodbye; the client has to answer, or to end its side, in so many milliseconds. */
  #bid(payload: Buffer, patience: number): void {
    this.#state = 'closing';
    const socket = this.#socket;
    if (socket.writable) socket.write(packControl(CLOSE, payload));
    this.#deadline = setTimeout(() => socket.destroy(), patience).unref();
    // A connection that is not read would never show the answer.
    this.#reader.flow(true);
    if (this.#reader.flowing) socket.resume();
  }

  /** The client has said its last word: so do we, and the connection ends behind it. */
  #end(payload: Buffer, patience = LAST_WORD): void {
    if (this.#state === 'open') this.#bid(payload, patience);
    this.#socket.end();
  }

  #drained(): void {
    this.#blocked = false;
    this.#settle();
    if (this.#state !== 'closed') this.#up.writable();
  }

  #settle(): void {
    const waiters = this.#waiters;
    this.#waiters = undefined;
    for (const done of waiters ?? []) done();
  }

  #ended(): void {
    if (this.#state === 'open' && !this.#hearOut())
      return waitForTurn(() => this.#ended(), this.#reader.held);
    this.#state = 'closed';
    clearTimeout(this.#deadline);
    this.#settle();
    this.#up.closed(this.#error ? 'transport error' : 'transport close', this.#error);
  }

  /**
   * What had come before the end was said before it, even if nobody wanted to hear it yet.
   * @returns whether all of it has been heard in this turn
   */
  #hearOut(): boolean {
    this.#socket.removeAllListeners('data');
    const left: Buffer | null = this.#socket.readableLength > 0 ? this.#socket.read() : null;
    if (left) this.#reader.read(left);
    this.#reader.rested();
    // Whoever hears it may stop the flow again.
    do this.#reader.flow(true);
    while (this.#reader.holds && !this.#reader.resting);
    return !this.#reader.holds;
  }
}
