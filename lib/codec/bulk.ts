/** How much a JSON text would make work, seen before it is read. */
import { NAME_WEIGHT, NAMELESS, Names } from './names.js';

export interface BulkLimits {
  /** Most levels of arrays and objects, the outermost counted. */
  readonly maxDepth: number;
  /** Most arrays and objects, and four for each name that is new where it stands. */
  readonly maxValues: number;
}

/** Characters for each that counts, at least: no six, as in `{"a":}`, make more than an object, a name, and a list of numbers. */
const DENSEST = 6 / (1 + NAME_WEIGHT + 1);

const brackets = ['{', '['];
const marks = [...brackets, ':'];

/** Which limit a text passes, if any. What it says of a text that is not JSON does not matter. */
export function excessOf(text: string, start: number, limits: BulkLimits): keyof BulkLimits | undefined {
  const { maxDepth, maxValues } = limits;
  const length = text.length - start;
  if (length > DENSEST * maxValues) {
    const most = Math.min(maxDepth, Math.floor(maxValues / NAME_WEIGHT));
    return hasMore(text, marks, most, start) ? surveyed(text, start, limits) : undefined;
  }
  // Each level takes two characters, so a short text need not be looked at; nor one that opens few brackets at all.
  const isPlain = length <= 2 * maxDepth || !hasMore(text, brackets, maxDepth, start);
  return !isPlain && depthExceeds(text, maxDepth, start) ? 'maxDepth' : undefined;
}

/** Whether there are more of these than that; `indexOf` is some ten times as fast as looking at each character. */
function hasMore(text: string, sought: readonly string[], most: number, start: number): boolean {
  let count = 0;
  for (const mark of sought) {
    for (let at = text.indexOf(mark, start); at !== -1; at = text.indexOf(mark, at + 1)) {
      count += 1;
      if (count > most) return true;
    }
  }
  return false;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const BRACE = 0x7b;

/** Counts open brackets outside strings. */
function depthExceeds(text: string, maxDepth: number, start: number): boolean {
  let depth = 0;
  // What is opened must be closed: in the last characters no level too many can begin.
  const end = text.length - maxDepth;
  for (let at = start; at < end; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = stringEnd(text, at);
      continue;
    }
    // `[` 5b, `]` 5d, `{` 7b, `}` 7d: the brackets of one kind differ from the other in one bit.
    const bracket = code & ~0x20;
    if (bracket === 0x5b) {
      depth += 1;
      if (depth > maxDepth) return true;
    } else if (bracket === 0x5d) depth -= 1;
  }
  return false;
}

/** Counts all of it: levels, containers and names. */
function surveyed(
  text: string,
  start: number,
  { maxDepth, maxValues }: BulkLimits,
): keyof BulkLimits | undefined {
  const names = new Names(maxValues);
  /** Where the object of each level stands. */
  const places = new Int32Array(maxDepth + 1);
  let depth = 0;
  let containers = 0;
  for (let at = start; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    const bracket = code & ~0x20;
    if (code === QUOTE) {
      const end = stringEnd(text, at);
      if (!precedesColon(text, end)) {
        at = end;
        continue;
      }
      places[depth] = names.addText(places[depth] ?? NAMELESS, text, at + 1, end);
      at = end;
    } else if (bracket === 0x5b) {
      depth += 1;
      if (depth > maxDepth) return 'maxDepth';
      containers += 1;
      if (code === BRACE) places[depth] = NAMELESS;
    } else {
      if (bracket === 0x5d) depth -= 1;
      continue;
    }
    if (containers + names.weight > maxValues) return 'maxValues';
  }
  return undefined;
}

/** Where the string that opens at `start` is closed, or the end of the text. */
function stringEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at;
    if (code === BACKSLASH) at += 1;
  }
  return text.length;
}

/** Whether a string that ends there is a name. */
function precedesColon(text: string, end: number): boolean {
  let at = end + 1;
  let code = text.charCodeAt(at);
  while (code <= 0x20 && isSpace(code)) {
    at += 1;
    code = text.charCodeAt(at);
  }
  return code === COLON;
}

/** @see RFC 8259, section 2 */
function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}
