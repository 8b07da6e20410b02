/** What looks like the placeholder of an attachment, and is none: whoever reads it would look for one. */
import { writesItself } from './writer.js';

/**
 * The value, in which no object passes for a placeholder any more but those that are: `_placeholder` is left out of the
 * others. Clients may say such things in an event without attachments; told on together with somebody's binary data,
 * they would cut off all who hear them. Only branches with an impostor are copied.
 * @param genuine the placeholders
 * @see socket.io-protocol v5, "BINARY_EVENT"
 */
export function unmasked(value: unknown, genuine: ReadonlySet<unknown>): unknown {
  if (typeof value !== 'object' || value === null || genuine.has(value)) return value;
  if (!writesItself(value)) return unmaskedParts(value, genuine);
  if (value instanceof Date) return value;
  const plain = value.toJSON();
  if (typeof plain !== 'object' || plain === null) return value;
  // The result is not asked for a `toJSON` of its own, just as JSON.stringify would not.
  const shown = unmaskedParts(plain, genuine);
  return shown === plain ? value : shown;
}

function unmaskedParts(value: object, genuine: ReadonlySet<unknown>): object {
  return Array.isArray(value) ? unmaskedArray(value, genuine) : unmaskedObject(value, genuine);
}

function unmaskedArray(array: unknown[], genuine: ReadonlySet<unknown>): unknown[] {
  let copy: unknown[] | undefined;
  for (const [index, child] of array.entries()) {
    const shown = unmasked(child, genuine);
    if (shown === child) continue;
    copy ??= array.slice();
    copy[index] = shown;
  }
  return copy ?? array;
}

function unmaskedObject(object: object, genuine: ReadonlySet<unknown>): object {
  let copy: Record<string, unknown> | undefined;
  for (const [key, child] of Object.entries(object)) {
    const isMask = key === '_placeholder' && child === true;
    const shown = isMask ? undefined : unmasked(child, genuine);
    if (shown === child) continue;
    copy ??= Object.assign(Object.create(null), object) as Record<string, unknown>;
    // What is undefined is not written.
    copy[key] = shown;
  }
  return copy ?? object;
}
