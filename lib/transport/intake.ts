/** The POST of a polling client, one at a time: answered when all its frames have been taken. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Frame, Malformed, PayloadFormat } from '../codec/codec.js';
import { type RefusalCode, SocketioError } from '../errors.js';
import { cutShort, deliver, refusePost, unadorned } from './answer.js';
import {
  type BodyFault,
  type BodyLimits,
  codeFor,
  contentOf,
  isBinary,
  type Reader,
  readBody,
} from './body.js';
import { Delivery, type DeliveryEvents } from './delivery.js';
import type { Envelope, HeaderPairs, Letter } from './envelope.js';
import { refuseBody } from './refused.js';
import { mustWait, mustWaitWhole, waitForTurnWhole } from './turn.js';

export interface IntakeEvents {
  received(frame: Frame): void;
  /** The client has broken the rules, or its request broke off. */
  failed(reason: 'transport error' | 'parse error', why: string): void;
  /** The POST is over; the next one may come. */
  taken(): void;
}

interface Post {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly envelope: Envelope;
  readonly letterhead: HeaderPairs;
  /** Whether the client says that its body is. */
  readonly binary: boolean;
}

export class Intake implements DeliveryEvents {
  readonly #payload: PayloadFormat;
  readonly #limits: BodyLimits;
  readonly #up: IntakeEvents;
  /** The POST that is under way. */
  #post: Post | undefined;
  #reader: Reader | undefined;
  #bytes = 0;
  /** The body has come, and waits for a turn in which there is time to take it apart. */
  #waiting = false;
  #delivery: Delivery | undefined;
  /** What has not been taken apart yet. */
  #rest: { readonly payload: Frame; readonly next: number } | undefined;
  /** What is wrong with the body behind the frames. */
  #malformed: Malformed | undefined;
  #open: boolean;
  #over = false;
  #why: string | undefined;

  /** @param open whether frames are handed up at once */
  constructor(payload: PayloadFormat, limits: BodyLimits, up: IntakeEvents, open: boolean) {
    this.#payload = payload;
    this.#limits = limits;
    this.#up = up;
    this.#open = open;
  }

  /** How many have come of the body. */
  get bytes(): number {
    return this.#reader?.bytes ?? this.#bytes;
  }

  /** @param letterhead headers that the answer shall have */
  take(req: IncomingMessage, res: ServerResponse, envelope: Envelope, letterhead = unadorned): void {
    const post = { req, res, envelope, letterhead, binary: isBinary(req) };
    if (this.#post) return this.#refuse(post, 'OVERLAP', 'two posts at once');
    if (post.binary && !this.#payload.binary) return this.#refuse(post, 'MALFORMED_BODY', 'binary body');
    this.#post = post;
    const reader = readBody(req, this.#limits, (fault, body) => this.#arrived(fault, body));
    if (this.#post && !this.#delivery && !this.#waiting) this.#reader = reader;
  }

  /** Stops or resumes handing frames up; the client gets its answer late. */
  flow(open: boolean): void {
    this.#open = open;
    this.#delivery?.flow(open);
  }

  /** Nothing more is taken. @param bad whether the client is told that its input was @param why and what of it */
  stop(bad: boolean, why?: string): void {
    this.#over = true;
    this.#why = why;
    if (this.#reader) this.#reader.stop();
    else if (this.#delivery) this.#delivery.stop(bad);
    else if (this.#post) this.done(bad);
  }

  #arrived(fault: BodyFault | undefined, body: Buffer): void {
    this.#bytes = this.#reader?.bytes || body.length;
    this.#reader = undefined;
    if (fault) return this.#fault(fault);
    if (!mustWaitWhole(body.length)) return this.#takeApart(body);
    this.#waiting = true;
    waitForTurnWhole(() => {
      this.#waiting = false;
      if (!this.#over) this.#takeApart(body);
    });
  }

  #takeApart(body: Buffer): void {
    const { envelope, binary = false } = this.#post ?? {};
    const content = contentOf(body, binary);
    if (content === undefined) return this.#fault('not UTF-8');
    const frames = this.#unpacked(envelope?.open(content), 0);
    const [only = ''] = frames;
    const isLone = frames.length === 1 && !this.#rest && this.#open && !mustWait(only.length);
    if (isLone) this.#up.received(only);
    // Its hearer may have ended the connection, and that has answered.
    if (!this.#post) return;
    if (isLone && this.#open) return this.done(false);
    const delivery = new Delivery(isLone ? [] : frames, this);
    this.#delivery = delivery;
    delivery.flow(this.#open);
  }

  #unpacked(payload: Frame | undefined, from: number): readonly Frame[] {
    if (payload === undefined) return [];
    const format = this.#payload;
    const { frames, fault, next } = format.unpackSome?.(payload, from) ?? format.unpack(payload);
    this.#malformed = fault;
    if (next !== undefined) this.#rest = { payload, next };
    return frames;
  }

  /** @internal */
  more(): readonly Frame[] | undefined {
    const rest = this.#rest;
    this.#rest = undefined;
    return rest && this.#unpacked(rest.payload, rest.next);
  }

  /** @internal one of the frames */
  frame(frame: Frame): void {
    this.#up.received(frame);
  }

  /** @internal */
  done(bad: boolean): void {
    const malformed = this.#malformed;
    const faulty = malformed !== undefined && !this.#over;
    if (bad || faulty) this.#tell(new SocketioError(faulty ? 'MALFORMED_BODY' : 'BAD_REQUEST'));
    this.#answer(bad || faulty);
    if (faulty) this.#up.failed('parse error', malformed.why);
  }

  #answer(bad: boolean): void {
    const post = this.#ended();
    this.#delivery = undefined;
    if (!post) return;
    const { res, letterhead } = post;
    if (bad) refusePost(res, letterhead, this.#why);
    else deliver(res, thanks, letterhead);
  }

  /** A body over the limit leaves the session usable; any other fault does not. */
  #fault(fault: BodyFault): void {
    const refusal = new SocketioError(codeFor(fault));
    this.#tell(refusal);
    if (fault === 'not UTF-8') {
      this.#answer(true);
      return this.#up.failed('parse error', fault);
    }
    const post = this.#ended();
    if (post) cutShort(post.req, post.res, refusal, post.letterhead);
    if (fault === 'aborted') this.#up.failed('transport error', 'data request broke off');
    // The option has been named in the refusal; what is named twice would count twice.
    if (fault === 'too slow') this.#up.failed('transport error', 'a data request took too long');
  }

  /** In words of the rule alone: where a bound was passed, its option is told with the end of the session. */
  #tell(refusal: SocketioError): void {
    if (this.#post) this.#limits.refused?.(refusal, this.#post.req);
  }

  #ended(): Post | undefined {
    const post = this.#post;
    this.#post = undefined;
    this.#rest = undefined;
    this.#up.taken();
    return post;
  }

  #refuse({ req, res, letterhead }: Post, code: RefusalCode, why: string): void {
    refuseBody(req, res, code, this.#limits, letterhead);
    this.#up.failed('transport error', why);
  }
}

/** The answer to a POST whose frames have been taken. */
const thanks: Letter = { body: 'ok', headers: ['Content-Type', 'text/html'] };
