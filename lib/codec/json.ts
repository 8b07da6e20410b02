/** JSON from clients, read within bounds; JSON for old browsers, written so that it may stand in a script. */

import { type Escapes, escaped } from './escapes.js';

/** Stands for a text that is no value; no JSON value is an instance of it. */
export class Unreadable {
  /** For people. */
  readonly why: string;

  constructor(why: string) {
    this.why = why;
  }
}

/** The text is not JSON. */
export const NOT_JSON = new Unreadable('not JSON');
/** The text may be JSON, but a recursive walk over it (ours, or the program's) could exhaust the stack. */
export const TOO_DEEP = new Unreadable('nested deeper than maxDepth');

/**
 * The value of a JSON text, or an `Unreadable`; never throws.
 * @param maxDepth most levels of arrays and objects, the outermost counted
 * @param start where the JSON begins in the text
 */
export function readJson(text: string, maxDepth: number, start = 0): unknown {
  // Each level takes two characters, so a short text need not be looked at; nor one that opens few brackets at all.
  if (text.length - start > 2 * maxDepth && opensMore(text, maxDepth, start)) {
    if (depthExceeds(text, maxDepth, start)) return TOO_DEEP;
  }
  try {
    return JSON.parse(start === 0 ? text : text.slice(start));
  } catch {
    return NOT_JSON;
  }
}

/** Whether there are more opening brackets than that; `indexOf` is some ten times as fast as looking at each character. */
function opensMore(text: string, most: number, start: number): boolean {
  let count = 0;
  for (const bracket of ['{', '[']) {
    for (let at = text.indexOf(bracket, start); at !== -1; at = text.indexOf(bracket, at + 1)) {
      count += 1;
      if (count > most) return true;
    }
  }
  return false;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Counts open brackets outside strings; what it says of a text that is not JSON does not matter. */
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

/** Where the string that opens at `start` is closed, or the end of the text. */
function stringEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at;
    if (code === BACKSLASH) at += 1;
  }
  return text.length;
}

/**
 * Takes out the keys by which a careless merge of this value would reach `Object.prototype`: every own `__proto__`,
 * and every `constructor` that holds a `prototype`. Changes the value in place.
 */
export function disarm<T extends object>(value: T): T {
  const pending: object[] = [value];
  for (let container = pending.pop(); container; container = pending.pop()) {
    if (!Array.isArray(container)) disarmObject(container as Record<string, unknown>, pending);
    else for (const child of container) if (isObject(child)) pending.push(child);
  }
  return value;
}

/** @param pending gets the containers in it */
function disarmObject(object: Record<string, unknown>, pending: object[]): void {
  // Not `Object.keys`: a list for each of some 300 000 empty objects would hold up everybody.
  for (const key in object) {
    const child = object[key];
    if (isTrap(key, child)) Reflect.deleteProperty(object, key);
    else if (isObject(child)) pending.push(child);
  }
}

function isTrap(key: string, value: unknown): boolean {
  if (key === '__proto__') return true;
  return key === 'constructor' && isObject(value) && Object.hasOwn(value, 'prototype');
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Whether a JSON value is an object in the sense of JSON: neither an array nor null. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return isObject(value) && !Array.isArray(value);
}

const SLASH = 0x2f;

/** Line separators, and a slash behind a backslash, which is itself escaped there: JSON.stringify never escapes a slash. */
const breaking: Escapes = {
  concerns: (unit, text, at) =>
    unit === SLASH ? text.charCodeAt(at - 1) === BACKSLASH : unit === 0x2028 || unit === 0x2029,
};

/**
 * JSON that survives inside a JavaScript string in an old browser: the line separators end a line there, and the
 * htmlfile transport of clients 0.9.15 and later takes the backslash out of every backslash-slash pair it receives.
 * @throws what `JSON.stringify` throws
 */
export function scriptJson(value: unknown): string {
  const json: string | undefined = JSON.stringify(value);
  return json !== undefined && /[\u2028\u2029]|\\\//.test(json) ? escaped(json, breaking) : (json ?? '');
}
