/** How an event is put into a packet. */
import { SocketioError } from '../errors.js';
import { type EventPacket, PacketType, RESERVED_EVENTS } from '../packet.js';
import type { AckListener } from './acks.js';

/** An event's arguments, its acknowledgement taken off. */
export interface Spoken {
  readonly args: unknown[];
  readonly ack: AckListener | undefined;
}

/** A function as the last argument is the acknowledgement. */
export function separate(args: unknown[]): Spoken {
  const last = args.at(-1);
  if (typeof last !== 'function') return { args, ack: undefined };
  return { args: args.slice(0, -1), ack: last as AckListener };
}

/**
 * @throws SocketioError `EVENT_RESERVED` for a name that has a meaning of its own
 * @throws SocketioError `EVENT_INVALID` for a name that is neither a string nor a number: clients hang up on it
 */
export function eventPacket(nsp: string, name: unknown, args: readonly unknown[]): EventPacket {
  if (RESERVED_EVENTS.has(name))
    throw new SocketioError('EVENT_RESERVED', `"${String(name)}" is a reserved event name`);
  if (typeof name !== 'string' && !Number.isFinite(name))
    throw new SocketioError('EVENT_INVALID', 'the name of an event is a string or a number');
  return { type: PacketType.EVENT, nsp, data: [name, ...args] };
}

/** The packet of `send(...args)`: one string is a text, one other value is JSON, anything else a plain event. */
export function messagePacket(nsp: string, args: readonly unknown[]): EventPacket {
  const packet: EventPacket = { type: PacketType.EVENT, nsp, data: ['message', ...args] };
  const form = args.length === 1 ? formOf(args[0]) : undefined;
  return form ? { ...packet, form } : packet;
}

function formOf(value: unknown): EventPacket['form'] {
  if (typeof value === 'string') return 'text';
  return value === undefined || typeof value === 'symbol' ? undefined : 'json';
}
