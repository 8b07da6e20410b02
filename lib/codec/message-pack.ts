/** MessagePack, as far as it has to be known to tell what a parser would make of it. @see msgpack.org, "Spec" */

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
}

const fixed = (count: number, values: Form['values'] = 0): Form => ({ head: 1, digits: 0, count, values });
const counted = (digits: number, values: Form['values'] = 0, more = 0): Form => ({
  head: 1 + digits + more,
  digits,
  count: 0,
  values,
});

/** The types from C0 to DF: nil, none, booleans; bytes; extensions; numbers; small extensions; texts; lists; tables. */
const named: readonly (Form | undefined)[] = [
  ...[fixed(0), undefined, fixed(0), fixed(0)],
  ...[counted(1), counted(2), counted(4)],
  ...[counted(1, 0, 1), counted(2, 0, 1), counted(4, 0, 1)],
  ...[4, 8, 1, 2, 4, 8, 1, 2, 4, 8].map((bytes) => fixed(bytes)),
  ...[2, 3, 5, 9, 17].map((bytes) => fixed(bytes)),
  ...[counted(1), counted(2), counted(4)],
  ...[counted(2, 1), counted(4, 1), counted(2, 2), counted(4, 2)],
];

const forms = Array.from({ length: 256 }, (_, type) => formOf(type));

function formOf(type: number): Form | undefined {
  if (type < 0x80 || type >= 0xe0) return fixed(0);
  if (type < 0x90) return fixed(type & 0x0f, 2);
  if (type < 0xa0) return fixed(type & 0x0f, 1);
  return type < 0xc0 ? fixed(type & 0x1f) : named[type - 0xc0];
}

export type Flaw = 'no single value' | 'too deep';

/**
 * Walks over one value and makes nothing of it. Parsers make room for as many values as a list announces, at each level
 * anew: some hundred bytes could take all memory. Here each value that is announced must have a byte of its own.
 * @param maxDepth most levels of lists and tables
 */
export function flawIn(bytes: Buffer, maxDepth: number): Flaw | undefined {
  /** Values that are still to come, at each level and at all of them. */
  const due = [1];
  let all = 1;
  let at = 0;
  while (all > 0) {
    const form = forms[bytes[at] ?? 0];
    if (!form || at + form.head > bytes.length) return 'no single value';
    const count = form.digits === 0 ? form.count : bytes.readUIntBE(at + 1, form.digits);
    const values = count * form.values;
    at += form.head + (form.values === 0 ? count : 0);
    all += values - 1;
    if (all > bytes.length - at) return 'no single value';
    if (form.values > 0 && due.length > maxDepth) return 'too deep';
    due.push((due.pop() ?? 0) - 1);
    if (values > 0) due.push(values);
    while (due.at(-1) === 0) due.pop();
  }
  return at === bytes.length ? undefined : 'no single value';
}

/** Whether a list or a table stands here: what else could be a packet in MessagePack? */
export function isContainer(bytes: Buffer): boolean {
  return (forms[bytes[0] ?? 0]?.values ?? 0) > 0;
}
