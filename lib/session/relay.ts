/** What carries a client that may change its transport: one after another, for the session always the same. */
import type { Codec, Frame } from '../codec/codec.js';
import type { DisconnectReason } from '../errors.js';
import type { BodyLimits } from '../transport/body.js';
import { Posts } from '../transport/posts.js';
import type { Batch, CloseManner, Transport, TransportEvents } from '../transport/transport.js';
import { Heartbeat, type HeartbeatEvents, type Rhythm } from './heartbeat.js';
import { Retired } from './retired.js';
import { Sheaf } from './sheaf.js';
import { written } from './signals.js';
import { Trail } from './trail.js';
import { Unheard } from './unheard.js';
import { Alarm, type Wheel } from './wheel.js';

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

/**
 * A client goes on to another transport when nothing has reached it by the first: until it has been heard, whatever was
 * sent is kept, and sent again on the next transport. The end of a former one means nothing.
 * @see revision 1, "Session life"
 */
export class Relay implements Transport, HeartbeatEvents {
  readonly saysGoodbye = false;
  readonly busy = false;
  readonly posts: Posts;
  readonly #settings: RelaySettings;
  readonly #heartbeat: Heartbeat;
  /** Runs while a poll waits, and between two polls: `#away`. */
  readonly #alarm = new Alarm({ rung: (heldUp) => this.#due(heldUp) });
  readonly #ears: TransportEvents = {
    received: (message) => this.#sheaf.take(message),
    writable: () => this.#writable(),
    closed: (reason, description) => this.#sheaf.end(() => this.#closed(reason, description)),
  };
  readonly #retired = new Map<Transport['name'], Retired>();
  readonly #sheaf: Sheaf;
  #up: TransportEvents;
  #carrier: Transport;
  /** What has been sent to a client that was not heard yet; `undefined` once it was. */
  #sent: Unheard | undefined;
  /** Goes by the new transport ahead of anything newer. */
  #again: Trail | undefined;
  #away = false;
  /** A question that could not be asked yet. */
  #asking = false;
  #flowing = true;

  constructor(first: Transport, settings: RelaySettings, up: TransportEvents) {
    this.#settings = settings;
    this.#up = up;
    this.#carrier = first;
    this.#sent = new Unheard(settings.mostKept);
    this.#heartbeat = new Heartbeat(settings.wheel, settings.rhythm, this);
    const { payload } = settings.codec;
    this.posts = new Posts(payload, settings.body, (packet) => this.#received(packet));
    this.#sheaf = new Sheaf(payload, {
      packet: (packet) => this.#received(packet),
      regulate: () => this.#regulate(),
    });
    this.#begin(first);
  }

  get name(): Transport['name'] {
    return this.#carrier.name;
  }

  get writable(): boolean {
    return this.#carrier.writable && this.#again === undefined;
  }

  get buffered(): number {
    return this.#carrier.buffered + (this.#again?.bytes ?? 0);
  }

  get settled(): boolean {
    return this.#carrier.settled;
  }

  get arrived(): number {
    return this.#carrier.arrived;
  }

  get carrier(): Transport {
    return this.#carrier;
  }

  get mostFrames(): number {
    return this.#carrier.mostFrames;
  }

  get mostBytes(): number {
    return this.#carrier.mostBytes;
  }

  /** The transport of that name, if the client has used it: at present or before. */
  find(name: Transport['name']): Transport | undefined {
    return this.#carrier.name === name ? this.#carrier : this.#retired.get(name)?.transport;
  }

  /** Whether another transport could say all that the client may have missed. */
  get entire(): boolean {
    return this.#sent?.entire !== false;
  }

  /** From now on the client is reached this way. */
  take(carrier: Transport): void {
    const from = this.#carrier;
    this.#alarm.stop();
    this.#heartbeat.stop();
    this.#retire(from);
    const unsent = from.reclaim();
    const lost = this.#sent
      ? this.#sent.take()
      : unsent && new Trail({ frames: unsent.frames, bytes: unsent.bytes, spared: unsent.spared });
    if (lost) this.#again = lost;
    this.#carrier = carrier;
    this.#begin(carrier);
    this.#regulate();
    if (carrier.writable) this.#writable();
  }

  reportTo(up: TransportEvents): void {
    this.#up = up;
  }

  send(batch: Batch): void {
    this.#sent?.add(batch);
    if (this.#polls) this.#wait(true);
    this.#carrier.send(batch);
  }

  flow(open: boolean): void {
    this.#flowing = open;
    this.#heartbeat.flow(open);
    this.posts.flow(open);
    // Whoever heard something of it may have had enough.
    this.#sheaf.flow(this.#flowing);
    this.#regulate();
  }

  drained(done: () => void): void {
    this.#carrier.drained(done);
  }

  reclaim(): undefined {
    return undefined;
  }

  close(manner: CloseManner, why?: string): void {
    this.#stop();
    this.#again = undefined;
    this.#sent = undefined;
    this.#carrier.close(manner, why);
    for (const retired of this.#retired.values()) retired.close();
  }

  /** A poll has come: whoever comes again has got the answer that he came for before. */
  polled(name: Transport['name']): void {
    if (name !== this.#carrier.name) return;
    if (this.#sent?.empty === false) this.#sent = undefined;
    this.#wait(false);
  }

  /** @internal a heartbeat is due; one that cannot leave now leaves as soon as it can */
  ask(): void {
    this.#asking = !this.#carrier.writable;
    if (!this.#asking) this.#carrier.send(written(this.#settings.codec, { type: 'ping' }));
  }

  /** @internal */
  missed(): void {
    this.#closed('ping timeout', 'no answer to a heartbeat within pingTimeout');
  }

  #received(packet: Frame): void {
    this.#sent = undefined;
    // Whatever it says, it lives.
    this.#heartbeat.answered();
    this.#up.received(packet);
  }

  /** The connection is read while all that came before has been taken, and somebody wants more. */
  #regulate(): void {
    this.#carrier.flow(this.#flowing && !this.#sheaf.busy);
  }

  /** A poll waits, or a connection has room again. */
  #writable(): void {
    if (this.#asking) this.ask();
    const again = this.#again;
    this.#again = undefined;
    if (again && this.#carrier.writable) this.send(again);
    this.#up.writable();
  }

  #closed(reason: DisconnectReason, description?: unknown): void {
    this.#stop();
    for (const retired of this.#retired.values()) retired.close();
    this.#up.closed(reason, description);
  }

  get #polls(): boolean {
    return this.#carrier.saysGoodbye;
  }

  #begin(carrier: Transport): void {
    carrier.reportTo(this.#ears);
    if (!this.#polls) this.#heartbeat.start();
  }

  /** It stays: closing it would tell the client that all is over. */
  #retire(from: Transport): void {
    const { codec, wheel, pollDuration } = this.#settings;
    this.#retired.get(from.name)?.close();
    const noop = written(codec, { type: 'noop' });
    this.#retired.set(from.name, new Retired(from, noop, wheel, pollDuration));
  }

  #wait(away: boolean): void {
    const { wheel, pollDuration, closeTimeout } = this.#settings;
    this.#away = away;
    this.#alarm.start(wheel, away ? closeTimeout : pollDuration);
  }

  /** A poll has waited long enough, or has broken while it waited, or none has come for too long. */
  #due(heldUp: boolean): void {
    if (this.#carrier.writable) this.send(written(this.#settings.codec, { type: 'noop' }));
    else if (heldUp) this.#alarm.lookAgain(this.#settings.wheel);
    else if (this.#away) this.#closed('ping timeout', 'no poll within pingTimeout after pingInterval');
    else this.#wait(true);
  }

  #stop(): void {
    this.#alarm.stop();
    this.#heartbeat.stop();
    this.posts.stop();
  }
}
