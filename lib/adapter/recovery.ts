/** The adapter of a single node whose clients may come back: it remembers what they miss. */
import type { RecoveryOptions } from '../option-checks.js';
import type { EventPacket } from '../packet.js';
import { Absent, weightOfRoom } from './absent.js';
import { Berth, type Harbour } from './berth.js';
import type { BroadcastFlags, BroadcastOptions } from './contract.js';
import { Epoch } from './epoch.js';
import { History } from './history.js';
import type { Entire, Found, Holder, Keeper, Keeping, Limited, Place } from './keeper.js';
import { MemoryAdapter } from './memory.js';

/** How long, and how much. */
export type RecoveryBounds = Pick<RecoveryOptions, 'maxDisconnectionDuration' | 'maxLogBytes'>;

const LIMIT = 'connectionStateRecovery.maxLogBytes';

export class RecoveringAdapter<Letter>
  extends MemoryAdapter<Letter>
  implements Keeper<Letter>, Harbour<Letter>
{
  declare readonly nsp: Keeping<Letter>;
  readonly history: History;
  readonly #patience: number;
  readonly #limited: Limited;
  readonly #epoch = new Epoch();
  /** How many there have been. */
  #berths = 0;
  readonly #byPid: Map<string, Berth<Letter>> = new Map();
  readonly #byId: Map<string, Berth<Letter>> = new Map();
  /** Those whose clients are away. */
  readonly #away: Absent<Berth<Letter>>;
  /** Bytes of the rooms of those who are here. */
  #weight = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param limited told when somebody is forgotten for want of room */
  constructor(
    nsp: Keeping<Letter>,
    { maxDisconnectionDuration, maxLogBytes }: RecoveryBounds,
    limited: Limited = () => {},
  ) {
    super(nsp);
    this.nsp = nsp;
    this.#limited = limited;
    this.#patience = maxDisconnectionDuration;
    this.history = new History(maxLogBytes, maxDisconnectionDuration);
    this.#away = new Absent(maxLogBytes);
  }

  get awaiting(): boolean {
    return this.#away.size > 0;
  }

  override close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#byPid.clear();
    this.#byId.clear();
    this.#away.clear();
    this.history.clear();
  }

  override addAll(id: string, rooms: Set<string>): void {
    const known = this.sids.get(id);
    for (const room of rooms) if (!known?.has(room)) this.#moved(id, room, true);
    super.addAll(id, rooms);
    this.#away.admit(0, this.#weight);
  }

  override del(id: string, room: string): void {
    if (this.sids.get(id)?.has(room)) this.#moved(id, room, false);
    super.del(id, room);
  }

  override delAll(id: string): void {
    for (const room of this.sids.get(id) ?? []) this.#weight -= weightOfRoom(room);
    super.delAll(id);
  }

  /** Listeners for outgoing events are told when all have been sent theirs: what they emit comes after it everywhere. */
  override broadcast(packet: EventPacket, options: BroadcastOptions): void {
    const flags = options.flags ?? {};
    const { letter, number } = this.#write(packet, options, flags);
    const mark = this.history.mark;
    let listening: Holder<Letter>[] | undefined;
    this.visit(options, (resident) => {
      const holder = resident as Holder<Letter>;
      if (number) holder.place?.delivered(number, mark);
      if (!holder.post(letter, flags)) return;
      listening ??= [];
      listening.push(holder);
    });
    for (const holder of listening ?? []) holder.notifyOutgoingListeners(packet);
  }

  place(holder: Holder<Letter>): Place<Letter> {
    this.#berths += 1;
    return new Berth(holder, this.#berths, this);
  }

  /** A client that is still taken for present is not: it has come again. */
  recall(
    pid: string,
    offset: unknown,
    _judged?: boolean,
    limited = this.#limited,
  ): Found<Letter> | undefined {
    const berth = this.#byPid.get(pid);
    berth?.vacate();
    if (!berth?.away) return undefined;
    const from = this.#standing(berth, offset, limited);
    if (from !== undefined) return this.#found(berth, from, limited);
    this.forget(berth);
    return undefined;
  }

  /** @internal */
  tell(berth: Berth<Letter>, packet: EventPacket, flags: BroadcastFlags): void {
    const { holder } = berth;
    if (!holder && (flags.volatile || !this.#byPid.has(berth.pid))) return;
    const { letter, number } = this.#write(packet, berth.known ? berth.number : undefined, flags);
    if (!holder) return;
    if (number) berth.delivered(number, this.history.mark);
    holder.post(letter, flags);
  }

  /** @internal */
  taken(berth: Berth<Letter>): void {
    this.#away.delete(berth);
    this.#byPid.set(berth.pid, berth);
    this.#byId.set(berth.id, berth);
    this.#away.admit(this.#byPid.size - this.#away.size, this.#weight);
  }

  /** @internal */
  left(berth: Berth<Letter>): void {
    if (!this.#byPid.has(berth.pid)) return;
    this.#away.add(berth, berth.weight);
    for (const first of this.#away) {
      if (!this.#away.crowded) break;
      if (this.#away.overloaded) this.#limited(LIMIT);
      this.forget(first);
    }
    this.#watch();
  }

  /** @internal */
  forget(berth: Berth<Letter>): void {
    this.#away.delete(berth);
    this.#byPid.delete(berth.pid);
    if (this.#byId.get(berth.id) === berth) this.#byId.delete(berth.id);
  }

  #moved(id: string, room: string, entered: boolean): void {
    this.#weight += entered ? weightOfRoom(room) : -weightOfRoom(room);
    this.#byId.get(id)?.moved(room, entered);
  }

  /**
   * Makes an event ready, and remembers it if it must not be lost. What ends with a text has an offset in any case:
   * clients take any text in that place for one.
   */
  #write(
    packet: EventPacket,
    meant: number | BroadcastOptions | undefined,
    { volatile, compress }: BroadcastFlags,
  ): { readonly letter: Letter; readonly number: number } {
    const { history } = this;
    if (volatile || meant === undefined || this.#byPid.size === 0) {
      if (typeof packet.data.at(-1) === 'string') packet.offset = this.#epoch.offset(history.last);
      return { letter: this.seal(packet), number: 0 };
    }
    const { last } = history;
    packet.offset = this.#epoch.offset(last + 1);
    let letter = this.seal(packet);
    let kept = this.nsp.keep(letter, compress === false);
    // A program's `toJSON` has said something by itself, which has this number.
    if (history.last !== last) {
      packet.offset = { toJSON: () => this.#epoch.offset(history.last + 1) };
      letter = this.seal(packet);
      kept = this.nsp.keep(letter, compress === false);
    }
    history.add(kept, meant);
    this.#watch();
    return { letter, number: history.last };
  }

  /** An offset of another epoch is older than this session: everything in it has replaced the one before. */
  #standing(berth: Berth<Letter>, offset: unknown, limited: Limited): number | undefined {
    const isOffset = Epoch.isOffset(offset);
    if (berth.left(this.#patience) < 0 || !(isOffset || offset === undefined)) return undefined;
    const seen = isOffset ? this.#epoch.number(offset) : undefined;
    const from = berth.standing(seen);
    if (from === undefined && berth.outgrown(seen)) limited(LIMIT);
    return from;
  }

  #found(berth: Berth<Letter>, from: number, limited: Limited): Found<Letter> {
    return {
      id: berth.id,
      place: berth,
      ...berth.belongings,
      missed: (entire, carrier) => {
        // Middlewares may have thought for long: what was there when the client came may be forgotten by now.
        const isKnown = this.#byPid.get(berth.pid) === berth && berth.left(this.#patience) >= 0;
        if (isKnown && berth.standing(from) !== undefined) return this.#missed(berth, from, entire, carrier);
        if (isKnown && berth.outgrown(from)) limited(LIMIT);
        return undefined;
      },
      decline: () => {},
    };
  }

  #missed(berth: Berth<Letter>, from: number, entire: Entire, carrier: string): readonly Letter[] {
    const missed = berth.missed(from);
    const frames = missed.reduce((sum, kept) => sum + kept.frames.length, 0);
    const bytes = missed.reduce((sum, kept) => sum + kept.bytes, 0);
    berth.attempted(from, carrier, missed.length > 0 && !entire(frames, bytes));
    return missed.map((kept) => this.nsp.revive(kept));
  }

  /** One timer, as long as there is something to forget. */
  #watch(): void {
    if (this.#timer) return;
    this.#wait(this.history.span);
  }

  #wait(ms: number): void {
    this.#timer = setTimeout(() => this.#expire(), Math.max(1, ms, this.#patience / 100));
    this.#timer.unref();
  }

  #expire(): void {
    this.#timer = undefined;
    const least = Math.min(this.history.expire(), this.#expireAway());
    if (this.#away.size > 0 || !this.history.empty) this.#wait(least);
    if (!this.awaiting) this.nsp.vacate();
  }

  #expireAway(): number {
    for (const berth of this.#away) {
      const left = berth.left(this.#patience);
      if (left >= 0) return left;
      this.forget(berth);
    }
    return this.#patience;
  }
}
