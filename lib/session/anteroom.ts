/** What a client has said in namespaces that it has not joined yet; bounded, in order, heard once it has. */
import type { AckPacket, DisconnectPacket, EventPacket } from '../packet.js';

export interface AnteroomBounds {
  /** Most packets that wait. */
  readonly mailboxMessages: number;
  /** Most bytes of them on the wire. */
  readonly mailboxBytes: number;
}

export interface Early {
  readonly packet: EventPacket | AckPacket | DisconnectPacket;
  /** Bytes on the wire. */
  readonly size: number;
}

export class Anteroom {
  readonly #bounds: AnteroomBounds;
  readonly #waiting = new Map<string, Early[]>();
  #count = 0;
  #bytes = 0;

  constructor(bounds: AnteroomBounds) {
    this.#bounds = bounds;
  }

  has(nsp: string): boolean {
    return this.#waiting.has(nsp);
  }

  /**
   * Keeps a packet; what goes beyond the bounds is dropped, since nobody need ever join.
   * @returns the bound, if it was dropped
   */
  add(early: Early): 'mailboxMessages' | 'mailboxBytes' | undefined {
    const { mailboxMessages, mailboxBytes } = this.#bounds;
    if (this.#count >= mailboxMessages) return 'mailboxMessages';
    if (this.#bytes + early.size > mailboxBytes) return 'mailboxBytes';
    this.#count += 1;
    this.#bytes += early.size;
    const { nsp } = early.packet;
    const others = this.#waiting.get(nsp);
    if (others) others.push(early);
    else this.#waiting.set(nsp, [early]);
    return undefined;
  }

  /** What has waited for this namespace; it waits no longer. */
  take(nsp: string): readonly Early[] {
    const taken = this.#waiting.get(nsp) ?? [];
    this.#waiting.delete(nsp);
    this.#count -= taken.length;
    for (const { size } of taken) this.#bytes -= size;
    return taken;
  }
}
