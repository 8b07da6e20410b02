/** The contract of a transport: how frames leave and arrive. It knows no session and no packet. */
import type { Frame } from '../codec/codec.js';
import type { DisconnectReason } from '../errors.js';
import type { TransportName } from '../options.js';

/**
 * Most frames of one batch where many leave with one write: a few milliseconds of work. A client that takes all of it at
 * once gets the next one in another turn of the event loop.
 */
export const MANY_FRAMES = 8_192;

/** Frames that leave together. */
export interface Batch {
  /** How many. */
  readonly count: number;
  readonly frames: readonly Frame[];
  /** Bytes of all frames, UTF-8. */
  readonly bytes: number;
  /** Which frames shall not be compressed; absent if all may be. */
  readonly spared?: readonly boolean[] | undefined;
  /** What `pack` makes of the frames; made once for all connections that send the same batch. */
  packed<T>(pack: (frames: readonly Frame[]) => T): T;
}

/** Upward, to the session. */
export interface TransportEvents {
  received(frame: Frame): void;
  /** Can take a batch (again). */
  writable(): void;
  /** The end, told once. */
  closed(reason: DisconnectReason, description?: unknown): void;
}

/** Hears a transport that has nobody yet, or nobody any more. */
export const nobody: TransportEvents = { received(): void {}, writable(): void {}, closed(): void {} };

/**
 * `orderly`: what has been sent arrives first. The same, and the client is told more if it can be told: `malformed`,
 * that its input was; `away`, that the server goes away. `abort`: at once.
 */
export type CloseManner = 'orderly' | 'malformed' | 'away' | 'abort';

export interface Transport {
  readonly name: TransportName;
  /** Whether `send` would hand the batch on at once. */
  readonly writable: boolean;
  /** Bytes accepted by `send` and not yet handed to the operating system. */
  readonly buffered: number;
  /** Whether all that has come in has been handed up. */
  readonly settled: boolean;
  /** Bytes that have come from the client, also of what is not whole yet. Only that it grows means something. */
  readonly arrived: number;
  /** Whether something that takes time is on its way, to the client or from it, and it can do nothing else before. */
  readonly busy: boolean;
  /** Most frames and bytes of one batch; a single larger frame passes alone. */
  readonly mostFrames: number;
  readonly mostBytes: number;
  /** Whether an end is announced by a frame (polling), not by the connection's own means (WebSocket). */
  readonly saysGoodbye: boolean;
  /** From now on, events go there. */
  reportTo(up: TransportEvents): void;
  /** Only while `writable`. */
  send(batch: Batch): void;
  /** Stops or resumes reading from the client; while stopped, nothing is `received`. */
  flow(open: boolean): void;
  /** Calls back when nothing is `buffered` any more, or nothing can leave any more. */
  drained(done: () => void): void;
  /** What `send` accepted and the client certainly has not received; the caller sends it another way. */
  reclaim(): Batch | undefined;
  /**
   * `closed` is told when all has left and the connection is done. May be called again, to abort.
   * @param why for the client's people, in ASCII: nothing that the client has sent, and no secret
   */
  close(manner: CloseManner, why?: string): void;
}
