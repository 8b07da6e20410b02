/** The way of one socket to its connection; closed behind it. */
import type { Stand } from './adapter/contract.js';
import { Parcel } from './codec/parcel.js';
import type { Extent, SendFlags, Wire } from './namespace/wire.js';
import { PacketType } from './packet.js';

/** The end of it. */
interface Landing {
  joined(nsp: string): void;
  send(parcel: Parcel, flags: SendFlags | undefined): Stand<Parcel> | undefined;
  left(nsp: string, extent: Extent): void;
  flow(nsp: string, open: boolean): void;
}

/** The way of one socket to this connection. */
export class Line implements Wire {
  readonly #peer: Landing;
  readonly #nsp: string;
  readonly #address: string | undefined;
  #open = true;

  /** @param address how the client addresses the namespace, if not by its name */
  constructor(peer: Landing, nsp: string, address: string | undefined) {
    this.#peer = peer;
    this.#nsp = nsp;
    this.#address = address;
  }

  send(parcel: Parcel, flags?: SendFlags): Stand<Parcel> | undefined {
    if (!this.#open) return undefined;
    if (parcel.packet.type === PacketType.CONNECT) this.#peer.joined(this.#nsp);
    if (this.#address === undefined) return this.#peer.send(parcel, flags);
    this.#peer.send(new Parcel({ ...parcel.packet, nsp: this.#address }), flags);
    return undefined;
  }

  close(extent: Extent): void {
    if (!this.#open) return;
    // Before a whole connection ends, each socket is told.
    this.#open = extent === 'connection';
    this.#peer.left(this.#nsp, extent);
  }

  flow(open: boolean): void {
    if (this.#open) this.#peer.flow(this.#nsp, open);
  }
}
