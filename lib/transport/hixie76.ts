/**
 * Frames over one WebSocket of the drafts hixie-75 and hixie-76: Flash (`flashsocket`) and browsers before RFC 6455.
 *
 * How it is used: `isDraft(req.headers)` tells such a request from one for `ws`; `readOffer(req.headers)` is looked at
 * before the site's stack is told of a 101 (`undefined`: 400); `shakeHands` runs when a passage has been accepted.
 * It needs a passage that Node has delivered as an upgrade: in an ordinary request the challenge behind the headers
 * would be read as another request. A client of revision 1 has made a handshake there before, so we listen by then.
 */
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { framing } from '../codec/framing.js';
import { arrivedBy } from './arrived.js';
import { CURT } from './close-codes.js';
import { Delivery } from './delivery.js';
import { CLOSE, packTexts, type Reading, TextReader } from './hixie76-frames.js';
import { greet, headersOf, type Offer, type Patience } from './hixie76-handshake.js';
import {
  type Batch,
  type CloseManner,
  MANY_FRAMES,
  nobody,
  type Transport,
  type TransportEvents,
} from './transport.js';
import { isTimeUp, waitForTurn } from './turn.js';

/** Bytes handed to the socket at once: what has left can be told only batch by batch. */
const MOST_BYTES = 1_048_576;
/** As much as Node reads at once; more is there already, and would be read in the same turn. */
const FULL = 65_536;
/** Milliseconds in which what is left must be taken, and the client must end its side, too. */
const LAST_WORD = 30_000;

type Name = 'websocket' | 'flashsocket';

/** An accepted passage, and what the request on it said. */
export interface Accepted {
  readonly socket: Duplex;
  readonly head: Buffer;
  readonly offer: Offer;
  /** The URL that the client connected to, with `ws://` or `wss://`. */
  readonly address: string;
  /** Header lines of the site's stack for the 101. */
  readonly lines: readonly string[];
}

export interface Hixie76Limits extends Patience {
  /** Most bytes of one frame. */
  readonly maxBytes: number;
}

/** @param ready gets a transport that has told nothing yet: call `reportTo` in it */
export function shakeHands(
  { socket, head, offer, address, lines }: Accepted,
  limits: Hixie76Limits,
  name: Name,
  ready: (transport: Hixie76Transport) => void,
): void {
  const headers = headersOf(offer, address, lines);
  socket.on('error', ignore);
  greet({ socket, head, offer, headers }, limits, (rest) => {
    const transport = new Hixie76Transport(socket, limits.maxBytes, name);
    ready(transport);
    transport.begin(rest);
  });
}

function ignore(): void {}

export class Hixie76Transport implements Transport {
  readonly name: Name;
  readonly mostFrames = MANY_FRAMES;
  readonly mostBytes = MOST_BYTES;
  readonly saysGoodbye = false;
  readonly #socket: Duplex;
  readonly #reader: TextReader;
  #up: TransportEvents = nobody;
  #error: unknown;
  #blocked = false;
  #resting = false;
  #open = true;
  /** What has been read and not taken; meanwhile the socket is not read. */
  #delivery: Delivery | undefined;
  /** Why nothing more will be read. */
  #over: Reading['over'];
  #closing = false;
  #closed = false;
  #deadline: NodeJS.Timeout | undefined;
  #waiters: (() => void)[] | undefined;

  /** @param maxBytes most bytes of one incoming frame */
  constructor(socket: Duplex, maxBytes: number, name: Name) {
    this.name = name;
    this.#socket = socket;
    this.#reader = new TextReader(maxBytes);
  }

  /** The handshake is done. @param rest what has been read behind it */
  begin(rest: Buffer): void {
    const socket = this.#socket;
    // The site's idle limit for requests is not one for this connection.
    if (socket instanceof Socket) socket.setTimeout(0).setNoDelay();
    socket.on('error', (error) => {
      this.#error = error;
    });
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    // The HTTP server leaves its connections half open.
    socket.on('end', () => socket.end());
    socket.on('close', () => this.#ended());
    if (rest.length > 0) this.#read(rest);
    this.#regulate();
  }

  get writable(): boolean {
    return !this.#blocked && !this.#closing && this.#socket.writable;
  }

  get buffered(): number {
    return this.#closed ? 0 : this.#socket.writableLength;
  }

  get settled(): boolean {
    return this.#delivery === undefined;
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
    const hasRoom = this.#socket.write(batch.packed(packTexts)) || this.#socket.writableLength === 0;
    if (hasRoom && batch.count < MANY_FRAMES) return;
    this.#blocked = true;
    if (hasRoom) setImmediate(() => this.#drained());
    else this.#socket.once('drain', () => this.#drained());
  }

  flow(open: boolean): void {
    this.#open = open;
    this.#delivery?.flow(open);
    this.#regulate();
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

  /** The drafts have one way to end, so the client can't be told that its input was malformed. */
  close(manner: CloseManner): void {
    if (manner === 'abort') return void this.#socket.destroy();
    if (this.#closing || this.#closed) return;
    this.#closing = true;
    this.#delivery?.stop(false);
    this.#socket.end(CLOSE);
    this.#deadline = setTimeout(
      () => this.#socket.destroy(),
      manner === 'malformed' ? CURT : LAST_WORD,
    ).unref();
    // A paused connection would never see the client's end.
    this.#socket.resume();
  }

  #read(chunk: Buffer): void {
    if (this.#closing || this.#over) return;
    const { texts, over } = this.#reader.read(chunk);
    this.#over = over;
    if (chunk.length >= FULL && isTimeUp()) this.#rest();
    if (texts.length === 0) return this.#taken();
    // The originals' clients read several packets in one message; some others write so, too.
    const frames = texts.flatMap((text) => framing.unpack(text).frames);
    this.#delivery = new Delivery(frames, {
      frame: (frame) => this.#up.received(frame),
      done: () => this.#taken(),
    });
    this.#delivery.flow(this.#open);
    this.#regulate();
  }

  /** Messages with nothing in them give nobody anything to do, and take their time all the same: others have theirs first. */
  #rest(): void {
    this.#resting = true;
    waitForTurn(() => {
      this.#resting = false;
      if (!this.#closed) this.#regulate();
    });
  }

  /** All that has been read has been handed up. */
  #taken(): void {
    this.#delivery = undefined;
    if (this.#closed) return this.#tell();
    if (this.#over === 'closed') return this.close('orderly');
    if (this.#over) {
      this.#error = new RangeError('a frame is larger than maxHttpBufferSize');
      return this.close('malformed');
    }
    this.#regulate();
  }

  /** The socket is read while all that came before has been taken, and somebody wants more. */
  #regulate(): void {
    const reads = this.#closing || (this.#open && !this.#resting && this.#delivery === undefined);
    if (reads === !this.#socket.isPaused() && this.#socket.readableFlowing !== null) return;
    if (reads) this.#socket.resume();
    else this.#socket.pause();
  }

  #drained(): void {
    this.#blocked = false;
    this.#settle();
    if (!this.#closing && !this.#closed) this.#up.writable();
  }

  #settle(): void {
    const waiters = this.#waiters;
    this.#waiters = undefined;
    for (const done of waiters ?? []) done();
  }

  #ended(): void {
    this.#closed = true;
    clearTimeout(this.#deadline);
    this.#settle();
    const delivery = this.#delivery;
    if (!delivery) return this.#tell();
    // What had been read before the end was said before it.
    this.#open = true;
    delivery.flow(true);
  }

  #tell(): void {
    this.#up.closed(this.#error ? 'transport error' : 'transport close', this.#error);
  }
}
