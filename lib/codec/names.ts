/** Which names have stood where in the objects of one packet: a count, and nothing of the names is kept. */
import { randomInt } from 'node:crypto';

// Nobody who chooses names can know these, and so none that stay unseen behind others.
const SEED = randomInt(2 ** 32);
const FACTOR = randomInt(2 ** 31) * 2 + 1;

/** Beyond what any character or byte is. */
const END = 0x1_0000;
/** So many bits for each name that may be: of those that may just be, one in sixty is taken for another. */
const SPARE = 32;
const LEAST_BITS = 20;
const MOST_BITS = 28;

/** Used again for each packet: one is read after the other. */
let table = new Uint32Array(2 ** (LEAST_BITS - 5));

/** In a place: whether the object has a number among its names. */
const NUMBERED = 1;

/** Where an object stands before its first name. */
export const NAMELESS = SEED & ~NUMBERED;

/** What a name counts for that is new where it stands: to read one takes as long as four objects. */
export const NAME_WEIGHT = 4;

/**
 * An engine has to make something new of each name that follows other names than in all objects before: a description
 * of objects that have these names, in this order. So it is not enough to see which names there are: sixty of them, in
 * ever new orders, cost as much as new ones. Names that are numbers are no part of that: the object has a list of them.
 */
export class Names {
  readonly #seen: Uint32Array;
  readonly #shift: number;
  #weight = 0;

  /** The one before must not be used any more. @param most how much they may weigh */
  constructor(most: number) {
    const bits = Math.ceil(Math.log2((Math.max(1, most) / NAME_WEIGHT) * SPARE));
    const taken = Math.min(MOST_BITS, Math.max(LEAST_BITS, bits));
    const words = 2 ** (taken - 5);
    if (table.length < words) table = new Uint32Array(words);
    else table.fill(0, 0, words);
    this.#seen = table;
    this.#shift = 32 - taken;
  }

  /** Four for each name that was new where it stood, one for each number, and one for each object that has such. */
  get weight(): number {
    return this.#weight;
  }

  /**
   * @param place where the object stands: `NAMELESS`, or what was returned for the name before
   * @returns where it stands then
   */
  addText(place: number, text: string, start: number, end: number): number {
    let hash = place;
    let digits = 0;
    for (let at = start; at < end; at += 1) {
      const unit = text.charCodeAt(at);
      if (isDigit(unit)) digits += 1;
      hash = mixed(hash, unit);
    }
    const first = text.charCodeAt(start);
    return isIndex(first, end - start, digits)
      ? this.#number(place)
      : this.#add(place, mixed(hash, END), first);
  }

  /** The same for a name in bytes. */
  addBytes(place: number, bytes: Uint8Array, start: number, end: number): number {
    let hash = place;
    let digits = 0;
    for (let at = start; at < end; at += 1) {
      const unit = bytes[at] ?? 0;
      if (isDigit(unit)) digits += 1;
      hash = mixed(hash, unit);
    }
    const first = start < end ? (bytes[start] ?? 0) : 0;
    return isIndex(first, end - start, digits)
      ? this.#number(place)
      : this.#add(place, mixed(hash, END), first);
  }

  /** It stands in the list of the object; the others stand behind the same names as before. */
  #number(place: number): number {
    this.#weight += (place & NUMBERED) === 0 ? 2 : 1;
    return place | NUMBERED;
  }

  #add(place: number, hash: number, first: number): number {
    const bit = scattered(hash) >>> this.#shift;
    const word = this.#seen[bit >>> 5] ?? 0;
    const mask = 1 << (bit & 31);
    if ((word & mask) === 0) {
      this.#seen[bit >>> 5] = word | mask;
      this.#weight += NAME_WEIGHT;
    }
    const isNumbered = (place & NUMBERED) !== 0;
    if (isNumbered || !mayBeNumber(first)) return (hash & ~NUMBERED) | (place & NUMBERED);
    this.#weight += 1;
    return hash | NUMBERED;
  }
}

function isDigit(unit: number): boolean {
  return unit >= 0x30 && unit <= 0x39;
}

/** A number in the form in which an object has it in its list. Those of ten digits may be too large for that. */
function isIndex(first: number, length: number, digits: number): boolean {
  return digits === length && length > 0 && length < 10 && (first !== 0x30 || length === 1);
}

/** A digit, or a backslash: JSON may write any digit by its number. */
function mayBeNumber(first: number): boolean {
  return isDigit(first) || first === 0x5c;
}

/** With some factors, short names would share many of the bits. The two numbers are those of MurmurHash3's `fmix32`. */
function scattered(hash: number): number {
  const once = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35);
  return twice ^ (twice >>> 16);
}

/** The shift brings what only the upper bits know back to where the next factor takes it up. */
function mixed(hash: number, unit: number): number {
  const product = Math.imul(hash ^ unit, FACTOR);
  return product ^ (product >>> 15);
}
