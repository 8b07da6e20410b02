/** What is wrong with a client's frames, and the close code that it gets for it. */
import { isUtf8 } from 'node:buffer';
import { maySend, NOT_UTF8, POLICY, PROTOCOL_ERROR, TOO_LARGE } from './close-codes.js';

export interface Fault {
  readonly code: number;
  /** For people: names the option that governs it, if there is one, and never contains the input. */
  readonly why: string;
}

export const faults = {
  reservedBit: { code: PROTOCOL_ERROR, why: 'a reserved bit of a frame is set' },
  opcode: { code: PROTOCOL_ERROR, why: 'a frame has a reserved opcode' },
  misplaced: { code: PROTOCOL_ERROR, why: 'a frame has an opcode that may not stand there' },
  unmasked: { code: PROTOCOL_ERROR, why: 'a frame is not masked' },
  nothingToContinue: { code: PROTOCOL_ERROR, why: 'a frame continues a message that has not begun' },
  notContinued: { code: PROTOCOL_ERROR, why: 'a message begins before the last one has ended' },
  fragmentedControl: { code: PROTOCOL_ERROR, why: 'a control frame is fragmented' },
  longControl: { code: PROTOCOL_ERROR, why: 'a control frame has more than 125 bytes' },
  controlLength: { code: PROTOCOL_ERROR, why: 'a control frame has a length that it may not have' },
  halfCloseCode: { code: PROTOCOL_ERROR, why: 'a close frame has half a code' },
  closeCode: { code: PROTOCOL_ERROR, why: 'a close frame has a code that nobody may send' },
  notUtf8: { code: NOT_UTF8, why: 'a text is not UTF-8' },
  notDeflated: { code: NOT_UTF8, why: 'a message is not compressed as agreed' },
  tooManyFragments: { code: POLICY, why: 'a message has more than maxFragments frames' },
  tooManyControls: { code: POLICY, why: 'more than maxControlFrames pings and pongs in a second' },
  tooLarge: { code: TOO_LARGE, why: 'a message has more than maxHttpBufferSize bytes' },
} as const satisfies Record<string, Fault>;

/** @param payload of a close frame: nothing, or a code of two bytes and a reason */
export function closeFaultOf(payload: Buffer): Fault | undefined {
  if (payload.length < 2) return undefined;
  if (!maySend(payload.readUInt16BE(0))) return faults.closeCode;
  return isUtf8(payload.subarray(2)) ? undefined : faults.notUtf8;
}
