/** Text inside a script that any browser may read, however old. */

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
