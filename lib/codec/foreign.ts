/** Packets that somebody else has encoded: an adapter with an encoder of its own. */
import { Buffer } from 'node:buffer';
import { type EventPacket, PacketType } from '../packet.js';
import type { DecodeLimits } from './codec.js';
import { engine4 } from './engine4.js';

/** No bounds: it comes from this process, not from a client. */
const limits: DecodeLimits = {
  maxAttachments: Number.MAX_SAFE_INTEGER,
  maxPayload: Number.MAX_SAFE_INTEGER,
  maxArguments: Number.MAX_SAFE_INTEGER,
  maxDepth: 4_000,
  maxValues: Number.MAX_SAFE_INTEGER,
  maxNameLength: Number.MAX_SAFE_INTEGER,
  maxNamespaceLength: Number.MAX_SAFE_INTEGER,
};

/**
 * Reads one event: its text, then its attachments, without Engine.IO types.
 * @returns `undefined` for anything else
 * @see socket.io-protocol v5, "Packet encoding"
 */
export function readForeign(encoded: readonly (string | Uint8Array)[]): EventPacket | undefined {
  const decoder = engine4.decoder(limits);
  for (const part of encoded) {
    const packet = decoder.decode(typeof part === 'string' ? `4${part}` : Buffer.from(part));
    if (packet === undefined) continue;
    return packet.type === PacketType.EVENT ? packet : undefined;
  }
  return undefined;
}
