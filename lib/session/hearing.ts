/** What a session hears: frames become packets, and signs of life end here. */
import type { Decoded, Decoder, Frame, Malformed, Signal } from '../codec/codec.js';
import { never, type Packet } from '../packet.js';
import type { Heartbeat } from './heartbeat.js';
import type { SessionEvents } from './household.js';

/** Upward, to the session. */
export interface HearingEvents {
  /** The client has asked whether we are here, and is told so. */
  ask(): void;
  /** The client has said that it ends, or something that ends it. */
  over(because: 'close' | 'heartbeat' | Malformed): void;
}

export class Hearing {
  readonly #decoder: Decoder;
  readonly #heartbeat: Heartbeat;
  readonly #people: Pick<SessionEvents, 'packet'>;
  readonly #up: HearingEvents;
  /** Bytes of a packet whose attachments are still coming. */
  #partial = 0;

  /** @param people who gets the packets */
  constructor(
    decoder: Decoder,
    heartbeat: Heartbeat,
    people: Pick<SessionEvents, 'packet'>,
    up: HearingEvents,
  ) {
    this.#decoder = decoder;
    this.#heartbeat = heartbeat;
    this.#people = people;
    this.#up = up;
  }

  hear(frame: Frame): void {
    const decoded = this.#decoder.decode(frame);
    this.#partial += frame.length;
    if (decoded === undefined) return this.#heartbeat.sign();
    const size = this.#partial;
    this.#partial = 0;
    if (!isPacket(decoded)) return this.#deal(decoded);
    this.#heartbeat.sign();
    this.#people.packet(decoded, size);
  }

  /** Nothing more is heard. */
  end(): void {
    this.#decoder.end?.();
  }

  #deal(decoded: Signal | Malformed): void {
    switch (decoded.type) {
      case 'ping':
      case 'pong':
        return this.#beat(decoded.type);
      case 'close':
        return this.#up.over('close');
      case 'malformed':
        return this.#up.over(decoded);
      case 'open':
      case 'upgrade':
      case 'noop':
        return this.#heartbeat.sign();
      default:
        never(decoded);
    }
  }

  #beat(type: 'ping' | 'pong'): void {
    const { asker } = this.#heartbeat;
    if (type !== (asker === 'client' ? 'ping' : 'pong')) return this.#up.over('heartbeat');
    this.#heartbeat.answered();
    if (asker === 'client') this.#up.ask();
  }
}

function isPacket(decoded: Exclude<Decoded, undefined>): decoded is Packet {
  return typeof decoded.type === 'number';
}
