/** JSON from clients, read within bounds; JSON for old browsers, written so that it may stand in a script. */

import { type BulkLimits, excessOf } from './bulk.js';
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
/** To read it would hold up everybody. */
export const TOO_MANY = new Unreadable('more than maxValues objects, lists and names');

const excesses = { maxDepth: TOO_DEEP, maxValues: TOO_MANY } as const;

/**
 * The value of a JSON text, or an `Unreadable`; never throws.
 * @param start where the JSON begins in the text
 */
export function readJson(text: string, limits: BulkLimits, start = 0): unknown {
  const excess = excessOf(text, start, limits);
  if (excess) return excesses[excess];
  try {
    return JSON.parse(start === 0 ? text : text.slice(start));
  } catch {
    return NOT_JSON;
  }
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
  // Not `Object.keys`: a list for each of some 100 000 objects would hold up everybody.
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
const BACKSLASH = 0x5c;

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
