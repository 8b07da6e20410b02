/** MessagePack, as far as it has to be known to tell what a parser would make of it. @see msgpack.org, "Spec" */
import type { BulkLimits } from './bulk.js';
import { NAME_WEIGHT, NAMELESS, Names } from './names.js';

// value     = type [number] *OCTET / container
// container = type [number] *value          ; as many as are counted, or twice as many where each has a name
// number    = 1OCTET / 2OCTET / 4OCTET      ; absent where the type itself counts

interface Form {
  /** Bytes before what is counted. */
  readonly head: number;
  /** How many of them are the number; 0: `count` stands in the type. */
  readonly digits: number;
  readonly count: number;
  /** Values for each that is counted; 0: it is bytes that are counted. */
  readonly values: 0 | 1 | 2;
  readonly kind: Kind;
}

/** Lists, tables, bytes and extensions become objects; a text may be a name as it is. */
type Kind = 'object' | 'text' | 'plain';

const fixed = (count: number, kind: Kind = 'plain', values: Form['values'] = 0): Form => ({
  head: 1,
  digits: 0,
  count,
  values,
  kind,
});
const counted = (digits: number, kind: Kind, values: Form['values'] = 0, more = 0): Form => ({
  head: 1 + digits + more,
  digits,
  count: 0,
  values,
  kind,
});

/** The types from C0 to DF: nil, none, booleans; bytes; extensions; numbers; small extensions; texts; lists; tables. */
const named: readonly (Form | undefined)[] = [
  ...[fixed(0), undefined, fixed(0), fixed(0)],
  ...[1, 2, 4].map((digits) => counted(digits, 'object')),
  ...[1, 2, 4].map((digits) => counted(digits, 'object', 0, 1)),
  ...[4, 8, 1, 2, 4, 8, 1, 2, 4, 8].map((bytes) => fixed(bytes)),
  ...[2, 3, 5, 9, 17].map((bytes) => fixed(bytes, 'object')),
  ...[1, 2, 4].map((digits) => counted(digits, 'text')),
  ...[2, 4].map((digits) => counted(digits, 'object', 1)),
  ...[2, 4].map((digits) => counted(digits, 'object', 2)),
];

const forms = Array.from({ length: 256 }, (_, type) => formOf(type));

function formOf(type: number): Form | undefined {
  if (type < 0x80 || type >= 0xe0) return fixed(0);
  if (type < 0x90) return fixed(type & 0x0f, 'object', 2);
  if (type < 0xa0) return fixed(type & 0x0f, 'object', 1);
  return type < 0xc0 ? fixed(type & 0x1f, 'text') : named[type - 0xc0];
}

export type Flaw = 'no single value' | 'too deep' | 'too many values';

/**
 * Walks over one value and makes nothing of it. Parsers make room for as many values as a list announces, at each level
 * anew: some hundred bytes could take all memory. Here each value that is announced must have a byte of its own.
 * @param maxDepth most levels of lists and tables
 * @param maxValues most of what becomes an object; a name that is new where it stands counts as four
 */
export function flawIn(bytes: Buffer, { maxDepth, maxValues }: BulkLimits): Flaw | undefined {
  /** Values that are still to come, at each level and at all of them. */
  const due = [1];
  let level = 0;
  let all = 1;
  let at = 0;
  const tally = bytes.length > DENSEST * maxValues ? new Tally(maxValues) : undefined;
  while (all > 0) {
    const form = forms[bytes[at] ?? 0];
    if (!form || at + form.head > bytes.length) return 'no single value';
    const count = form.digits === 0 ? form.count : bytes.readUIntBE(at + 1, form.digits);
    const values = count * form.values;
    const start = at + form.head;
    at = start + (form.values === 0 ? count : 0);
    all += values - 1;
    if (all > bytes.length - at) return 'no single value';
    if (form.values > 0 && level >= maxDepth) return 'too deep';
    const left = due[level] ?? 0;
    // Of those that stand for a name, and in lists, numbers and the like count for nothing.
    const mayCount = form.kind !== 'plain' || left % 2 === 0;
    if (tally && mayCount && tally.exceeds(form, bytes, start, at, level, left)) return 'too many values';
    due[level] = left - 1;
    if (values > 0) due[++level] = values;
    else while (level > 0 && due[level] === 0) level -= 1;
  }
  return at === bytes.length ? undefined : 'no single value';
}

/** Bytes for each that counts, at least: two make a name that is a list, and another list. */
const DENSEST = 2 / (NAME_WEIGHT + 1 + 1);

/** What the values of one message count for. */
class Tally {
  readonly #most: number;
  readonly #names: Names;
  #count = 0;
  /** Where the table of each level stands; none for lists. */
  readonly #places: (number | undefined)[] = [];

  constructor(most: number) {
    this.#most = most;
    this.#names = new Names(most);
  }

  /**
   * Adds a value.
   * @param start where its bytes begin, if it has some
   * @param level how many containers it is in
   * @param left values that were due there before it: names and what they stand for in turn
   * @returns whether there are too many now
   */
  exceeds(form: Form, bytes: Buffer, start: number, end: number, level: number, left: number): boolean {
    const place = this.#places[level];
    if (form.kind === 'object') this.#count += 1;
    if (place !== undefined && left % 2 === 0) {
      if (form.kind === 'text') this.#places[level] = this.#names.addBytes(place, bytes, start, end);
      else this.#count += NAME_WEIGHT;
    }
    if (form.values > 0) this.#places[level + 1] = form.values === 2 ? NAMELESS : undefined;
    return this.#count + this.#names.weight > this.#most;
  }
}

/** Whether a list or a table stands here: what else could be a packet in MessagePack? */
export function isContainer(bytes: Buffer): boolean {
  return (forms[bytes[0] ?? 0]?.values ?? 0) > 0;
}
