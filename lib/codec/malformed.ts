/** Refusals of input, in words that name the bound but never repeat the input. */
import { Buffer } from 'node:buffer';
import { RESERVED_EVENTS } from '../packet.js';
import type { DecodeLimits, Malformed } from './codec.js';

/** Not even a frame of this generation. */
export function engineFault(why: string): Malformed {
  return { type: 'malformed', layer: 'engine', why };
}

/** A good frame with a bad Socket.IO packet in it. */
export function socketFault(why: string): Malformed {
  return { type: 'malformed', layer: 'socket', why };
}

/** Whether one text is more than a whole packet may be; bytes are counted only when the length leaves a doubt. */
export function oversize(text: string, limits: DecodeLimits): Malformed | undefined {
  // A UTF-16 code unit takes 3 bytes of UTF-8 at most.
  if (text.length * 3 <= limits.maxPayload || Buffer.byteLength(text) <= limits.maxPayload) return undefined;
  return socketFault('more than maxHttpBufferSize bytes');
}

/** Whether an event has a name beyond the bound. */
export function longName(name: string, limits: DecodeLimits): Malformed | undefined {
  if (name.length <= limits.maxNameLength) return undefined;
  return socketFault('a name longer than maxNameLength');
}

/** Whether a namespace has a name beyond the bound. */
export function longNamespace(name: string, limits: DecodeLimits): Malformed | undefined {
  if (name.length <= limits.maxNamespaceLength) return undefined;
  return socketFault('a namespace with a name longer than maxNamespaceLength');
}

/** Most UTF-16 code units of a query: as much as Node takes in a whole URL. */
const MOST_QUERY = 16_384;

/** Whether what stands behind the address of a namespace is longer than any client's. */
export function longQuery(query: string): Malformed | undefined {
  return query.length <= MOST_QUERY ? undefined : socketFault('a query longer than a URL');
}

/** Whether an event has a name that no client may use. */
export function nameFault(name: unknown, limits: DecodeLimits): Malformed | undefined {
  if (typeof name === 'number') return undefined;
  if (typeof name !== 'string') return socketFault('the name of an event is neither text nor a number');
  if (RESERVED_EVENTS.has(name)) return socketFault('a reserved event');
  return longName(name, limits);
}

/** Whether there are more arguments than one call may get. */
export function crowded(count: number, limits: DecodeLimits): Malformed | undefined {
  // Arguments end up in calls; some 60 000 of them exhaust the stack of the process.
  if (count <= limits.maxArguments) return undefined;
  return socketFault('more than maxArguments arguments');
}

/** Whether attachments are named more often than a packet may have some, or more of them than it may be large. */
export function repetitive(references: number, bytes: number, limits: DecodeLimits): Malformed | undefined {
  if (references > limits.maxAttachments) return socketFault('more than maxAttachments attachments');
  if (bytes > limits.maxPayload) return socketFault('more than maxHttpBufferSize bytes');
  return undefined;
}
