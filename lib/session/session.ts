/** One client, whatever carries it: opening, open, closing, closed. */
import type { Frame, Malformed, Signal } from '../codec/codec.js';
import type { Parcel } from '../codec/parcel.js';
import type { DisconnectReason } from '../errors.js';
import type { Transport, TransportEvents } from '../transport/transport.js';
import type { Subject } from '../watch/watch.js';
import { Conn, type ReadyState, type Watched } from './conn.js';
import { Farewell, LINGER, type Pace, verdictOn } from './farewell.js';
import { Handover, type HandoverEvents, retire } from './handover.js';
import { Hearing, type HearingEvents } from './hearing.js';
import { Heartbeat } from './heartbeat.js';
import type { Birth, Household, SessionEvents } from './household.js';
import { Outbox } from './outbox.js';
import { written } from './signals.js';
import type { Trail } from './trail.js';

export class Session implements TransportEvents, HearingEvents, HandoverEvents, Watched, Subject {
  readonly birth: Birth;
  /** Tells it from the others where its id, a secret, may not be said. */
  readonly number: number;
  readonly #house: Household;
  readonly #up: SessionEvents;
  readonly #hearing: Hearing;
  readonly #heartbeat: Heartbeat;
  readonly #outbox: Outbox;
  #transport: Transport | undefined;
  /** The last one, whether it goes on or has failed: what it had opened may still be closing. */
  #handover: Handover | undefined;
  /** How a closing session ends. */
  #farewell: Farewell | undefined;
  #conn: Conn | undefined;
  #state: ReadyState = 'opening';
  #flowing = true;

  constructor(birth: Birth, house: Household, up: SessionEvents) {
    this.birth = birth;
    this.number = house.watch.count();
    this.#house = house;
    this.#up = up;
    this.#heartbeat = new Heartbeat(house.wheel, birth.rhythm, this);
    this.#hearing = new Hearing(birth.codec.decoder(house.limits), this.#heartbeat, house, up, this);
    this.#outbox = new Outbox(birth.codec, house, this);
  }

  get id(): string {
    return this.birth.id;
  }

  /** The connection as users see it; one that nobody asks for is never made. */
  get conn(): Conn {
    this.#conn ??= new Conn(this, this.#outbox, this.#house.failed);
    return this.#conn;
  }

  get readyState(): ReadyState {
    return this.#state;
  }

  /** Bytes that wait for the client. */
  get bufferedAmount(): number {
    return this.#outbox.bytes;
  }

  /** What is held against the client. */
  get pressure(): Outbox['pressure'] {
    return this.#outbox.pressure;
  }

  /** Whether a better transport is being tried. */
  get upgrading(): boolean {
    return this.#handover?.over === false;
  }

  /** What carries it at present; requests of a polling client are brought to it. */
  get carrier(): Transport | undefined {
    return this.#transport;
  }

  /**
   * The first transport is there.
   * @param handshake data of the signal `open`; absent where the client has its handshake already
   * @param announce called before what the client has said by connecting alone
   */
  open(transport: Transport, handshake: string | undefined, announce?: (session: Session) => void): void {
    // The server may have closed while the handshake was under way.
    if (this.#state !== 'opening') return transport.close('orderly');
    this.#transport = transport;
    this.#outbox.carryBy(transport);
    this.#state = 'open';
    this.#heartbeat.start();
    if (handshake !== undefined) this.#signal({ type: 'open', data: handshake });
    // Before the client hears of it: a balancer that is told which node a session is on must know before the next poll.
    this.#house.watch.opened(this);
    announce?.(this);
    // Whoever has heard of it may have ended it.
    if (this.#state !== 'open') return;
    // A first poll is answered by this signal alone; a WebSocket's goes with what follows in the same tick.
    if (transport.saysGoodbye) this.#outbox.flush();
    for (const packet of this.birth.manners.implied) this.#up.packet(packet, 0);
  }

  /**
   * @param plain whether it leaves as it is, though the connection could compress it
   * @returns where the client stands now, if it need not be told by itself what comes next
   * @throws what encoding throws
   */
  send(parcel: Parcel, volatile = false, plain = false): Trail | undefined {
    const { codec } = this.birth;
    const encoded = plain ? parcel.plain(codec) : parcel.encoded(codec);
    if (this.#state !== 'open') return undefined;
    if (volatile && !this.#outbox.writable) return undefined;
    return this.#outbox.add(encoded, volatile);
  }

  /** Stops or resumes reading from the client. Silence is not held against a client that is not read. */
  flow(open: boolean): void {
    if (this.#flowing === open || this.#state !== 'open') return;
    this.#flowing = open;
    this.#heartbeat.flow(open);
    this.#hearing.flow(open);
    this.#transport?.flow(open);
  }

  /**
   * A second connection asks to take over.
   * @returns `undefined` if it may not: another one is trying, or has done so
   */
  handOver(candidate: Transport): Handover | undefined {
    if (this.upgrading || this.#state !== 'open' || !this.#transport?.saysGoodbye) return undefined;
    this.#handover?.drop();
    this.#handover = new Handover(candidate, this.birth.codec, this.#house, this);
    return this.#handover;
  }

  /**
   * The only way to end a session. What was sent before is delivered, unless the reason says that it can't be.
   * @param lingerMs how long that may take; a closing session can be told to hurry
   * @param pace where it is not what the reason suggests
   */
  close(reason: DisconnectReason, description?: unknown, lingerMs = LINGER, pace?: Pace): void {
    if (this.#state === 'closing') this.#farewell?.hurry(lingerMs);
    if (this.#state === 'closing' || this.#state === 'closed') return;
    const why = typeof description === 'string' ? new Error(description) : description;
    this.#state = 'closing';
    this.#outbox.part();
    this.#house.watch.closed(this, reason, why);
    this.#up.closed(reason, why);
    this.#conn?.ending(reason, why);
    const transport = this.#transport;
    if (!transport) return this.#end();
    const estate = { transport, outbox: this.#outbox, codec: this.birth.codec, house: this.#house };
    this.#farewell = new Farewell(reason, estate, lingerMs, pace, () => this.#end());
    // Who may come for what waits is asked on: it would end by itself before it has all.
    if (!this.#farewell.patient) {
      this.#heartbeat.stop();
      this.#handover?.abandon();
    }
    this.#farewell.begin(description);
  }

  received(frame: Frame): void {
    if (this.#state !== 'open') this.#farewell?.received(frame);
    else if (this.#conn) this.#conn.hear(frame, this.#hearing);
    else this.#hearing.hear(frame);
  }

  over(because: 'close' | 'heartbeat' | Malformed): void {
    if (because !== 'close') return this.close(...verdictOn(because));
    const { farewell } = this.birth.manners;
    if (farewell.answered) this.#signal({ type: 'close' });
    else this.release();
    this.close(farewell.reason);
  }

  /** The transport can take something: what waits, and then the end if one is due. */
  writable(): void {
    this.#heartbeat.shows();
    this.#outbox.flush();
    this.#farewell?.proceed();
    this.#handover?.polled();
  }

  /** The transport is done. */
  closed(reason: DisconnectReason, description?: unknown): void {
    this.close(reason, description);
    this.#end();
  }

  tooSlow(why: string): void {
    this.#house.watch.slow(this, why, this.#outbox.bytes);
    this.close('slow consumer', why);
  }

  /** A heartbeat is due: a question, or the answer to all that the client has asked. */
  ask(): void {
    this.#outbox.addAhead(written(this.birth.codec, { type: this.#heartbeat.word }));
  }

  /** No sign of life. */
  missed(): void {
    this.close('ping timeout', 'no sign of life within pingTimeout');
  }

  /** Answers a poll that waits; with a noop if there is nothing else. */
  release(probed?: Transport): void {
    if (probed) this.#conn?.tries(probed);
    if (!this.#transport?.saysGoodbye) return;
    this.#outbox.flush();
    if (this.#transport.writable) this.#transport.send(written(this.birth.codec, { type: 'noop' }));
  }

  moved(to: Transport): boolean {
    const from = this.#transport;
    if (!from?.settled || !to.writable) return false;
    this.#handover = undefined;
    const unsent = retire(from, this.birth.codec);
    this.#transport = to;
    to.reportTo(this);
    this.#outbox.carryBy(to);
    if (!this.#farewell) this.#heartbeat.sign();
    this.#house.watch.moved(this);
    this.#conn?.moved();
    // Behind what went before, and ahead of what waits.
    if (unsent) to.send(unsent);
    this.#outbox.flush();
    to.flow(this.#flowing || this.#farewell !== undefined);
    this.#farewell?.carryBy(to);
    return true;
  }

  abandoned(why?: string): void {
    if (why) this.#house.watch.repelled(this, why);
  }

  #signal(signal: Signal): void {
    this.#outbox.add(written(this.birth.codec, signal));
  }

  #end(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#farewell?.stop();
    this.#heartbeat.stop();
    this.#handover?.drop();
    this.#hearing.end();
    this.#outbox.clear();
    this.#up.ended();
    this.#conn?.ended();
  }
}
