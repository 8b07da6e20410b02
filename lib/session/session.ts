/** One client, whatever carries it: opening, open, closing, closed. */
import type { Codec, Frame, Malformed, Signal } from '../codec/codec.js';
import type { Parcel } from '../codec/parcel.js';
import type { DisconnectReason } from '../errors.js';
import type { Packet } from '../packet.js';
import { nobody, type Transport, type TransportEvents } from '../transport/transport.js';
import { Farewell, LINGER, reasonOf } from './farewell.js';
import { Handover } from './handover.js';
import { Hearing, type HearingEvents } from './hearing.js';
import { Heartbeat } from './heartbeat.js';
import type { Birth, Household, SessionEvents } from './household.js';
import { Outbox } from './outbox.js';
import { written } from './signals.js';

type State = 'opening' | 'open' | 'closing' | 'closed';

export class Session implements TransportEvents, HearingEvents {
  readonly birth: Birth;
  readonly #codec: Codec;
  readonly #house: Household;
  readonly #up: SessionEvents;
  readonly #hearing: Hearing;
  readonly #heartbeat: Heartbeat;
  readonly #outbox: Outbox;
  #transport: Transport | undefined;
  #handover: Handover | undefined;
  /** How a closing session ends. */
  #farewell: Farewell | undefined;
  #state: State = 'opening';
  #flowing = true;

  constructor(birth: Birth, house: Household, up: SessionEvents) {
    this.birth = birth;
    this.#codec = birth.codec;
    this.#house = house;
    this.#up = up;
    this.#heartbeat = new Heartbeat(house.wheel, birth.rhythm, this);
    this.#hearing = new Hearing(birth.codec.decoder(house.limits), this.#heartbeat, this);
    this.#outbox = new Outbox(birth.codec, house, this);
  }

  get id(): string {
    return this.birth.id;
  }

  get protocol(): number {
    return this.birth.protocol;
  }

  get remoteAddress(): string {
    return this.birth.remoteAddress;
  }

  get readyState(): State {
    return this.#state;
  }

  /** `polling` before a transport is there: no other can be missing. */
  get transport(): { readonly name: string } {
    return { name: this.#transport?.name ?? 'polling' };
  }

  /** The transport itself; requests of a polling client are brought to it. */
  get carrier(): Transport | undefined {
    return this.#transport;
  }

  get bufferedAmount(): number {
    return this.#outbox.bytes;
  }

  /** Settles when nothing waits for the client any more, or the session is over. */
  drained(): Promise<void> {
    return this.#outbox.drained();
  }

  /** The first transport is there: says `open`, with the handshake as its data. */
  open(transport: Transport, handshake: string): void {
    // The server may have closed while the handshake was under way.
    if (this.#state !== 'opening') return transport.close('orderly');
    this.#transport = transport;
    this.#outbox.carryBy(transport);
    this.#state = 'open';
    this.#heartbeat.start();
    this.#signal({ type: 'open', data: handshake });
    // A first poll is answered by this signal alone; a WebSocket's goes with what follows in the same tick.
    if (transport.saysGoodbye) this.#outbox.flush();
    for (const packet of this.birth.manners.implied) this.packet(packet, 0);
  }

  /** @throws what encoding throws */
  send(parcel: Parcel, volatile = false): void {
    const encoded = parcel.encoded(this.#codec);
    if (this.#state !== 'open') return;
    if (volatile && !this.#outbox.writable) return;
    this.#outbox.add(encoded);
  }

  /** Stops or resumes reading from the client. Silence is not held against a client that is not read. */
  flow(open: boolean): void {
    if (this.#flowing === open || this.#state !== 'open') return;
    this.#flowing = open;
    this.#heartbeat.flow(open);
    this.#transport?.flow(open);
  }

  /**
   * A second connection asks to take over.
   * @returns `undefined` if it may not: another one is trying, or has done so
   */
  handOver(candidate: Transport): Handover | undefined {
    if (this.#handover || this.#state !== 'open' || !this.#transport?.saysGoodbye) return undefined;
    const { limits, wheel } = this.#house;
    this.#handover = new Handover(candidate, this.#codec, limits, wheel, limits.upgradeTimeout, {
      release: () => this.#release(),
      moved: (to) => this.#move(to),
      abandoned: () => {
        this.#handover = undefined;
      },
    });
    return this.#handover;
  }

  /**
   * The only way to end a session. What was sent before is delivered, unless the reason says that it can't be.
   * @param lingerMs how long that may take; a closing session can be told to hurry
   */
  close(reason: DisconnectReason, description?: unknown, lingerMs = LINGER): void {
    if (this.#state === 'closing') this.#farewell?.hurry(lingerMs);
    if (this.#state === 'closing' || this.#state === 'closed') return;
    this.#state = 'closing';
    this.#heartbeat.stop();
    this.#handover?.abandon();
    this.#up.closed(reason, description);
    if (!this.#transport) return this.#end();
    const farewell = new Farewell(reason, this.#house.wheel, lingerMs, () => this.#abort());
    this.#farewell = farewell;
    if (!farewell.abrupt) {
      this.#transport.flow(true);
      this.writable();
    }
    if (farewell.brisk) this.#leave(farewell);
  }

  received(frame: Frame): void {
    if (this.#state === 'open') this.#hearing.hear(frame);
    // A client that says goodbye as well does not come for ours.
    else if (this.#farewell && frame === this.#codec.signal({ type: 'close' })) this.#leave(this.#farewell);
  }

  packet(packet: Packet, size: number): void {
    this.#up.packet(packet, size);
  }

  asked(): void {
    this.#signal({ type: 'pong' });
  }

  over(because: 'close' | 'heartbeat' | Malformed): void {
    if (because === 'heartbeat') return this.close('transport error', 'invalid heartbeat direction');
    if (because !== 'close') return this.close(reasonOf(because), because.why);
    this.#release();
    this.close('transport close');
  }

  /** The transport can take something: what waits, and then the end if one is due. */
  writable(): void {
    this.#heartbeat.shows();
    this.#outbox.flush();
    this.#handover?.polled();
    if (!this.#farewell || !this.#outbox.empty) return;
    // A goodbye has a poll of its own: clients 4.x drop the packets that they find in one body with it.
    if (!this.#transport?.saysGoodbye || this.#transport.writable) this.#leave(this.#farewell);
  }

  /** The transport is done. */
  closed(reason: DisconnectReason, description?: unknown): void {
    this.close(reason, description);
    this.#end();
  }

  tooSlow(why: string): void {
    this.close('slow consumer', why);
  }

  get visible(): boolean {
    return this.#transport?.saysGoodbye === true;
  }

  /** A heartbeat is due. */
  ask(): void {
    this.#signal({ type: this.#heartbeat.asker === 'server' ? 'ping' : 'pong' });
  }

  /** No sign of life. */
  missed(): void {
    this.close('ping timeout');
  }

  #signal(signal: Signal): void {
    this.#outbox.add(written(this.#codec, signal));
  }

  /** Answers a poll that waits; with a noop if there is nothing else. */
  #release(): void {
    if (!this.#transport?.saysGoodbye) return;
    this.#outbox.flush();
    if (this.#transport.writable) this.#transport.send(written(this.#codec, { type: 'noop' }));
  }

  #move(to: Transport): boolean {
    const from = this.#transport;
    if (!from?.settled) return false;
    this.#handover = undefined;
    from.reportTo(nobody);
    const unsent = from.reclaim();
    // Its answer is the end of a poll that waits; what it could carry goes the new way, behind what went before.
    if (from.writable) from.send(written(this.#codec, { type: 'noop' }));
    from.close('orderly');
    this.#transport = to;
    to.reportTo(this);
    this.#outbox.carryBy(to);
    this.#heartbeat.sign();
    if (unsent) to.send(unsent);
    this.#outbox.flush();
    to.flow(this.#flowing);
    return true;
  }

  #leave(farewell: Farewell): void {
    if (!farewell.say()) return;
    this.#outbox.clear();
    const transport = this.#transport;
    if (transport?.saysGoodbye && transport.writable) transport.send(written(this.#codec, { type: 'close' }));
    transport?.close(farewell.manner);
  }

  #abort(): void {
    this.#transport?.close('abort');
    this.#end();
  }

  #end(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#farewell?.stop();
    this.#outbox.clear();
    this.#up.ended();
  }
}
