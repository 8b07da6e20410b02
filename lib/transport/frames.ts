/** Reads what a client sends over a WebSocket: bytes in, messages out. It knows no connection. */
import { Buffer } from 'node:buffer';
import type { Frame } from '../codec/codec.js';
import { CLOSE, type Control, type FrameEvents, type FrameLimits } from './frame-events.js';
import { closeFaultOf, type Fault, faults } from './frame-faults.js';
import {
  CONTINUATION,
  FINAL,
  headFaultOf,
  LENGTH,
  OPCODE,
  readLength,
  TEXT,
  TWO_BYTES,
} from './frame-head.js';
import { own, PartialMessage } from './partial-message.js';
import { mustWait } from './turn.js';
import { textOf, turned, unmask } from './unmask.js';

/** A frame of which some payload is missing. */
interface Begun {
  /** Where the payload goes. */
  readonly into: PartialMessage;
  /** A control frame stands between the frames of a message. */
  readonly control: Control | undefined;
  /** Bytes to come, and the key for them. */
  left: number;
  mask: number;
}

const NOTHING = Buffer.alloc(0);

export class FrameReader {
  readonly #limits: FrameLimits;
  readonly #up: FrameEvents;
  #state: 'reading' | 'resting' | 'stopped' | 'over' = 'reading';
  /** Whether `rested` is going to be called. */
  #isAwaited = false;
  /** Bytes that could not be used yet: a header that is not whole, or what came after the flow had been stopped. */
  #rest: Buffer | undefined;
  /** The other two are absent while nothing but whole messages come: most of the time for most clients. */
  #begun: Begun | undefined;
  #message: PartialMessage | undefined;

  constructor(limits: FrameLimits, up: FrameEvents) {
    this.#limits = limits;
    this.#up = up;
  }

  /** Whether more is wanted. */
  get flowing(): boolean {
    return this.#state === 'reading' || this.#state === 'over';
  }

  /** Whether something has come that waits for the flow to be opened, or for a later turn. */
  get holds(): boolean {
    return !this.flowing && (this.#rest !== undefined || this.#begun?.left === 0);
  }

  /** Bytes of what it holds: the message that comes next, or all that is left. */
  get held(): number {
    return this.#begun?.left === 0 ? this.#begun.into.announced : (this.#rest?.length ?? 0);
  }

  /** Whether what it holds waits for a later turn. */
  get resting(): boolean {
    return this.#state === 'resting';
  }

  /** While it is stopped, nothing is told upward. Opening it tells what has come meanwhile, unless it is stopped again. */
  flow(open: boolean): void {
    if (this.#state === 'over' || (open && this.#state === 'resting')) return;
    this.#state = open ? 'reading' : 'stopped';
    this.#goOn();
  }

  /** Others have had their turn. */
  rested(): void {
    this.#isAwaited = false;
    if (this.#state !== 'resting') return;
    this.#state = 'reading';
    this.#goOn();
  }

  #goOn(): void {
    if (this.#state === 'reading' && this.#begun?.left === 0) this.#conclude(this.#begun);
    if (this.#state === 'reading' && this.#rest) this.read(NOTHING);
  }

  /** Nothing more is read. */
  stop(): void {
    this.#state = 'over';
    this.#rest = undefined;
    this.#begun = undefined;
    this.#message = undefined;
  }

  /** @param chunk is unmasked in place, and may be kept in part by who gets the messages */
  read(chunk: Buffer): void {
    const bytes = this.#withRest(chunk);
    let at = 0;
    while (at < bytes.length && this.#state === 'reading') {
      const next = this.#begun ? this.#continue(this.#begun, bytes, at) : this.#begin(bytes, at);
      if (next === at) break;
      at = next;
    }
    if (at < bytes.length && this.#state !== 'over') this.#rest = own(bytes, at, bytes.length);
  }

  #withRest(chunk: Buffer): Buffer {
    const rest = this.#rest;
    this.#rest = undefined;
    if (!rest) return chunk;
    return chunk.length === 0 ? rest : Buffer.concat([rest, chunk]);
  }

  /** Whether a message of this length waits for a later turn. */
  #isLate(length: number): boolean {
    if (!mustWait(length)) return false;
    this.#state = 'resting';
    if (!this.#isAwaited) {
      this.#isAwaited = true;
      this.#up.tired(length);
    }
    return true;
  }

  /** @returns where the next step begins; unchanged while the header is not whole */
  #begin(bytes: Buffer, at: number): number {
    const there = bytes.length - at;
    if (there < 2) return at;
    const first = bytes[at] ?? 0;
    const second = bytes[at + 1] ?? 0;
    const fault = headFaultOf(first, second, this.#message !== undefined);
    if (fault) return this.#fail(fault, at);
    let length = second & LENGTH;
    let body = at + 6;
    if (length >= TWO_BYTES) {
      const extra = length === TWO_BYTES ? 2 : 8;
      if (there < 2 + extra) return at;
      length = extra === 2 ? bytes.readUInt16BE(at + 2) : readLength(bytes, at + 2);
      body += extra;
    }
    const opcode = first & OPCODE;
    if (opcode < CLOSE && !this.#mayAdd(length)) return this.#fail(faults.tooLarge, at);
    if (body > bytes.length) return at;
    const mask = bytes.readInt32LE(body - 4);
    const isFinal = (first & FINAL) !== 0;
    if (opcode >= CLOSE) return this.#beginControl(opcode as Control, bytes, body, length, mask);
    const end = body + length;
    if (isFinal && opcode !== CONTINUATION && end <= bytes.length) {
      if (this.#isLate(length)) return at;
      this.#tell(opcode === TEXT, bytes, body, end, mask);
      return end;
    }
    return this.#beginPart(opcode === TEXT, isFinal, body, length, mask);
  }

  #mayAdd(length: number): boolean {
    return (this.#message ? this.#message.announced : 0) + length <= this.#limits.maxBytes;
  }

  /** The usual case: a message in one frame, and all of it is here. */
  #tell(isText: boolean, bytes: Buffer, start: number, end: number, mask: number): void {
    const bits = unmask(bytes, start, end, mask);
    this.#say(isText ? textOf(bytes, start, end, bits) : own(bytes, start, end));
  }

  #say(message: Frame | undefined): void {
    if (message === undefined) this.#fail(faults.notUtf8, 0);
    else this.#up.message(message);
  }

  /** A frame of a message that has several, or that comes in several pieces. */
  #beginPart(isText: boolean, isFinal: boolean, body: number, length: number, mask: number): number {
    this.#message ??= new PartialMessage(isText);
    const message = this.#message;
    if (message.frames >= this.#limits.maxFragments) return this.#fail(faults.tooManyFragments, body);
    message.begin(length, isFinal);
    this.#begun = { into: message, control: undefined, left: length, mask };
    if (length === 0) this.#conclude(this.#begun);
    return body;
  }

  #beginControl(opcode: Control, bytes: Buffer, body: number, length: number, mask: number): number {
    const end = body + length;
    if (end <= bytes.length) {
      unmask(bytes, body, end, mask);
      this.#tellControl(opcode, bytes.subarray(body, end));
      return end;
    }
    const into = new PartialMessage(false);
    into.begin(length, true);
    this.#begun = { into, control: opcode, left: length, mask };
    return body;
  }

  #continue(begun: Begun, bytes: Buffer, at: number): number {
    const end = Math.min(bytes.length, at + begun.left);
    begun.into.add(bytes, at, end, begun.mask, this.#limits.maxBytes);
    begun.left -= end - at;
    begun.mask = turned(begun.mask, end - at);
    if (begun.left === 0) this.#conclude(begun);
    return end;
  }

  /** Ends a frame; the last one of a message may have to wait. */
  #conclude(begun: Begun): void {
    const { into, control } = begun;
    const isLast = control === undefined && into.isFinal;
    if (!isLast || !this.#isLate(into.announced)) this.#finish(begun);
  }

  #finish({ into, control }: Begun): void {
    this.#begun = undefined;
    if (control !== undefined) return this.#tellControl(control, into.bytes);
    if (!into.isFinal) return;
    this.#message = undefined;
    this.#say(into.finish());
  }

  #tellControl(opcode: Control, payload: Buffer): void {
    const fault = opcode === CLOSE ? closeFaultOf(payload) : undefined;
    if (fault) return void this.#fail(fault, 0);
    if (opcode === CLOSE) this.stop();
    this.#up.control(opcode, payload);
  }

  /** @returns where reading ends */
  #fail(fault: Fault, at: number): number {
    this.stop();
    this.#up.failed(fault);
    return at;
  }
}
