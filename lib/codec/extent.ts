/** How far a value reaches that somebody else has made of what a client has sent. */
import type { DecodeLimits, Malformed } from './codec.js';
import { TOO_DEEP, TOO_MANY } from './json.js';
import { repetitive, socketFault } from './malformed.js';

type Container = Readonly<Record<string, unknown>>;

/**
 * Whether it is deeper than may be, has more objects than may be, or the same binary data in more places: it is written
 * again for each of them. Names are not compared: the parser has made all of them by now.
 */
export function excessIn(value: unknown, limits: DecodeLimits): Malformed | undefined {
  return new Survey(limits).of(value);
}

/** Level by level, each container once: whatever a parser makes, it may refer to itself. */
class Survey {
  readonly #limits: DecodeLimits;
  readonly #seen = new Set<object>();
  /** Places of objects, lists and binary data. */
  #values = 0;
  /** Places of binary data that stands in another one already, and its bytes in all of these. */
  #repeats = 0;
  #bytes = 0;

  constructor(limits: DecodeLimits) {
    this.#limits = limits;
  }

  of(value: unknown): Malformed | undefined {
    const { maxDepth, maxValues } = this.#limits;
    let level: readonly Container[] = isTable(value) ? [value] : [];
    this.#values = level.length;
    for (let depth = 1; level.length > 0; depth += 1) {
      if (depth > maxDepth) return socketFault(TOO_DEEP.why);
      const next: Container[] = [];
      for (const container of level) {
        if (this.#addContents(container, next) && depth === maxDepth) return socketFault(TOO_DEEP.why);
        if (this.#values > maxValues) return socketFault(TOO_MANY.why);
      }
      const fault = repetitive(this.#repeats, this.#bytes, this.#limits);
      if (fault) return fault;
      level = next;
    }
    return undefined;
  }

  /**
   * Adds the containers in one of them that have not been seen. Empty ones lead no further, and remembering a million of
   * them would take a third of a second.
   * @returns whether there is any
   */
  #addContents(container: Container, next: Container[]): boolean {
    let has = false;
    for (const value of Array.isArray(container) ? container : Object.values(container)) {
      if (isBinary(value)) this.#count(value);
      else if (isTable(value)) {
        has = true;
        this.#values += 1;
        if (isEmpty(value) || this.#seen.has(value)) continue;
        this.#seen.add(value);
        next.push(value);
      }
    }
    return has;
  }

  #count(bytes: Binary): void {
    this.#values += 1;
    if (this.#seen.has(bytes)) {
      this.#repeats += 1;
      this.#bytes += bytes.byteLength;
    } else this.#seen.add(bytes);
  }
}

type Binary = ArrayBuffer | ArrayBufferView;

function isBinary(value: unknown): value is Binary {
  return ArrayBuffer.isView(value) || value instanceof ArrayBuffer;
}

function isTable(value: unknown): value is Container {
  return typeof value === 'object' && value !== null && !isBinary(value);
}

function isEmpty(container: object): boolean {
  if (Array.isArray(container)) return container.length === 0;
  for (const _ in container) return false;
  return true;
}
