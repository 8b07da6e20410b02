/** What waits for one client: in order, bounded, written together to whatever carries it. */
import process from 'node:process';
import type { Codec } from '../codec/codec.js';
import type { Encoded } from '../codec/parcel.js';
import type { Transport } from '../transport/transport.js';
import type { Household } from './household.js';
import type { OutboxWatcher } from './lookout.js';
import { type Gauge, isRoomy, Pressure } from './pressure.js';
import { EAGER_BYTES, type Trail } from './trail.js';

export class Outbox implements Gauge {
  readonly #codec: Codec;
  readonly #house: Household;
  readonly #up: Pick<Gauge, 'tooSlow'>;
  #transport: Transport | undefined;
  /** What waits, or waited when others who waited with it were told more; see `#waiting`. */
  #stand: Trail | undefined;
  /** Whether it will be told when it is time to write. */
  #dirty = false;
  #full = false;
  /** Bytes ever added. */
  #added = 0;
  #flight = 0;
  #pressure: Pressure | undefined;
  #waiters: (() => void)[] | undefined;
  #watcher: OutboxWatcher | undefined;

  constructor(codec: Codec, house: Household, up: Pick<Gauge, 'tooSlow'>) {
    this.#codec = codec;
    this.#house = house;
    this.#up = up;
  }

  get empty(): boolean {
    return this.#stand === undefined;
  }

  /** Bytes that the operating system has not taken yet. */
  get bytes(): number {
    return (this.#waiting?.bytes ?? 0) + (this.#transport?.buffered ?? 0);
  }

  /** The same, with what small messages take beside their bytes. */
  get #weight(): number {
    return (this.#waiting?.weight ?? 0) + (this.#transport?.buffered ?? 0);
  }

  get taken(): number {
    // In this order: the first adds what this client was told together with others.
    return -this.bytes + this.#added;
  }

  get flight(): number {
    return this.#transport && this.#transport.buffered > 0 ? this.#flight : 0;
  }

  /** What is held against this client; made when first needed: most never fall behind. */
  get pressure(): Pressure {
    this.#pressure ??= new Pressure(this.#house.wheel, this.#house.limits, this);
    return this.#pressure;
  }

  /** Whether the transport can take something now. */
  get writable(): boolean {
    return this.#transport?.writable === true;
  }

  /** From now on everything goes this way. */
  carryBy(transport: Transport): void {
    this.#transport = transport;
  }

  watchedBy(watcher: OutboxWatcher): void {
    this.#watcher = watcher;
    this.part();
    if (this.#stand) watcher.waits(this.#stand);
  }

  /**
   * @param volatile how it was sent, for those who watch
   * @returns where this client stands now; nothing where each further packet has to be looked at
   */
  add(encoded: Encoded, volatile = false): Trail | undefined {
    if (this.#joins(encoded)) return this.#stand;
    if (this.#full || !this.#admits(encoded.bytes)) return undefined;
    this.#watcher?.added(encoded, volatile);
    this.#added += encoded.bytes;
    const whole = this.#whole.plus(encoded);
    this.#goTo(whole);
    if (whole.bytes > EAGER_BYTES) {
      this.flush();
      return undefined;
    }
    if (!this.#dirty) this.#house.ticks.add(this);
    this.#dirty = true;
    return this.#isEasy ? whole : undefined;
  }

  /** Says a sign of life ahead of more than leaves at once, as who has much to catch up with must not seem dead, nor we to it. */
  addAhead(encoded: Encoded): void {
    const waiting = this.#waiting;
    const transport = this.#transport;
    const isLittle = !waiting || !transport || waiting.isWithin(transport.mostFrames, transport.mostBytes);
    if (isLittle || this.#full || this.#watcher) return void this.add(encoded);
    // One says as much as many; who asks without end would have all that waits moved each time.
    if (waiting.first === encoded.frames[0]) return;
    this.#added += encoded.bytes;
    this.#goTo(waiting.behind(encoded));
  }

  /** The usual further packet of a tick joins those that leave at its end: each look more would be taken thousands of times. */
  #joins(encoded: Encoded): boolean {
    if (!this.#dirty || !this.#isEasy) return false;
    const trail = this.#waiting;
    if (!trail || trail.bytes + encoded.bytes > EAGER_BYTES) return false;
    this.#added += encoded.bytes;
    this.#goTo(trail.plus(encoded));
    return true;
  }

  /** Whether nobody looks at single packets, and no limit is near: what it is told with others starts no deadline. */
  get #isEasy(): boolean {
    return !this.#full && !this.#watcher && isRoomy(this.#house.limits);
  }

  /** What waits. Those who stood with this client may have been told more meanwhile, and it with them. */
  get #waiting(): Trail | undefined {
    const stand = this.#stand;
    if (!stand) return undefined;
    const { latest } = stand;
    if (latest === stand) return stand;
    this.#added += latest.bytes - stand.bytes;
    this.#goTo(latest);
    return latest;
  }

  #goTo(trail: Trail | undefined): void {
    if (this.#stand) this.#stand.holders -= 1;
    if (trail) trail.holders += 1;
    this.#stand = trail;
  }

  /** From now on, nobody tells this client something by telling others. */
  part(): void {
    this.#goTo(this.#waiting?.apart());
  }

  /** The tick is over, or its turn has come. */
  due(): void {
    this.#dirty = false;
    this.flush();
  }

  /** Writes what waits, as far as the transport takes it. */
  flush(): void {
    const transport = this.#transport;
    if (!transport) return;
    const waiting = this.#waiting;
    const isLittle = this.#isCalm && (!waiting || waiting.bytes <= EAGER_BYTES);
    while (this.#stand && transport.writable) this.#sendTo(transport);
    this.#settle();
    if (isLittle && !this.#stand) return;
    if (this.#pressure || this.bytes > this.#house.limits.softBufferLimit) this.pressure.watch();
  }

  /** Settles when nothing waits any more. */
  async drained(): Promise<void> {
    while (this.bytes > 0) await new Promise<void>((resolve) => this.#wait(resolve));
  }

  /** Drops everything; nothing is kept after this. */
  clear(): void {
    this.#full = true;
    this.#pressure?.stop();
    this.#goTo(undefined);
    this.#transport = undefined;
    this.#settle();
  }

  /** Takes nothing more; the session hears of it when whoever speaks just now has finished. */
  tooSlow(why: string): void {
    if (this.#full) return;
    this.#full = true;
    this.part();
    process.nextTick(() => this.#up.tooSlow(why));
  }

  /**
   * Nothing is held against this client, and the limits are far from what a transport that has taken all can still hold:
   * there is nothing to judge. Looking at the socket of each receiver is a thirtieth of a broadcast.
   */
  get #isCalm(): boolean {
    return !this.#pressure && isRoomy(this.#house.limits);
  }

  /** @returns whether one more message may wait: what waited before it is judged, so that any lone message passes */
  #admits(bytes: number): boolean {
    if (!this.#stand && this.#isCalm && bytes < EAGER_BYTES) return true;
    // Nobody is slow because its turn has not come yet.
    if (this.#dirty && this.#isOver) this.flush();
    if (this.#isOver) {
      this.tooSlow('more than hardBufferLimit bytes waiting; drained() tells when a client has caught up');
      return false;
    }
    if (bytes >= this.#house.limits.hardBufferLimit && this.pressure.excused === 0)
      this.pressure.excuse(bytes);
    // Whoever watches may have ended the session.
    return !this.#full;
  }

  get #isOver(): boolean {
    return this.#weight - (this.#pressure?.excused ?? 0) >= this.#house.limits.hardBufferLimit;
  }

  #sendTo(transport: Transport): void {
    const { mostFrames, mostBytes } = transport;
    // No batch above the soft limit: its progress could not be seen while the deadline runs.
    const most = Math.min(mostBytes, this.#house.limits.softBufferLimit);
    const whole = this.#whole;
    const cut = whole.isWithin(mostFrames, most) ? undefined : whole.cut(mostFrames, most);
    const head = cut ? cut.head : whole;
    this.#goTo(cut?.rest);
    this.#flight = head.bytes;
    this.#pressure?.leaves(head.bytes, cut !== undefined && head.count >= mostFrames);
    const watcher = this.#watcher;
    watcher?.leaving(head);
    // Whoever watches may have ended the session.
    if (!watcher || transport.writable) transport.send(head);
    watcher?.left();
  }

  get #whole(): Trail {
    return this.#waiting ?? this.#house.ticks.root(this.#codec);
  }

  #wait(resolve: () => void): void {
    if (!this.#stand && this.#transport) return this.#transport.drained(resolve);
    this.#waiters ??= [];
    this.#waiters.push(resolve);
  }

  #settle(): void {
    const waiters = this.#waiters;
    if (!waiters) return;
    this.#waiters = undefined;
    for (const resolve of waiters) resolve();
  }
}
