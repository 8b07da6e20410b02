/** A transport without a network: it keeps what it was given, and takes as much as the spec allows. */
import type { Frame } from '../../lib/codec/codec.js';
import type { Batch, CloseManner, Transport, TransportEvents } from '../../lib/transport/transport.js';

const join = (frames: readonly Frame[]): string => frames.join('|');

export class FakeTransport implements Transport {
  readonly name: Transport['name'];
  readonly saysGoodbye: boolean;
  mostFrames = Number.POSITIVE_INFINITY;
  mostBytes = Number.POSITIVE_INFINITY;
  writable = true;
  buffered = 0;
  settled = true;
  arrived = 0;
  busy = false;
  /** Batches, joined. */
  readonly sent: string[] = [];
  readonly flows: boolean[] = [];
  readonly closings: CloseManner[] = [];
  up: TransportEvents | undefined;
  unsent: Batch | undefined;
  #waiters: (() => void)[] = [];

  constructor(saysGoodbye = false) {
    this.saysGoodbye = saysGoodbye;
    this.name = saysGoodbye ? 'polling' : 'websocket';
  }

  reportTo(up: TransportEvents): void {
    this.up = up;
  }

  send(batch: Batch): void {
    this.sent.push(batch.packed(join));
  }

  flow(open: boolean): void {
    this.flows.push(open);
  }

  drained(done: () => void): void {
    if (this.buffered === 0) done();
    else this.#waiters.push(done);
  }

  /** The operating system has taken everything. */
  drain(): void {
    this.buffered = 0;
    for (const done of this.#waiters.splice(0)) done();
  }

  reclaim(): Batch | undefined {
    const { unsent } = this;
    this.unsent = undefined;
    return unsent;
  }

  close(manner: CloseManner): void {
    this.closings.push(manner);
    this.writable = false;
  }
}
