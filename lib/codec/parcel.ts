/** An outgoing packet, encoded at most once per codec however many clients receive it. */
import type { Packet } from '../packet.js';
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
  readonly #encoded: (Encoded | undefined)[] = [];
  /** The same frames for those who do not want them compressed; made when first asked for. */
  #plain: (Encoded | undefined)[] | undefined;

  constructor(packet: Packet) {
    this.packet = packet;
  }

  /** @throws what `JSON.stringify` throws (a cycle, a BigInt): the caller of `emit` made it, and hears of it. */
  encoded(codec: Codec): Encoded {
    const known = this.#encoded[codec.slot];
    if (known) return known;
    const frames = codec.encode(this.packet);
    const encoded = { frames, bytes: sizeOf(frames) };
    this.#encoded[codec.slot] = encoded;
    return encoded;
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
}

/** Bytes of all frames, UTF-8. */
export function sizeOf(frames: readonly Frame[]): number {
  let bytes = 0;
  for (const frame of frames) bytes += Buffer.byteLength(frame);
  return bytes;
}
