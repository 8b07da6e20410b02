/** Texts that are kept longer than what they came in. */

/** V8 copies a shorter part; a longer one refers to the whole, and keeps all of it alive. */
const SHORTEST_PART = 13;

/** The same text in memory of its own, whatever it was cut out of. */
export function ownText(text: string): string {
  // To and fro, and nothing is lost on the way, half of a surrogate pair included.
  return text.length < SHORTEST_PART ? text : (JSON.parse(JSON.stringify(text)) as string);
}

/** A part of a text that may be kept: of its own if the whole is more than twice as long. */
export function partOf(whole: string, start: number, end: number): string {
  const part = whole.slice(start, end);
  return 2 * part.length < whole.length ? ownText(part) : part;
}
