/** The POSTs of a revision-1 client: each answered with `1`, all of them delivered in the order of their arrival. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Frame, PayloadFormat } from '../codec/codec.js';
import { answer, answerEarly } from './answer.js';
import { type BodyLimits, codeFor, contentOf, isBinary, readBody } from './body.js';
import { Delivery } from './delivery.js';
import type { Envelope } from './envelope.js';
import { refuseBody } from './refused.js';
import { mustWaitWhole, waitForTurnWhole } from './turn.js';

/** POSTs of one client under way at once; the clients send one, and a heartbeat or goodbye beside it. */
const MOST_POSTS = 8;

/** One that has come, and is taken apart when its turn is there: the parts of a body take more room than the whole. */
interface Post {
  readonly res: ServerResponse;
  readonly envelope: Envelope;
  readonly body: Buffer;
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

export class Posts {
  readonly #payload: PayloadFormat;
  readonly #limits: BodyLimits;
  readonly #received: (frame: Frame) => void;
  readonly #arrived: Post[] = [];
  /** Ends the reading of bodies that are still coming. */
  readonly #readings = new Set<{ stop: () => void }>();
  #delivery: Delivery | undefined;
  /** The first of those that have arrived waits for a turn in which there is time to take it apart. */
  #waiting = false;
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
      // A body over the limit, or one that never came, leaves the session usable.
      if (fault) return refuseBody(req, res, codeFor(fault), this.#limits);
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
    this.#goOn();
  }

  /** Also those whose clients have hung up: they are kept until somebody has taken them. */
  get #underWay(): number {
    return this.#readings.size + this.#arrived.length + (this.#delivery ? 1 : 0);
  }

  #deliver(): void {
    const [post] = this.#arrived;
    if (!post || this.#delivery || this.#waiting) return;
    if (this.#over || !mustWaitWhole(post.body.length)) return this.#takeApart(post);
    this.#waiting = true;
    waitForTurnWhole(() => this.#goOn());
  }

  #goOn(): void {
    const [post] = this.#arrived;
    // It may have been called earlier, when the end had come.
    if (!post || !this.#waiting) return;
    this.#waiting = false;
    this.#takeApart(post);
  }

  #takeApart(post: Post): void {
    this.#arrived.shift();
    this.#delivery = new Delivery(this.#over ? [] : this.#framesOf(post), {
      frame: this.#received,
      done: () => this.#delivered(post.res),
    });
    this.#delivery.flow(this.#open || this.#over);
  }

  /** What cannot be read is thanked for like all else. */
  #framesOf({ res, envelope, body }: Post): readonly Frame[] {
    const content = contentOf(body, isBinary(res.req));
    const payload = content === undefined ? undefined : envelope.open(content);
    return payload === undefined ? [] : this.#payload.unpack(payload).frames;
  }

  #delivered(res: ServerResponse): void {
    this.#delivery = undefined;
    thank(res.req, res);
    this.#deliver();
  }
}
