/** The POSTs of a revision-1 client: each answered with `1`, all of them delivered in the order of their arrival. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Frame, PayloadFormat } from '../codec/codec.js';
import { answer, answerEarly } from './answer.js';
import { type BodyFault, type BodyLimits, codeFor, readBody } from './body.js';
import { Delivery } from './delivery.js';
import type { Envelope } from './envelope.js';
import { refuseBody } from './refused.js';

/** POSTs of one client under way at once; the clients send one, and a heartbeat or goodbye beside it. */
const MOST_POSTS = 8;

/** One that has come, and is taken apart when its turn is there: the parts of a body take more room than the whole. */
interface Post {
  readonly res: ServerResponse;
  readonly envelope: Envelope;
  readonly body: Frame;
}

const type = 'text/plain; charset=UTF-8';

/** The answer to every POST, whatever was in it: anything else ends the client's session. */
export function thank(req: IncomingMessage, res: ServerResponse): void {
  spare(req, res);
  answer(res, 200, '1', type);
}

/** Thanks for a body that nobody wants, without waiting for it. */
export function declinePost(req: IncomingMessage, res: ServerResponse): void {
  spare(req, res);
  answerEarly(req, res, 200, '1', type);
}

/** The filters of that time took an answer that repeats a part of the request for an attack. */
function spare(req: IncomingMessage, res: ServerResponse): void {
  if (!res.headersSent && req.headers.origin !== undefined) res.setHeader('X-XSS-Protection', '0');
}

/** A body over the limit, or one that never came, leaves the session usable. */
function refuse(req: IncomingMessage, res: ServerResponse, fault: BodyFault, limits: BodyLimits): void {
  if (fault === 'not UTF-8') thank(req, res);
  else refuseBody(req, res, codeFor(fault), limits);
}

export class Posts {
  readonly #payload: PayloadFormat;
  readonly #limits: BodyLimits;
  readonly #received: (frame: Frame) => void;
  readonly #arrived: Post[] = [];
  /** Ends the reading of bodies that are still coming. */
  readonly #readings = new Set<{ stop: () => void }>();
  #delivery: Delivery | undefined;
  #open = true;
  #over = false;

  /** @param received takes each frame */
  constructor(payload: PayloadFormat, limits: BodyLimits, received: (frame: Frame) => void) {
    this.#payload = payload;
    this.#limits = limits;
    this.#received = received;
  }

  take(req: IncomingMessage, res: ServerResponse, envelope: Envelope): void {
    if (this.#over) return declinePost(req, res);
    if (this.#underWay >= MOST_POSTS) return refuseBody(req, res, 'TOO_MANY_POSTS', this.#limits);
    const reading: { stop: () => void } = { stop: () => {} };
    this.#readings.add(reading);
    const reader = readBody(req, this.#limits, (fault, body) => {
      this.#readings.delete(reading);
      if (fault) return refuse(req, res, fault, this.#limits);
      this.#arrived.push({ res, envelope, body });
      this.#deliver();
    });
    reading.stop = () => reader.stop();
  }

  /** Stops or resumes handing frames up; the client gets its answer late, and sends nothing more before it. */
  flow(open: boolean): void {
    this.#open = open;
    this.#delivery?.flow(open);
  }

  /** Nothing more is taken. */
  stop(): void {
    this.#over = true;
    for (const { stop } of this.#readings) stop();
    this.#delivery?.stop(false);
  }

  /** Also those whose clients have hung up: they are kept until somebody has taken them. */
  get #underWay(): number {
    return this.#readings.size + this.#arrived.length + (this.#delivery ? 1 : 0);
  }

  #deliver(): void {
    if (this.#delivery) return;
    const post = this.#arrived.shift();
    if (!post) return;
    this.#delivery = new Delivery(this.#over ? [] : this.#framesOf(post), {
      frame: this.#received,
      done: () => this.#delivered(post.res),
    });
    this.#delivery.flow(this.#open || this.#over);
  }

  #framesOf({ envelope, body }: Post): readonly Frame[] {
    const payload = envelope.open(body);
    return payload === undefined ? [] : this.#payload.unpack(payload).frames;
  }

  #delivered(res: ServerResponse): void {
    this.#delivery = undefined;
    thank(res.req, res);
    this.#deliver();
  }
}
