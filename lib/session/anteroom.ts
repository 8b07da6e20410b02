/** What a client has said in namespaces that it has not joined yet; bounded, in order, heard once it has. */
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

export class Anteroom {
  readonly #bounds: AnteroomBounds;
  readonly #flow: (open: boolean) => void;
  readonly #waiting = new Map<string, Early[]>();
  #bytes = 0;

  /** @param flow slows the client down, or lets it speak again */
  constructor(bounds: AnteroomBounds, flow: (open: boolean) => void) {
    this.#bounds = bounds;
    this.#flow = flow;
  }

  has(nsp: string): boolean {
    return this.#waiting.has(nsp);
  }

  /**
   * @param expected whether it is about to be decided who may join: nothing of that is lost, and the client is slowed down
   * when too much waits. Anything else is dropped then, since nobody need ever join.
   * @returns the bound, if it was dropped
   */
  add(early: Early, expected: boolean): 'mailboxBytes' | undefined {
    if (this.#full && !expected) return 'mailboxBytes';
    this.#bytes += early.size + OVERHEAD;
    const { nsp } = early.packet;
    const others = this.#waiting.get(nsp);
    if (others) others.push(early);
    else this.#waiting.set(nsp, [early]);
    if (this.#full && expected) this.#flow(false);
    return undefined;
  }

  /** This namespace has been joined: what has waited for it is heard, and nothing newer comes in between. */
  hear(nsp: string, listener: (early: Early) => void): void {
    this.#flow(false);
    for (const early of this.#take(nsp)) listener(early);
    this.#flow(true);
  }

  /** This namespace will not be joined. */
  forget(nsp: string): void {
    this.#take(nsp);
    this.#flow(true);
  }

  get #full(): boolean {
    return this.#bytes >= this.#bounds.mailboxBytes;
  }

  #take(nsp: string): readonly Early[] {
    const taken = this.#waiting.get(nsp) ?? [];
    this.#waiting.delete(nsp);
    for (const { size } of taken) this.#bytes -= size + OVERHEAD;
    return taken;
  }
}
