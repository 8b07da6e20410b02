/** How poison is seen in what a program is given, and in the program. */
import assert from 'node:assert/strict';
import { type Packet, PacketType } from '../../lib/packet.js';

/** Keeps a list instead of calling itself: what is read may be 512 levels deep. */
function* objectsIn(value: unknown): Generator<object> {
  const pending = [value];
  while (pending.length > 0) {
    const next = pending.pop();
    if (typeof next !== 'object' || next === null || ArrayBuffer.isView(next)) continue;
    yield next;
    for (const child of Array.isArray(next) ? next : Object.values(next))
      if (typeof child === 'object') pending.push(child);
  }
}

/** @returns the key by which a merge of this value would reach `Object.prototype`: neither `auth` nor a query may have one */
export function trapIn(value: unknown): string | undefined {
  for (const object of objectsIn(value)) {
    if (Object.hasOwn(object, '__proto__')) return '__proto__';
    const kind: unknown = object.constructor;
    if (typeof kind === 'object' && Object.hasOwn(kind ?? {}, 'prototype')) return 'constructor.prototype';
  }
  return undefined;
}

const kinds: ReadonlySet<unknown> = new Set([Object.prototype, Array.prototype, null]);
const { length: usual } = Reflect.ownKeys(Object.prototype);

/** @returns what has been done to objects: in events traps are plain data, and must stay it */
export function harmIn(value: unknown): string | undefined {
  if (Reflect.ownKeys(Object.prototype).length !== usual) return 'Object.prototype has other keys';
  for (const object of objectsIn(value))
    if (!kinds.has(Object.getPrototypeOf(object))) return 'an object has another prototype';
  return undefined;
}

/** @throws {assert.AssertionError} for a packet that would poison who gets it */
export function assertHarmless(packet: Packet): void {
  const data = 'data' in packet ? packet.data : undefined;
  assert.equal(harmIn(data), undefined);
  if (packet.type === PacketType.CONNECT) assert.equal(trapIn(data), undefined);
}
