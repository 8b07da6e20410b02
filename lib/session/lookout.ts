/** What goes out of a connection that somebody watches: each packet is told when it is queued, and when it leaves. */
import type { Codec, Frame } from '../codec/codec.js';
import type { Encoded } from '../codec/parcel.js';
import type { CreatedPacket } from '../namespace/connection.js';
import type { Batch } from '../transport/transport.js';

/** Upward, to the connection. */
export interface LookoutEvents {
  created(packet: CreatedPacket): void;
  flushed(packets: CreatedPacket[]): void;
  drained(): void;
}

/** Hears what passes, where somebody wants to know. */
export interface OutboxWatcher {
  /** Told once: what was there already. */
  waits(batch: Batch): void;
  added(encoded: Encoded, volatile: boolean): void;
  leaving(batch: Batch): void;
  left(): void;
}

export class Lookout implements OutboxWatcher {
  readonly #codec: Codec;
  readonly #up: LookoutEvents;
  /** In the order in which they will leave. */
  #queued: CreatedPacket[] = [];

  constructor(codec: Codec, up: LookoutEvents) {
    this.#codec = codec;
    this.#up = up;
  }

  waits({ frames, spared }: Batch): void {
    this.#queued = frames.map((frame, index) => this.#packet(frame, spared?.[index] !== true, false));
  }

  added({ frames, plain }: Encoded, volatile: boolean): void {
    const packets = frames.map((frame) => this.#packet(frame, plain !== true, volatile));
    for (const packet of packets) this.#up.created(packet);
    // Whoever was told may have sent something, which is ahead of these.
    this.#queued.push(...packets);
  }

  leaving({ frames }: Batch): void {
    this.#up.flushed(this.#queued.splice(0, frames.length));
  }

  left(): void {
    this.#up.drained();
  }

  #packet(frame: Frame, compress: boolean, volatile: boolean): CreatedPacket {
    const { type, data } = this.#codec.show(frame);
    const options = volatile ? ({ compress, volatile } as const) : { compress };
    return data === undefined ? { type, options } : { type, options, data };
  }
}
