/** The body of one POST: bounded in bytes and time, or as a body parser in front of us has left it. */
import { Buffer, constants, isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import process from 'node:process';
import type { Frame } from '../codec/codec.js';
import { Deadline } from '../deadline.js';
import type { RefusalCode, SocketioError } from '../errors.js';
import type { Options } from '../options.js';
import { headerOf } from './header.js';

/** Bytes of one body, and milliseconds for one of that size to arrive. */
export interface BodyLimits extends Pick<Options, 'maxHttpBufferSize' | 'bodyTimeout'> {
  /** Hears of each request that was refused for its body. */
  refused?(error: SocketioError, req: IncomingMessage): void;
}

/** `aborted`: the client went away. `too slow`: over the time. `stopped`: nobody wants it any more. */
export type BodyFault = 'aborted' | 'too slow' | 'too large' | 'not UTF-8' | 'stopped';

const refusals: Readonly<Record<BodyFault, RefusalCode>> = {
  aborted: 'BODY_BROKEN_OFF',
  'too slow': 'BODY_TIMEOUT',
  'too large': 'PAYLOAD_TOO_LARGE',
  'not UTF-8': 'MALFORMED_BODY',
  stopped: 'SESSION_UNKNOWN',
};

/** A fault as it is told. */
export function codeFor(fault: BodyFault): RefusalCode {
  return refusals[fault];
}

type Done = (fault: BodyFault | undefined, body: Buffer) => void;

/** Whether the client says that its body is binary; with any parameter it is text, as Engine.IO reads it. */
export function isBinary(req: IncomingMessage): boolean {
  return headerOf(req, 'content-type') === 'application/octet-stream';
}

/** What stands in a body: text, or bytes if the client said so; `undefined` if it is neither. */
export function contentOf(body: Buffer, binary: boolean): Frame | undefined {
  if (binary) return body;
  return isUtf8(body) ? body.toString() : undefined;
}

/** A body on its way in. */
export interface Reader {
  /** How many have come. */
  readonly bytes: number;
  /** Nobody wants it any more. */
  stop(): void;
}

/** Calls back once. What has come is not looked at yet: a large body may wait for its turn. */
export function readBody(req: IncomingMessage, limits: BodyLimits, done: Done): Reader {
  const announced = Number(headerOf(req, 'content-length'));
  // Whoever read it before us may have left it in `body`; waiting for it would be waiting for ever.
  if (req.readableEnded) finish(bytesOf((req as { body?: unknown }).body), limits, done);
  else if (req.destroyed) done('aborted', empty);
  else if (announced > limits.maxHttpBufferSize) done('too large', empty);
  else {
    const reading = new Reading(req, limits, done);
    process.nextTick(begin, reading, announced);
    return reading;
  }
  return nothing;
}

function begin(reading: Reading, announced: number): void {
  reading.begin(announced);
}

const nothing: Reader = { bytes: 0, stop(): void {} };

function finish(bytes: Buffer, limits: BodyLimits, done: Done): void {
  const isLarge = bytes.length > limits.maxHttpBufferSize || bytes.length > constants.MAX_STRING_LENGTH;
  if (isLarge) done('too large', empty);
  else done(undefined, bytes);
}

/** What `express.text()`, `.raw()`, `.urlencoded()` and the like have made of the body, as bytes again. */
function bytesOf(parsed: unknown): Buffer {
  if (Buffer.isBuffer(parsed)) return parsed;
  if (typeof parsed === 'object' && parsed !== null) return Buffer.from(formOf(parsed));
  return Buffer.from(typeof parsed === 'string' ? parsed : '');
}

/** Fields of a form that are no text are nobody's here. */
function formOf(fields: object): string {
  const texts = Object.entries(fields).filter(([, value]) => typeof value === 'string');
  return new URLSearchParams(texts).toString();
}

const empty = Buffer.alloc(0);
/** How much more room is made than is used at the time. */
const GROWTH = 2;

/** Of the largest size, where the whole time has been earned: a small body over a narrow line needs it, too. */
const ENOUGH = 1 / 4;

/**
 * Milliseconds for a body of which so much has come: a third of the whole time for anything, and of the rest the share
 * that has come of what is enough. Whoever sends steadily may take the whole time; a few bytes may not be stretched.
 */
function earned(bytes: number, { maxHttpBufferSize, bodyTimeout }: BodyLimits): number {
  const share = Math.min(1, bytes / (ENOUGH * maxHttpBufferSize));
  return (bodyTimeout / 3) * (1 + 2 * share);
}

/** One body on its way in. */
class Reading implements Reader {
  readonly #req: IncomingMessage;
  readonly #limits: BodyLimits;
  readonly #done: Done;
  #begun = 0;
  #deadline: Deadline | undefined;
  /** What has come. Most bodies come in one piece; others are copied together, since each piece may be a single byte. */
  #kept: Buffer | undefined;
  #bytes = 0;
  #over = false;

  constructor(req: IncomingMessage, limits: BodyLimits, done: Done) {
    this.#req = req;
    this.#limits = limits;
    this.#done = done;
  }

  /**
   * Most bodies come in one piece with their headers, and lie there when these have been dealt with: to take one then
   * needs no listeners and no deadline.
   * @param announced bytes; not a number if nothing has been announced
   */
  begin(announced: number): void {
    if (this.#over) return;
    const req = this.#req;
    const isThere = req.readableLength === announced && req.readableEncoding === null;
    if (!isThere || req.readableFlowing !== null || req.destroyed) return this.#await();
    const body = (req.read() as Buffer | null) ?? empty;
    // Its end shall be seen, too: Node lets go of a request only then.
    req.resume();
    this.#over = true;
    finish(body, this.#limits, this.#done);
  }

  get bytes(): number {
    return this.#bytes;
  }

  stop(): void {
    this.#end('stopped');
  }

  #await(): void {
    const req = this.#req;
    this.#begun = performance.now();
    this.#deadline = this.#judgeIn(earned(0, this.#limits));
    // Somebody before us may have asked for text.
    req.on('data', (chunk: Buffer | string) =>
      this.#add(typeof chunk === 'string' ? Buffer.from(chunk, req.readableEncoding ?? 'utf8') : chunk),
    );
    req.on('end', () => this.#end());
    req.on('close', () => this.#end('aborted'));
    req.on('error', () => this.#end('aborted'));
  }

  #add(chunk: Buffer): void {
    if (this.#over) return;
    const from = this.#bytes;
    this.#bytes += chunk.length;
    if (this.#bytes > this.#limits.maxHttpBufferSize) this.#end('too large');
    else if (this.#kept) this.#kept = this.#joined(this.#kept, chunk, from);
    else this.#kept = chunk;
  }

  /** @param from bytes of `kept` that are in use */
  #joined(kept: Buffer, chunk: Buffer, from: number): Buffer {
    let room = kept;
    if (this.#bytes > kept.length) {
      room = Buffer.allocUnsafeSlow(Math.min(this.#limits.maxHttpBufferSize, GROWTH * this.#bytes));
      kept.copy(room, 0, 0, from);
    }
    chunk.copy(room, from);
    return room;
  }

  #judgeIn(ms: number): Deadline {
    return new Deadline(Math.ceil(ms), () => this.#judge());
  }

  /** Time is up, unless so much has come meanwhile that there is more of it. */
  #judge(): void {
    // The time in which we did not read is ours.
    this.#begun += this.#deadline?.late ?? 0;
    const left = this.#begun + earned(this.#bytes, this.#limits) - performance.now();
    if (left > 0) this.#deadline = this.#judgeIn(left);
    else this.#end('too slow');
  }

  #end(fault?: BodyFault): void {
    if (this.#over) return;
    this.#over = true;
    this.#deadline?.stop();
    const bytes = this.#kept?.subarray(0, this.#bytes) ?? empty;
    this.#kept = undefined;
    if (!fault) return finish(bytes, this.#limits, this.#done);
    this.#req.pause();
    this.#done(fault, empty);
  }
}
