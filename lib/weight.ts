/** How much memory a value takes that was read from JSON: as text it may have been a twentieth of that. */
import { Buffer } from 'node:buffer';

/** Bytes, measured: `{}` and `[]` in a list take 64 and 40 where they were written with 3. */
const PLACE = 8;
const OBJECT = 56;
const ARRAY = 48;
const TEXT = 24;
const KEY = 32;

/**
 * Bytes, about.
 * @param most from there on it does not matter how much more it is, and nothing more is looked at
 */
export function weightOf(value: unknown, most: number): number {
  const pending: object[] = [];
  let weight = weigh(value, pending);
  // A list instead of calls: no depth of nesting may exhaust the stack here.
  for (let next = pending.pop(); next && weight <= most; next = pending.pop()) {
    const inside = next as Readonly<Record<string, unknown>>;
    for (const key in inside) {
      weight += PLACE + weigh(inside[key], pending);
      if (!Array.isArray(next)) weight += KEY + key.length;
      if (weight > most) break;
    }
  }
  return weight;
}

/** The value without what is in it. @param pending gets what has something in it */
function weigh(value: unknown, pending: object[]): number {
  if (typeof value === 'string') return TEXT + Buffer.byteLength(value);
  if (typeof value !== 'object' || value === null) return 0;
  if (ArrayBuffer.isView(value)) return OBJECT + value.byteLength;
  pending.push(value);
  return Array.isArray(value) ? ARRAY : OBJECT;
}
