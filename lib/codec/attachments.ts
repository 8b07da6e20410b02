/** Binary data out of what is written as JSON, and back into what was read. */
import { Buffer } from 'node:buffer';
import type { DecodeLimits, Malformed } from './codec.js';
import { unmasked } from './impostor.js';
import { repetitive, socketFault } from './malformed.js';
import { type Writer, writesItself } from './writer.js';

/** What stands in the JSON for some binary data. */
export type Substitute = (bytes: Buffer) => unknown;

/**
 * The value with a substitute for every Buffer, ArrayBuffer, typed array and DataView in it. Only branches that hold
 * binary data are copied; a value without any is returned itself, so that the usual packet costs one look and no
 * memory. `toJSON` is asked first, as `JSON.stringify` would.
 * @throws {RangeError} for a cycle: the caller of `emit` made it, and hears of it.
 * @see socket.io-protocol v5, "BINARY_EVENT"
 */
export function substituteBinary(value: unknown, substitute: Substitute): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return substituteInArray(value, substitute);
  if (isBinary(value)) return substitute(bytesOf(value));
  if (writesItself(value)) return substituteInJson(value, substitute);
  return substituteInObject(value, substitute);
}

function substituteInJson(value: Writer, substitute: Substitute): unknown {
  if (value instanceof Date) return value;
  const plain = value.toJSON();
  if (typeof plain !== 'object' || plain === null) return value;
  // The result is not asked for a `toJSON` of its own, just as JSON.stringify would not.
  const isPlain = !Array.isArray(plain) && !isBinary(plain);
  const written = isPlain ? substituteInObject(plain, substitute) : substituteBinary(plain, substitute);
  // Without binary data, let JSON.stringify ask again: it also says under which key.
  return written === plain ? value : written;
}

function substituteInArray(array: unknown[], substitute: Substitute): unknown[] {
  let copy: unknown[] | undefined;
  for (let index = 0; index < array.length; index += 1) {
    const child = array[index];
    if (typeof child !== 'object' || child === null) continue;
    const written = substituteBinary(child, substitute);
    if (written === child) continue;
    copy ??= array.slice();
    copy[index] = written;
  }
  return copy ?? array;
}

function substituteInObject(object: object, substitute: Substitute): object {
  let copy: Record<string, unknown> | undefined;
  for (const key of Object.keys(object)) {
    const child = (object as Record<string, unknown>)[key];
    if (typeof child !== 'object' || child === null) continue;
    const written = substituteBinary(child, substitute);
    if (written === child) continue;
    copy ??= ownData(object);
    copy[key] = written;
  }
  return copy ?? object;
}

/** A copy without prototype, so that neither a key `__proto__` nor a `toJSON` means anything special in it. */
function ownData(object: object): Record<string, unknown> {
  const copy: Record<string, unknown> = Object.create(null);
  for (const [key, child] of Object.entries(object)) if (typeof child !== 'function') copy[key] = child;
  return copy;
}

type Binary = ArrayBuffer | ArrayBufferView;

function isBinary(value: object): value is Binary {
  return ArrayBuffer.isView(value) || value instanceof ArrayBuffer;
}

/** The same memory as a Buffer. */
function bytesOf(value: Binary): Buffer {
  if (Buffer.isBuffer(value)) return value;
  if (value instanceof ArrayBuffer) return Buffer.from(value);
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}

/** Where an attachment belongs. */
export interface Placeholder {
  readonly _placeholder: true;
  readonly num: number;
}

const none: readonly Buffer[] = [];

/** Whether binary data could be in it; in most packets there are words and numbers alone. */
function isContainer(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

/** Takes the attachments out: `data` is what to write, with placeholders. */
export function detach(data: unknown): { readonly data: unknown; readonly attachments: readonly Buffer[] } {
  if (Array.isArray(data) && !data.some(isContainer)) return { data, attachments: none };
  const attachments: Buffer[] = [];
  let placeholders: Set<Placeholder> | undefined;
  const written = substituteBinary(data, (bytes): Placeholder => {
    const placeholder: Placeholder = { _placeholder: true, num: attachments.length };
    attachments.push(bytes);
    placeholders ??= new Set();
    placeholders.add(placeholder);
    return placeholder;
  });
  return { data: placeholders ? unmasked(written, placeholders) : written, attachments };
}

/**
 * Puts attachments in the place of their placeholders, in the data itself; one may be named twice, or not at all.
 * Whoever tells others what was said writes an attachment as often as it was named, so that all these together may be
 * no more than what a client may attach: a few bytes for each placeholder would else become gigabytes.
 * Keeps a list instead of calling itself: no depth of nesting may exhaust the stack here.
 * @returns what is wrong with the placeholders, if something is
 */
export function attach(
  data: unknown[],
  attachments: readonly Buffer[],
  limits: DecodeLimits,
): Malformed | undefined {
  let references = 0;
  let bytes = 0;
  const pending: object[] = [data];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const container = next as Record<string | number, unknown>;
    for (const key of Array.isArray(next) ? next.keys() : Object.keys(next)) {
      const child = container[key];
      if (typeof child !== 'object' || child === null) continue;
      if ('_placeholder' in child && child._placeholder === true) {
        const named = 'num' in child ? attachmentAt(child.num, attachments) : undefined;
        if (!named) return socketFault('a placeholder without attachment');
        references += 1;
        bytes += named.length;
        const fault = repetitive(references, bytes, limits);
        if (fault) return fault;
        container[key] = named;
      } else pending.push(child);
    }
  }
  return undefined;
}

function attachmentAt(num: unknown, attachments: readonly Buffer[]): Buffer | undefined {
  // Only a number may be a key here: `"splice"` would find a method.
  return typeof num === 'number' ? attachments[num] : undefined;
}
