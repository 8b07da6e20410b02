/** What a transport tells, kept for a spec; and batches to give it. */
import type { Frame } from '../../lib/codec/codec.js';
import type { DisconnectReason } from '../../lib/errors.js';
import type { Batch, TransportEvents } from '../../lib/transport/transport.js';
import { within } from '../support/patience.js';

export class Listener implements TransportEvents {
  readonly frames: Frame[] = [];
  readonly ends: (readonly [reason: DisconnectReason, description: unknown])[] = [];
  writables = 0;
  /** Called for each frame. */
  onFrame: (frame: Frame) => void = () => {};
  #look: () => void = () => {};

  received(frame: Frame): void {
    this.frames.push(frame);
    this.onFrame(frame);
    this.#look();
  }

  writable(): void {
    this.writables += 1;
    this.#look();
  }

  closed(reason: DisconnectReason, description?: unknown): void {
    this.ends.push([reason, description]);
    this.#look();
  }

  /** So many frames have come since the beginning. */
  heard(count: number): Promise<void> {
    return this.until(() => this.frames.length >= count, `${count} frames; ${this.frames.length} came`);
  }

  ended(): Promise<void> {
    return this.until(() => this.ends.length > 0, 'the end of the transport');
  }

  until(fulfilled: () => boolean, what: string): Promise<void> {
    const promise = new Promise<void>((resolve) => {
      this.#look = () => {
        if (fulfilled()) resolve();
      };
      this.#look();
    });
    return within(promise, what);
  }
}

/** Frames that leave together, as the outbox would hand them over. */
export function batchOf(...frames: Frame[]): Batch {
  return {
    frames,
    bytes: frames.reduce((sum, frame) => sum + Buffer.byteLength(frame), 0),
    packed: (pack) => pack(frames),
  };
}
