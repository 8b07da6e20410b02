/** What a client has said in namespaces that it has not joined yet; bounded, in order, heard once it has. */
import { debuglog } from 'node:util';
import type { AckPacket, DisconnectPacket, EventPacket } from '../packet.js';

export interface AnteroomBounds {
  /** Bytes of all packets at which there is room for no more; each counts as what it has on the wire, and 128 more. */
  readonly mailboxBytes: number;
}

export interface Early {
  readonly packet: EventPacket | AckPacket | DisconnectPacket;
  /** Bytes on the wire. */
  readonly size: number;
}

/** Small packets take more memory than they have bytes. */
const OVERHEAD = 128;

const debug = debuglog('socketio');

export class Anteroom {
  readonly #bounds: AnteroomBounds;
  readonly #waiting = new Map<string, Early[]>();
  #bytes = 0;

  constructor(bounds: AnteroomBounds) {
    this.#bounds = bounds;
  }

  get full(): boolean {
    return this.#bytes >= this.#bounds.mailboxBytes;
  }

  has(nsp: string): boolean {
    return this.#waiting.has(nsp);
  }

  /**
   * @param expected whether it is about to be decided who may join: nothing of that is lost, and whoever calls slows the
   * client down when it is full. Anything else is dropped then, since nobody need ever join.
   */
  add(early: Early, expected: boolean): void {
    const { nsp } = early.packet;
    if (this.full && !expected) return debug('mailboxBytes: dropped a packet for %s, not joined', nsp);
    this.#bytes += early.size + OVERHEAD;
    const others = this.#waiting.get(nsp);
    if (others) others.push(early);
    else this.#waiting.set(nsp, [early]);
  }

  /** What has waited for this namespace; it waits no longer. */
  take(nsp: string): readonly Early[] {
    const taken = this.#waiting.get(nsp) ?? [];
    this.#waiting.delete(nsp);
    for (const { size } of taken) this.#bytes -= size + OVERHEAD;
    return taken;
  }
}
