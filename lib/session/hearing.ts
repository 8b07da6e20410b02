/** What a session hears: frames become packets, and signs of life end here. */
import type { Decoded, Decoder, Frame, Malformed, Signal } from '../codec/codec.js';
import { never, type Packet } from '../packet.js';
import type { Transport } from '../transport/transport.js';
import type { Heartbeat } from './heartbeat.js';
import type { Household, SessionEvents } from './household.js';
import { Alarm, type Sleeper } from './wheel.js';

/** Upward, to the session. */
export interface HearingEvents {
  readonly carrier: Pick<Transport, 'arrived'> | undefined;
  /** The client has asked whether we are here, and is told so. */
  ask(): void;
  /** The client has said that it ends, or something that ends it. */
  over(because: 'close' | 'heartbeat' | Malformed): void;
}

const overdue: Malformed = {
  type: 'malformed',
  layer: 'socket',
  why: 'attachments of which too little came within attachmentTimeout',
};

/** As much of the largest packet has to come in each time, or all that is missing. */
const LEAST = 1 / 100;

export class Hearing implements Sleeper {
  readonly #decoder: Decoder;
  readonly #heartbeat: Heartbeat;
  readonly #people: Pick<SessionEvents, 'packet'>;
  readonly #up: HearingEvents;
  readonly #house: Pick<Household, 'wheel' | 'limits'>;
  /** Bytes of a packet whose attachments are still coming. */
  #partial = 0;
  /** Runs while they are coming; most clients never send any. */
  #deadline: Alarm | undefined;
  /** What had come of the client when it began to run. */
  #arrived = 0;

  /** @param people who gets the packets */
  constructor(
    decoder: Decoder,
    heartbeat: Heartbeat,
    house: Pick<Household, 'wheel' | 'limits'>,
    people: Pick<SessionEvents, 'packet'>,
    up: HearingEvents,
  ) {
    this.#decoder = decoder;
    this.#heartbeat = heartbeat;
    this.#house = house;
    this.#people = people;
    this.#up = up;
  }

  hear(frame: Frame): void {
    const decoded = this.#decoder.decode(frame);
    if (decoded === undefined && this.#decoder.unfinished) return this.#await(frame.length);
    const size = this.#partial + frame.length;
    // A sign of life may come in between.
    if (this.#partial > 0 && !this.#decoder.unfinished) this.#complete();
    if (decoded === undefined) return this.#heartbeat.sign();
    if (!isPacket(decoded)) return this.#deal(decoded);
    this.#heartbeat.sign();
    this.#people.packet(decoded, size);
  }

  /** Whether the client is read: what it can't say is not late. */
  flow(open: boolean): void {
    if (this.#partial > 0 && open) this.#wait();
    else this.#deadline?.stop();
  }

  /** @internal time to see how much of the attachments has come */
  rung(heldUp: boolean): void {
    const { wheel, limits } = this.#house;
    if (heldUp) this.#deadline?.lookAgain(wheel);
    else if ((this.#up.carrier?.arrived ?? 0) - this.#arrived < LEAST * limits.maxPayload)
      this.#up.over(overdue);
    else this.#wait();
  }

  /** Nothing more is heard. */
  end(): void {
    this.#deadline?.stop();
    this.#decoder.end?.();
  }

  /** More of the packet is due. */
  #await(bytes: number): void {
    if (this.#partial === 0) this.#wait();
    this.#partial += bytes;
    this.#heartbeat.sign();
  }

  #wait(): void {
    const { wheel, limits } = this.#house;
    this.#arrived = this.#up.carrier?.arrived ?? 0;
    this.#deadline ??= new Alarm(this);
    this.#deadline.start(wheel, limits.attachmentTimeout);
  }

  #complete(): void {
    this.#partial = 0;
    this.#deadline?.stop();
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
