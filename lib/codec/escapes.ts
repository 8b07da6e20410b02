/** Text with some of its characters as `\uXXXX`: in bulk, since a call for each of a million takes a sixth of a second. */
import { Buffer } from 'node:buffer';

/** Which UTF-16 code units are escaped. */
export interface Escapes {
  /** @param at where it stands in the text */
  concerns(unit: number, text: string, at: number): boolean;
  /** Of ASCII characters, those that may stand behind a backslash instead. */
  readonly short?: ReadonlyMap<number, number>;
  /** Whether all is escaped that is not ASCII. */
  readonly leavesAscii?: boolean;
}

/** Units that are written at once. */
const PIECE = 2_048;
/** Characters of the longest escape. */
const MOST = 6;
/** Text of the piece that is being written: at most two bytes a character. */
const room = Buffer.allocUnsafeSlow(2 * MOST * PIECE);
const DIGITS = Buffer.from('0123456789abcdef');
const BACKSLASH = 0x5c;
const U = 0x75;
const WIDE = /[^\x00-\xff]/;

/** @param start before which nothing is escaped */
export function escaped(text: string, escapes: Escapes, start = 0): string {
  const isWide = !escapes.leavesAscii && WIDE.test(text);
  let written = text.slice(0, start);
  for (let from = start; from < text.length; from += PIECE)
    written += piece(text, from, Math.min(from + PIECE, text.length), escapes, isWide);
  return written;
}

/** @param isWide whether a character may take two bytes in memory */
function piece(text: string, from: number, to: number, escapes: Escapes, isWide: boolean): string {
  let end = 0;
  for (let at = from; at < to; at += 1) {
    const unit = text.charCodeAt(at);
    if (!escapes.concerns(unit, text, at)) {
      end = put(end, unit, isWide);
      continue;
    }
    end = put(end, BACKSLASH, isWide);
    const short = unit < 0x80 ? escapes.short?.get(unit) : undefined;
    end = short === undefined ? putCode(end, unit, isWide) : put(end, short, isWide);
  }
  return room.toString(isWide ? 'utf16le' : 'latin1', 0, end);
}

function putCode(at: number, unit: number, isWide: boolean): number {
  let end = put(at, U, isWide);
  for (let shift = 12; shift >= 0; shift -= 4) end = put(end, DIGITS[(unit >> shift) & 0xf] ?? 0, isWide);
  return end;
}

function put(at: number, unit: number, isWide: boolean): number {
  room[at] = unit;
  if (!isWide) return at + 1;
  room[at + 1] = unit >> 8;
  return at + 2;
}
