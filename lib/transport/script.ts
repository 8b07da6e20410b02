/** Text inside a script that any browser may read, however old; and an answer that is such a script. */

import type { Frame, PayloadFormat } from '../codec/codec.js';
import { type Escapes, escaped } from '../codec/escapes.js';
import type { HeaderPairs } from './envelope.js';

/**
 * What ends a line or is dropped from a source text in old JavaScript (the invisible ones among the format
 * characters), and what could end a script element: the first and the last of each row. U+FFFD is none of them: it
 * counts packets, and stays readable.
 */
const unsafe = [
  ...['<<', '\u007f\u009f', '\u00ad\u00ad', '\u0600\u0604', '\u070f\u070f', '\u17b4\u17b5', '\u200c\u200f'],
  ...['\u2028\u202f', '\u2060\u206f', '\ufeff\ufeff', '\ufff0\ufffc', '\ufffe\uffff'],
];
const UNSAFE = new RegExp(`[${unsafe.map((row) => `${row[0]}-${row[1]}`).join('')}]`);
const rows = unsafe.map((row) => ({ first: row.charCodeAt(0), last: row.charCodeAt(1) }));

const QUOTE = 0x22;
const SLASH = 0x2f;
const LESS = 0x3c;
const BACKSLASH = 0x5c;

/** What JSON escapes, and what is unsafe. */
function concerns(unit: number, text: string, at: number): boolean {
  if (unit < 0x7f) return unit < 0x20 || unit === QUOTE || unit === BACKSLASH || unit === LESS;
  if ((unit & 0xf800) === 0xd800) return isAlone(text, at);
  for (const { first, last } of rows) if (unit <= last) return unit >= first;
  return false;
}

/** Whether a half of a pair has no other one. */
function isAlone(text: string, at: number): boolean {
  const start = (text.charCodeAt(at) & 0x0400) === 0 ? at : at - 1;
  return (text.codePointAt(start) ?? 0) <= 0xffff;
}

/** As JSON writes some of them. */
const short = new Map([QUOTE, BACKSLASH].map((unit) => [unit, unit]));
for (const [character, letter] of ['\bb', '\tt', '\nn', '\ff', '\rr'])
  short.set(code(character), code(letter));

const inScript: Escapes = { concerns, short };
const inElement: Escapes = {
  concerns: (unit, text, at) => unit === SLASH || concerns(unit, text, at),
  short: new Map([...short, [SLASH, SLASH]]),
};

function code(character = ''): number {
  return character.charCodeAt(0);
}

/** A JavaScript string literal with the same value in JSON and in every JavaScript since the first. */
export function literal(text: string): string {
  return UNSAFE.test(text) ? `"${escaped(text, inScript)}"` : JSON.stringify(text);
}

type Pack = PayloadFormat['pack'];
const literally = new WeakMap<Pack, (frames: readonly Frame[]) => string>();

/** What packs frames into a literal, always the same for one `pack`: so a batch that many are sent is written once. */
export function packingLiterally(pack: Pack): (frames: readonly Frame[]) => string {
  const known = literally.get(pack);
  if (known) return known;
  const made = (frames: readonly Frame[]): string => literal(pack(frames).toString());
  literally.set(pack, made);
  return made;
}

/** The same as a literal, with a backslash before each slash. */
export function slashed(text: string): string {
  if (!text.includes('/')) return literal(text);
  return `"${escaped(text, inElement)}"`;
}

/**
 * An answer that is run as a script.
 * @param callee a function of the page: nothing in it comes from a request but digits
 */
export function call(callee: string, expression: string): string {
  return `${callee}(${expression});`;
}

/** `attachment` matters to who opens the address as a page, not to a script element. */
export const attachment: HeaderPairs = ['Content-Disposition', 'attachment; filename="f.txt"'];

export const scriptHeaders: HeaderPairs = ['Content-Type', 'text/javascript; charset=UTF-8', ...attachment];
