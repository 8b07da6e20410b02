/** The first bytes of a WebSocket frame, and what they show to be wrong. */
import { CLOSE, PONG } from './frame-events.js';
import { type Fault, faults } from './frame-faults.js';

// frame   = first second [length] key payload        ; RFC 6455, section 5.2
// first   = FIN(1 bit) RSV(3) opcode(4)
// second  = MASK(1) 0-125, or 126: two bytes of length follow, or 127: eight
// message = data frame without FIN, continuations, one with FIN; control frames may stand between them

export const FINAL = 0x80;
export const OPCODE = 0x0f;
export const LENGTH = 0x7f;
export const TWO_BYTES = 126;

export const CONTINUATION = 0x0;
export const TEXT = 0x1;

const BINARY = 0x2;
const RESERVED = 0x70;
const MASKED = 0x80;
/** Most bytes of a control frame's payload. @see RFC 6455, section 5.5 */
const LONGEST_CONTROL = 125;

/** What the first two bytes show. @param isOpen whether a message has begun that has not ended */
export function headFaultOf(first: number, second: number, isOpen: boolean): Fault | undefined {
  if ((first & RESERVED) !== 0) return faults.reservedBit;
  const opcode = first & OPCODE;
  if (opcode > PONG || (opcode > BINARY && opcode < CLOSE)) return faults.opcode;
  if (opcode >= CLOSE) {
    if ((first & FINAL) === 0) return faults.fragmentedControl;
    if ((second & LENGTH) > LONGEST_CONTROL) return faults.longControl;
    if (opcode === CLOSE && (second & LENGTH) === 1) return faults.halfCloseCode;
  } else if ((opcode === CONTINUATION) !== isOpen) {
    return isOpen ? faults.notContinued : faults.nothingToContinue;
  }
  return (second & MASKED) === 0 ? faults.unmasked : undefined;
}

/** A length of eight bytes. */
export function readLength(bytes: Buffer, at: number): number {
  return bytes.readUInt32BE(at) * 0x1_0000_0000 + bytes.readUInt32BE(at + 4);
}
