/** The offsets that hosted adapters put at the end of events: found, and kept apart from the arguments. */
import type { EventPacket } from '../packet.js';
import type { Adapter, BroadcastFlags } from './contract.js';

/**
 * Whether an adapter has a way of its own to restore sessions, and so writes offsets: the common ancestor of the
 * published ones has one, too, that does nothing.
 */
export function remembers(adapter: Adapter): boolean {
  return ownerOf(adapter, 'restoreSession') !== ownerOf(adapter, 'socketRooms');
}

function ownerOf(object: object, name: string): object | null {
  for (let owner: object | null = object; owner; owner = Object.getPrototypeOf(owner))
    if (Object.hasOwn(owner, name)) return owner;
  return null;
}

export class Offsets {
  used = false;
  /** How long the data of this node's own events was before an adapter had them. */
  readonly #lengths: WeakMap<EventPacket, number> = new WeakMap();
  #latest: string | undefined;

  /** An event of this node is handed to the adapter. */
  sent(packet: EventPacket): void {
    if (this.used) this.#lengths.set(packet, packet.data.length);
  }

  /** The event with its offset where codecs look for it. Clients take any text at the end for one: then there is one. */
  apart(packet: EventPacket, { volatile }: BroadcastFlags): EventPacket {
    if (!this.used || packet.id !== undefined) return packet;
    const last = packet.data.at(-1);
    if (typeof last !== 'string') return packet;
    const length = this.#lengths.get(packet);
    const appended = length === undefined ? !volatile : packet.data.length > length;
    if (appended) this.#latest = last;
    const data = appended ? packet.data.slice(0, -1) : packet.data;
    return this.#latest === undefined ? { ...packet, data } : { ...packet, data, offset: this.#latest };
  }
}
