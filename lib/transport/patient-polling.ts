/**
 * Long-polling as revision 1 knows it: a poll that breaks or is overtaken is nothing to speak of, the next one counts.
 *
 * These clients give no receipt, so what has arrived is seen by the connection alone. An answer does not leave in the
 * tick in which it is ready: a client that has hung up is heard of first. And it stays in doubt until the client polls
 * again: a connection that is reset meanwhile had something unread on it, and that goes with the next poll. Some proxies
 * reset each connection behind its answer, to save ports; the first one shows whether resets mean anything here.
 */
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { PayloadFormat } from '../codec/codec.js';
import type { HttpCompression } from '../option-compression.js';
import { deliver, isLost, unadorned, type Waiting } from './answer.js';
import type { BodyLimits } from './body.js';
import { bare, type Envelope, type HeaderPairs, type Letter } from './envelope.js';
import { PollingTransport } from './polling.js';
import type { Batch, CloseManner, TransportEvents } from './transport.js';

/** An answer that has been handed to the operating system, and its connection. */
interface Doubt {
  readonly socket: Socket;
  readonly batch: Batch;
}

/** It carries answers only: the POSTs of such a client belong to its session, whichever transport they name. */
export class PatientPolling extends PollingTransport {
  readonly #noop: Batch;
  /** What the answer that is being made carries. */
  #sending: Batch | undefined;
  #doubt: Doubt | undefined;
  /** Whether a reset tells that something is lost; `undefined`: no answer has shown it yet. */
  #resetsTell: boolean | undefined;
  readonly #ended = (reset: boolean): void => {
    const doubt = this.#doubt;
    this.#doubt = undefined;
    if (doubt && reset && this.#resetsTell) this.unsent = doubt.batch;
    this.#resetsTell ??= !reset;
  };

  /** @param noop what a poll is answered with when there is nothing to say */
  constructor(
    payload: PayloadFormat,
    limits: BodyLimits,
    up: TransportEvents,
    name: PollingTransport['name'],
    noop: Batch,
    compression: false | HttpCompression = false,
  ) {
    super(payload, limits, up, name, compression);
    this.#noop = noop;
  }

  /** These clients take a payload of any number of packets. */
  override get mostFrames(): number {
    return Number.POSITIVE_INFINITY;
  }

  override poll(res: ServerResponse, envelope: Envelope = bare, letterhead = unadorned): void {
    const { socket } = this.#doubt ?? {};
    // The end of the other connection may have come together with this poll: look again when both have been read.
    if (socket && socket !== res.socket) setImmediate(() => this.#pollBehind(res, envelope, letterhead));
    else this.#pollNow(res, envelope, letterhead);
  }

  /** Ends the poll that waits, if one does. */
  release(): void {
    this.relieve(this.#noop);
  }

  override close(manner: CloseManner, why?: string): void {
    this.#believe();
    super.close(manner, why);
  }

  /** The newer poll takes over; the older one is answered, since browsers allow few connections. */
  protected override overlap({ res, envelope, letterhead }: Waiting): void {
    this.release();
    this.poll(res, envelope, letterhead);
  }

  /** Whether the client comes again is for the session to judge. */
  protected override lost(): void {}

  override send(batch: Batch): void {
    if (!this.writable) return;
    this.#sending = batch;
    super.send(batch);
  }

  protected override dispatch(res: ServerResponse, letter: Letter, letterhead: HeaderPairs): void {
    // Compressing took longer than the client waited: what it carries goes with a later poll already.
    if (res.destroyed) return;
    const batch = this.#sending;
    this.#sending = undefined;
    if (batch && res.req.httpVersionMajor === 1) this.#follow(res, batch);
    // A request that has just been read may have an end behind it, which is read in the next turn.
    setImmediate(later, res, letter, letterhead);
  }

  /** Once the answer is with the operating system, the end of its connection tells what has become of it. */
  #follow(res: ServerResponse, batch: Batch): void {
    const { socket } = res;
    if (!socket) return;
    // Node would let go of a connection that the client does not want to keep, and then nothing is seen of it.
    const ends = !res.shouldKeepAlive && !res.hasHeader('Connection');
    if (ends) res.setHeader('Connection', 'keep-alive');
    res.on('finish', () => {
      if (isLost(res, socket)) return;
      this.#believe();
      this.#doubt = { socket, batch };
      socket.once('close', this.#ended);
      // By TLS the client may have ended it already.
      if (!socket.writable) return;
      // The client may have hung up in this very turn: an answer to nobody makes the next write fail.
      socket.write('');
      if (ends) socket.end();
    });
  }

  #pollBehind(res: ServerResponse, envelope: Envelope, letterhead: HeaderPairs): void {
    if (!res.destroyed) this.#pollNow(res, envelope, letterhead);
  }

  #pollNow(res: ServerResponse, envelope: Envelope, letterhead: HeaderPairs): void {
    this.#believe();
    super.poll(res, envelope, letterhead);
  }

  /** The latest answer has arrived: nobody polls before that. */
  #believe(): void {
    if (!this.#doubt) return;
    this.#doubt.socket.off('close', this.#ended);
    this.#doubt = undefined;
    this.#resetsTell ??= true;
  }
}

function later(res: ServerResponse, letter: Letter, letterhead: HeaderPairs): void {
  setImmediate(deliver, res, letter, letterhead);
}
