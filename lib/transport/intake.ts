/** The POSTs of a polling client: one at a time, each answered when all its frames have been taken. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Frame, Malformed, PayloadFormat } from '../codec/codec.js';
import { type RefusalCode, SocketioError } from '../errors.js';
import { answer, cutShort } from './answer.js';
import { type BodyFault, type BodyLimits, isBinary, readBody, refusalFor } from './body.js';
import { Delivery } from './delivery.js';
import type { Envelope } from './envelope.js';

export interface IntakeEvents {
  received(frame: Frame): void;
  /** The client has broken the rules, or its request broke off. */
  failed(reason: 'transport error' | 'parse error', why: string): void;
}

export class Intake {
  readonly #payload: PayloadFormat;
  readonly #limits: BodyLimits;
  readonly #up: IntakeEvents;
  /** The POST that is under way. */
  #post: { readonly req: IncomingMessage; readonly res: ServerResponse } | undefined;
  #stopReading: (() => void) | undefined;
  #delivery: Delivery | undefined;
  #open = true;
  #over = false;

  constructor(payload: PayloadFormat, limits: BodyLimits, up: IntakeEvents) {
    this.#payload = payload;
    this.#limits = limits;
    this.#up = up;
  }

  /** Whether something that the client has sent has not been taken yet. */
  get busy(): boolean {
    return this.#post !== undefined;
  }

  take(req: IncomingMessage, res: ServerResponse, envelope: Envelope): void {
    if (this.#over) return cutShort(req, res, new SocketioError('SESSION_UNKNOWN'));
    if (this.#post) return this.#refuse(req, res, 'OVERLAP', 'two posts at once');
    if (isBinary(req) && !this.#payload.binary)
      return this.#refuse(req, res, 'MALFORMED_BODY', 'binary body');
    this.#post = { req, res };
    const stop = readBody(req, this.#limits, (fault, body) => this.#arrived(fault, body, envelope));
    if (this.#post && !this.#delivery) this.#stopReading = stop;
  }

  /** Stops or resumes handing frames up; the client gets its answer late. */
  flow(open: boolean): void {
    this.#open = open;
    this.#delivery?.flow(open);
  }

  /** Nothing more is taken. @param bad whether the client is told that its input was */
  stop(bad: boolean): void {
    this.#over = true;
    this.#stopReading?.();
    this.#delivery?.stop(bad);
  }

  #arrived(fault: BodyFault | undefined, body: Frame, envelope: Envelope): void {
    this.#stopReading = undefined;
    if (fault) return this.#fault(fault);
    const payload = envelope.open(body);
    const { frames, fault: malformed } = payload === undefined ? nothing : this.#payload.unpack(payload);
    const delivery = new Delivery(frames, {
      frame: (frame) => this.#up.received(frame),
      done: (bad) => this.#delivered(bad, malformed),
    });
    this.#delivery = delivery;
    delivery.flow(this.#open);
  }

  #delivered(bad: boolean, malformed: Malformed | undefined): void {
    const faulty = malformed !== undefined && !this.#over;
    this.#answer(bad || faulty);
    if (faulty) this.#up.failed('parse error', malformed.why);
  }

  #answer(bad: boolean): void {
    const post = this.#post;
    this.#post = undefined;
    this.#delivery = undefined;
    if (!post) return;
    if (bad) answer(post.res, 400, '{"code":3,"message":"Bad request"}', 'application/json');
    else answer(post.res, 200, 'ok');
  }

  /** A body over the limit leaves the session usable; any other fault does not. */
  #fault(fault: BodyFault): void {
    const post = this.#post;
    const refusal = refusalFor(fault);
    if (post && fault !== 'stopped') this.#limits.refused?.(refusal, post.req);
    if (fault === 'not UTF-8') {
      this.#answer(true);
      return this.#up.failed('parse error', fault);
    }
    this.#post = undefined;
    if (post) cutShort(post.req, post.res, refusal);
    if (fault === 'aborted') this.#up.failed('transport error', 'data request broke off');
    if (fault === 'too slow') this.#up.failed('transport error', refusal.message);
  }

  #refuse(req: IncomingMessage, res: ServerResponse, code: RefusalCode, why: string): void {
    const refusal = new SocketioError(code);
    this.#limits.refused?.(refusal, req);
    cutShort(req, res, refusal);
    this.#up.failed('transport error', why);
  }
}

/** What a body without a payload brings. */
const nothing: ReturnType<PayloadFormat['unpack']> = { frames: [] };
