/** The parser of socket.io 0.9, and what its packets mean in neutral words. */
import { createRequire } from 'node:module';
import type { Decoded } from '../../lib/codec/codec.js';
import { PacketType } from '../../lib/packet.js';

/** A packet of the original; what is absent, it left out. */
export interface Genuine {
  readonly type?: string;
  readonly endpoint?: string;
  readonly id?: string | number;
  readonly ack?: true | 'data';
  readonly data?: unknown;
  readonly qs?: string;
  readonly name?: unknown;
  readonly args?: unknown;
  readonly ackId?: string;
  readonly reason?: string;
  readonly advice?: string;
}

interface GenuineParser {
  encodePacket(packet: Genuine): string;
  decodePacket(wire: string): Genuine;
  encodePayload(frames: readonly string[]): string;
  decodePayload(body: string): Genuine[];
}

/** It has no types and no default export. */
export const genuine: GenuineParser = createRequire(import.meta.url)('socket.io-09/lib/parser.js');

/** What a packet of the original is to us; `undefined` for what there is nothing to act on. */
export function meaning(packet: Genuine): Decoded {
  const [, nsp = '', query = ''] = /^([^?]*)(.*)$/s.exec(packet.endpoint || '/') ?? [];
  const ask =
    packet.id === undefined
      ? {}
      : { id: Number(packet.id), ...(packet.ack === true && { receipt: true as const }) };
  const args: unknown[] = Array.isArray(packet.args) ? packet.args : [];
  switch (packet.type) {
    case 'disconnect':
      return nsp === '/' ? { type: 'close' } : { type: PacketType.DISCONNECT, nsp };
    case 'connect': {
      if (nsp === '/') return { type: 'open' };
      // What a careless merge would take for a prototype is taken out.
      const pairs = [...new URLSearchParams(query || packet.qs)].filter(([key]) => key !== '__proto__');
      const data = Object.fromEntries(pairs);
      const address = query === '' ? {} : { address: nsp + query };
      return { type: PacketType.CONNECT, nsp, ...address, ...(Object.keys(data).length > 0 && { data }) };
    }
    case 'heartbeat':
      return { type: 'pong' };
    case 'message':
      return { type: PacketType.EVENT, nsp, data: ['message', packet.data], form: 'text', ...ask };
    case 'json':
      return { type: PacketType.EVENT, nsp, data: ['message', packet.data], form: 'json', ...ask };
    case 'event':
      return typeof packet.name === 'string'
        ? { type: PacketType.EVENT, nsp, data: [packet.name, ...args], ...ask }
        : undefined;
    case 'ack':
      return packet.ackId === undefined
        ? undefined
        : { type: PacketType.ACK, nsp, id: Number(packet.ackId), data: args };
    case 'noop':
      return { type: 'noop' };
    default:
      return undefined;
  }
}
