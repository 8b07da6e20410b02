/** Frames over HTTP long-polling: a waiting GET carries them out, POST bodies bring them in. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Frame, PayloadFormat } from '../codec/codec.js';
import type { DisconnectReason } from '../errors.js';
import type { HttpCompression } from '../option-compression.js';
import { deliver, isLost, isQueued, unadorned, type Waiting } from './answer.js';
import { shrink } from './compression.js';
import { bare, type Envelope, type HeaderPairs, type Letter } from './envelope.js';
import { Intake, type IntakeEvents } from './intake.js';
import { FEW_FRAMES, LAST_ANSWER, MOST_BYTES, type PollGapEvents, type PollingLimits } from './poll-gap.js';
import { refuseBody, refusePoll } from './refused.js';
import { sealed } from './sealed.js';
import type { Batch, CloseManner, Transport, TransportEvents } from './transport.js';

export class PollingTransport implements Transport, IntakeEvents, PollGapEvents {
  readonly name: 'polling' | 'jsonp';
  readonly saysGoodbye = true;
  readonly #payload: PayloadFormat;
  readonly #limits: PollingLimits;
  /** A POST that is under way; between two there is none, and most clients are silent most of the time. */
  #intake: Intake | undefined;
  #open = true;
  readonly #compression: false | HttpCompression;
  #up: TransportEvents;
  #waiting: Waiting | undefined;
  /** Answered, and not yet handed to the operating system. */
  #leaving: { readonly res: ServerResponse; readonly batch: Batch } | undefined;
  /** Was leaving when its connection broke; goes with the next poll, before anything newer. */
  protected unsent: Batch | undefined;
  #closed = false;
  #told = false;
  /** A poll that is looked at a second time. */
  #early: ServerResponse | undefined;
  /** Whether its last answer may still be on the way. */
  #isLong = false;
  /** Bytes of the POSTs that are over. */
  #arrived = 0;
  #waiters: (() => void)[] | undefined;

  constructor(
    payload: PayloadFormat,
    limits: PollingLimits,
    up: TransportEvents,
    name: 'polling' | 'jsonp' = 'polling',
    compression: false | HttpCompression = false,
  ) {
    this.#compression = compression;
    this.name = name;
    this.#payload = payload;
    this.#limits = limits;
    this.#up = up;
  }

  get mostFrames(): number {
    return this.#limits.mostFrames ?? FEW_FRAMES;
  }

  get mostBytes(): number {
    return MOST_BYTES;
  }

  get writable(): boolean {
    return this.#waiting !== undefined && !this.#closed;
  }

  get buffered(): number {
    return (this.#leaving ? this.#leaving.batch.bytes : 0) + (this.unsent ? this.unsent.bytes : 0);
  }

  get settled(): boolean {
    return this.#intake === undefined;
  }

  get arrived(): number {
    return this.#arrived + (this.#intake?.bytes ?? 0);
  }

  get busy(): boolean {
    return this.#isLong || this.#intake !== undefined;
  }

  reportTo(up: TransportEvents): void {
    this.#up = up;
  }

  /**
   * A GET comes to wait; it is answered at once if something is due.
   * @param letterhead headers that its answer shall have
   */
  poll(res: ServerResponse, envelope: Envelope = bare, letterhead = unadorned): void {
    if (this.#closed || isQueued(res)) return refusePoll(res, 'BAD_REQUEST', this.#limits, letterhead);
    const poll = { res, envelope, letterhead };
    // The end of a cut poll may have come together with the poll that follows it, and so may, by TLS, the news that an
    // answer has left: look again when both have been read.
    const isEarly = this.#leaving?.res.writableEnded && this.#early !== res;
    this.#early = isEarly ? res : undefined;
    if (this.#waiting || isEarly) setImmediate(() => this.#pollAgain(poll));
    else this.#accept(poll);
  }

  /** A POST brings frames; it is answered when all of them have been taken. */
  post(req: IncomingMessage, res: ServerResponse, envelope: Envelope = bare, letterhead = unadorned): void {
    if (this.#closed) return refuseBody(req, res, 'BAD_REQUEST', this.#limits, letterhead);
    this.#intake ??= new Intake(this.#payload, this.#limits, this, this.#open);
    this.#intake.take(req, res, envelope, letterhead);
  }

  send(batch: Batch): void {
    if (!this.#waiting) return;
    const { res } = this.#waiting;
    const { socket } = res;
    if (!this.relieve(batch, { res, batch })) return;
    // The usual answer has left by now. Node says so, and `finish`, of one whose connection broke or ended, too.
    if (res.writableFinished && !isLost(res, socket)) return this.#left(res);
    res.prependListener('finish', () => isLost(res, socket) || this.#left(res));
  }

  /** Answers the GET that waits, by itself with something that need not arrive. @returns whether that is possible */
  protected relieve(batch: Batch, leaving = this.#leaving): boolean {
    if (!this.#waiting) return false;
    const { res, envelope, letterhead } = this.#waiting;
    // Before anything changes: the end is an answer to this very GET.
    const letter = sealed(envelope, batch, this.#payload.pack, this);
    if (!letter) return false;
    this.#waiting = undefined;
    this.#leaving = leaving;
    this.#isLong = this.#limits.gaps?.begin(this, letter.body.length) === true;
    const shrinking = shrink(res, batch, letter, envelope === bare, this.#compression);
    if (!shrinking) this.dispatch(res, letter, letterhead);
    // It counts as leaving all the while: a poll that is cut meanwhile loses nothing.
    else void shrinking.then((smaller) => this.dispatch(res, smaller, letterhead));
    return true;
  }

  /** An answer is ready. */
  protected dispatch(res: ServerResponse, letter: Letter, letterhead: HeaderPairs): void {
    deliver(res, letter, letterhead);
  }

  /** One more GET has come to wait. It would steal the first one's answer: it is refused. */
  protected overlap({ res, letterhead }: Waiting): void {
    refusePoll(res, 'OVERLAP', this.#limits, letterhead);
    this.failed('transport error', 'two polls at once');
  }

  protected lost(): void {
    this.#limits.gaps?.lost(this);
  }

  flow(open: boolean): void {
    this.#open = open;
    this.#intake?.flow(open);
  }

  drained(done: () => void): void {
    if (this.buffered === 0) return done();
    this.#waiters = [...(this.#waiters ?? []), done];
  }

  reclaim(): Batch | undefined {
    this.#reclaim();
    const unsent = this.unsent;
    this.unsent = undefined;
    this.#settle();
    return unsent;
  }

  close(manner: CloseManner, why?: string): void {
    if (manner === 'abort') this.#leaving?.res.destroy();
    if (this.#closed) return;
    this.#closed = true;
    this.#limits.gaps?.end(this);
    this.#waiting?.res.destroy();
    this.#waiting = undefined;
    this.unsent = undefined;
    this.#leaving?.res.setTimeout(LAST_ANSWER);
    this.#intake?.stop(manner === 'malformed', why);
    this.#settle();
  }

  /** @internal a frame of a POST */
  received(frame: Frame): void {
    this.#up.received(frame);
  }

  taken(): void {
    this.#arrived = this.arrived;
    this.#intake = undefined;
  }

  failed(reason: DisconnectReason, why: string): void {
    if (!this.#closed) this.#tell(reason, why);
  }

  #accept(poll: Waiting): void {
    this.#reclaim();
    this.#limits.gaps?.end(this);
    this.#isLong = false;
    this.#waiting = poll;
    poll.res.on('close', () => this.#responseClosed(poll.res));
    const unsent = this.unsent;
    this.unsent = undefined;
    if (unsent) this.send(unsent);
    else this.#up.writable();
  }

  #pollAgain(poll: Waiting): void {
    if (poll.res.destroyed) return;
    if (this.#waiting && !this.#closed) this.overlap(poll);
    else this.poll(poll.res, poll.envelope, poll.letterhead);
  }

  #responseClosed(res: ServerResponse): void {
    if (this.#closed) return this.#left(res);
    if (this.#leaving?.res !== res && this.#waiting?.res !== res) return;
    this.#waiting = undefined;
    this.#reclaim();
    this.lost();
  }

  #left(res: ServerResponse): void {
    if (this.#leaving?.res !== res) return;
    this.#leaving = undefined;
    this.#settle();
  }

  /** A client that polls again has not received what is still leaving. */
  #reclaim(): void {
    const leaving = this.#leaving;
    if (!leaving) return;
    this.#leaving = undefined;
    this.unsent = leaving.batch;
    leaving.res.destroy();
  }

  /** Nothing is on its way any more: whoever waits for that hears of it. */
  #settle(): void {
    if (this.buffered > 0) return;
    if (this.#closed) this.#tell('transport close');
    const waiters = this.#waiters;
    this.#waiters = undefined;
    for (const done of waiters ?? []) done();
  }

  #tell(reason: DisconnectReason, why?: string): void {
    if (this.#told) return;
    this.#told = true;
    this.#up.closed(reason, why);
  }
}
