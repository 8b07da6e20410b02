/** What a transport tells, kept for a spec; and batches to give it. */
import assert from 'node:assert/strict';
import type { Frame } from '../../lib/codec/codec.js';
import type { DisconnectReason } from '../../lib/errors.js';
import {
  type Batch,
  MANY_FRAMES,
  type Transport,
  type TransportEvents,
} from '../../lib/transport/transport.js';
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
    count: frames.length,
    frames,
    bytes: frames.reduce((sum, frame) => sum + Buffer.byteLength(frame), 0),
    packed: (pack) => pack(frames),
  };
}

/** Whether it asks for more in another turn only when it has been given much, though the client takes all at once. */
export async function givesWay(transport: Transport, up: Listener): Promise<void> {
  const most = Math.min(transport.mostFrames, MANY_FRAMES);
  let turns = 0;
  const count = (): void => {
    turns += 1;
    next = setImmediate(count);
  };
  let next = setImmediate(count);
  try {
    for (let batches = 1; batches <= 3; batches++) {
      const before = turns;
      transport.send(batchOf(...Array.from({ length: most }, () => '2::')));
      assert.equal(transport.writable, false);
      await up.until(() => up.writables === batches, 'the transport to be writable');
      assert.equal(transport.writable, true);
      assert.ok(turns > before, 'in the same turn');
    }
  } finally {
    clearImmediate(next);
  }
}
