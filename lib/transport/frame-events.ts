/** What a reader of WebSocket frames tells, and what it allows. */
import type { Frame } from '../codec/codec.js';
import type { Fault } from './frame-faults.js';

export const CLOSE = 0x8;
export const PING = 0x9;
export const PONG = 0xa;

export type Control = typeof CLOSE | typeof PING | typeof PONG;

/** Upward, to whoever owns the connection. */
export interface FrameEvents {
  /** A whole message; bytes are the hearer's to keep. */
  message(frame: Frame): void;
  /** After a close frame nothing more is read. @param payload valid during the call only */
  control(opcode: Control, payload: Buffer): void;
  /** Nothing more is read. */
  failed(fault: Fault): void;
  /** Others shall have their turn: nothing is read before `rested` is called in a later one. @param length of what waits */
  tired(length: number): void;
}

export interface FrameLimits {
  /** Most bytes of one message. */
  readonly maxBytes: number;
  /** Most data frames of one message. */
  readonly maxFragments: number;
}
