/** An outgoing packet, encoded at most once per codec however many clients receive it. */
import { Buffer } from 'node:buffer';
import { type Packet, PacketType } from '../packet.js';
import type { Codec, Frame } from './codec.js';

/** The frames of one packet in one generation. */
export interface Encoded {
  readonly frames: readonly Frame[];
  /** Bytes of all frames, UTF-8. */
  readonly bytes: number;
  /** Leaves as it is, though the connection could compress it. */
  readonly plain?: true;
}

export class Parcel {
  readonly packet: Packet;
  /** The slot of whoever was the first to read it, and the frames: most parcels have one receiver, or many alike. */
  #slot = -1;
  #first: Encoded | undefined;
  #others: (Encoded | undefined)[] | undefined;
  /** The same frames for those who do not want them compressed; made when first asked for. */
  #plain: (Encoded | undefined)[] | undefined;

  constructor(packet: Packet) {
    this.packet = packet;
  }

  /** A parcel of what `keep` gave: for clients of that codec, or of one that is based on it. */
  static of(kept: Encoded, codec: Codec, nsp: string): Parcel {
    const parcel = new Parcel({ type: PacketType.EVENT, nsp, data: [] });
    parcel.#put(codec.slot, kept);
    return parcel;
  }

  /** @throws what `JSON.stringify` throws (a cycle, a BigInt): the caller of `emit` made it, and hears of it. */
  encoded(codec: Codec): Encoded {
    const known = this.#at(codec.slot);
    if (known) return known;
    const basis = codec.basis && this.#at(codec.basis.slot);
    const frames = codec.basis && basis ? codec.basis.turn(basis.frames) : codec.encode(this.packet);
    const bytes = sizeOf(frames);
    return this.#put(codec.slot, basis?.plain ? { frames, bytes, plain: true } : { frames, bytes });
  }

  /**
   * The frames for later: whatever the program does to the arguments or their bytes, these stay as they are now.
   * @param plain whether they leave uncompressed then, too
   * @throws what `encoded` throws
   */
  keep(codec: Codec, plain: boolean): Encoded {
    const encoded = plain ? this.plain(codec) : this.encoded(codec);
    if (encoded.frames.every((frame) => typeof frame === 'string')) return encoded;
    const frames = encoded.frames.map((frame) => (typeof frame === 'string' ? frame : Buffer.from(frame)));
    return { ...encoded, frames };
  }

  /**
   * The same, not to be compressed.
   * @throws what `encoded` throws
   */
  plain(codec: Codec): Encoded {
    this.#plain ??= [];
    const known = this.#plain[codec.slot];
    if (known) return known;
    const plain: Encoded = { ...this.encoded(codec), plain: true };
    this.#plain[codec.slot] = plain;
    return plain;
  }

  #at(slot: number): Encoded | undefined {
    return this.#slot === slot ? this.#first : this.#others?.[slot];
  }

  #put(slot: number, encoded: Encoded): Encoded {
    if (this.#slot === -1) {
      this.#slot = slot;
      this.#first = encoded;
    } else {
      this.#others ??= [];
      this.#others[slot] = encoded;
    }
    return encoded;
  }
}

/** Bytes of all frames, UTF-8. */
export function sizeOf(frames: readonly Frame[]): number {
  let bytes = 0;
  for (const frame of frames) bytes += Buffer.byteLength(frame);
  return bytes;
}
