/** Text inside a script that any browser may read, however old; and an answer that is such a script. */
import type { HeaderPairs } from './envelope.js';

/**
 * What ends a line or is dropped from a source text in old JavaScript (the invisible ones among the format
 * characters), and what could end a script element. U+FFFD is none of them: it counts packets, and stays readable.
 */
const UNSAFE =
  /[<\u007f-\u009f\u00ad\u0600-\u0604\u070f\u17b4\u17b5\u200c-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ufff0-\ufffc\ufffe\uffff]/g;

/** A JavaScript string literal with the same value in JSON and in every JavaScript since the first. */
export function literal(text: string): string {
  return JSON.stringify(text).replace(UNSAFE, escapeUnit);
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
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
