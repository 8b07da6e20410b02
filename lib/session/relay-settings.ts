/** What a relay is told of its client's generation and of the options. */
import type { Codec } from '../codec/codec.js';
import type { BodyLimits } from '../transport/body.js';
import type { Rhythm } from './heartbeat.js';
import type { Wheel } from './wheel.js';

export interface RelaySettings {
  readonly codec: Codec;
  readonly wheel: Wheel;
  /** Heartbeats, where a connection stands. */
  readonly rhythm: Rhythm;
  /** Milliseconds after which a poll is answered though there is nothing to say. */
  readonly pollDuration: number;
  /** Milliseconds in which the client must come back, between two polls. */
  readonly closeTimeout: number;
  readonly body: BodyLimits;
  /** Most bytes that are kept for a client that has not been heard yet. */
  readonly mostKept: number;
}
