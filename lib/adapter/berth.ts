/** The place of one client in a recovering adapter: what it was sent last, where it was, and whether it is there. */
import { randomBytes } from 'node:crypto';
import type { EventPacket } from '../packet.js';
import { weightOfRoom } from './absent.js';
import type { BroadcastFlags } from './contract.js';
import type { History } from './history.js';
import type { Belongings, Holder, Kept, Place } from './keeper.js';
import { Whereabouts } from './whereabouts.js';

/** Bytes of a secret: 160 bits. */
const SECRET_BYTES = 20;

/** What a berth needs of its adapter. */
export interface Harbour<Letter> {
  readonly history: History;
  tell(berth: Berth<Letter>, packet: EventPacket, flags: BroadcastFlags): void;
  /** The client is here (again). */
  taken(berth: Berth<Letter>): void;
  /** It has gone, and may be waited for. */
  left(berth: Berth<Letter>): void;
  forget(berth: Berth<Letter>): void;
}

/** An attempt to send what was missed, of which nobody knows whether all of it, some of it or nothing has arrived. */
interface Attempt {
  readonly from: number;
  readonly carrier: string;
  doubtful: boolean;
}

export class Berth<Letter> implements Place<Letter> {
  readonly pid = randomBytes(SECRET_BYTES).toString('base64url');
  readonly id: string;
  /** Tells it from all others of its namespace; from 1 on. */
  readonly number: number;
  readonly #harbour: Harbour<Letter>;
  #holder: Holder<Letter> | undefined;
  /** Has come back for it, and has not joined yet. */
  #claimant: Holder<Letter> | undefined;
  /** Left behind; present while the client is away. */
  #belongings: { readonly rooms: Set<string>; readonly data: unknown } | undefined;
  /** Whether its client has ever joined. */
  #known = false;
  /** The latest event before it has joined, the latest that it was sent, and the latest before it was lost. */
  #start = 0;
  #latest = 0;
  #parted = 0;
  /** When it was lost. */
  #partedAt = 0;
  /** The latest that it was sent in each former segment of the history. */
  #formerly: number[] | undefined;
  #whereabouts: Whereabouts | undefined;
  #attempt: Attempt | undefined;

  constructor(holder: Holder<Letter>, number: number, harbour: Harbour<Letter>) {
    this.number = number;
    this.id = holder.id;
    this.#holder = holder;
    this.#harbour = harbour;
  }

  get holder(): Holder<Letter> | undefined {
    return this.#holder;
  }

  /** The connection that has it, or that middlewares still judge, is given up for another one. */
  vacate(): void {
    this.#claimant?.supersede();
    this.#holder?.supersede();
  }

  claim(claimant: Holder<Letter>): void {
    this.#claimant = claimant;
  }

  get known(): boolean {
    return this.#known;
  }

  get away(): boolean {
    return this.#belongings !== undefined;
  }

  /** For how many milliseconds more a client is awaited. @param patience in all */
  left(patience: number): number {
    return this.#partedAt + patience - performance.now();
  }

  get belongings(): Belongings {
    return this.#belongings ?? { rooms: [], data: undefined };
  }

  /** Bytes of the rooms where it is, and of those that it has entered and left. */
  get weight(): number {
    let weight = this.#whereabouts ? this.#whereabouts.weight : 0;
    for (const room of this.belongings.rooms) weight += weightOfRoom(room);
    return weight;
  }

  tell(packet: EventPacket, flags: BroadcastFlags): void {
    this.#harbour.tell(this, packet, flags);
  }

  delivered(number: number, mark: number): void {
    if (this.#latest <= mark && this.#latest > this.#start) this.#remember(this.#latest);
    this.#latest = number;
  }

  take(holder: Holder<Letter>): void {
    if (!this.#known) {
      this.#known = true;
      this.#start = this.#harbour.history.last;
      this.#latest = this.#start;
    }
    this.#holder = holder;
    this.#claimant = undefined;
    this.#belongings = undefined;
    this.#harbour.taken(this);
  }

  leave(belongings: Belongings | undefined): void {
    const { history } = this.#harbour;
    // What waited for a poll may have left by the WebSocket that came after it.
    if (this.#attempt && this.#attempt.carrier !== this.#holder?.carrier) this.#attempt.doubtful = true;
    this.#holder = undefined;
    if (!belongings) return this.#harbour.forget(this);
    this.#belongings = { rooms: new Set(belongings.rooms), data: belongings.data };
    this.#parted = history.last;
    this.#partedAt = performance.now();
    this.#harbour.left(this);
  }

  /** It enters or leaves a room. */
  moved(room: string, entered: boolean): void {
    const rooms = this.#belongings?.rooms;
    if (!this.#known || rooms?.has(room) === entered) return;
    if (entered) rooms?.add(room);
    else rooms?.delete(room);
    const { last, forgotten } = this.#harbour.history;
    this.#whereabouts ??= new Whereabouts(this.number, this.#start);
    this.#whereabouts.changed({ number: last, room, entered }, forgotten);
  }

  /**
   * Where its client stands for certain.
   * @param seen the number that it names; `undefined` if it names none of this session
   * @returns the number after which it may have missed something; `undefined` if that cannot be known any more
   */
  standing(seen: number | undefined): number | undefined {
    const { last, forgotten } = this.#harbour.history;
    if (seen !== undefined && seen > last) return undefined;
    const from = Math.max(seen ?? this.#start, this.#start);
    if (this.#attempt?.doubtful && this.#attempt.from === from) return undefined;
    if (forgotten > from && (forgotten > this.#parted || this.#sentUntil(forgotten) > from)) return undefined;
    return Math.max(from, forgotten) < (this.#whereabouts?.since ?? 0) ? undefined : from;
  }

  /** Whether there was no room for what it may have missed. @param seen the number that it names */
  outgrown(seen = 0): boolean {
    const { last, displaced } = this.#harbour.history;
    return seen <= last && Math.max(seen, this.#start) < displaced;
  }

  /** What it has missed after that number, in order. */
  missed(from: number): readonly Kept[] {
    const { history } = this.#harbour;
    const missed: Kept[] = [];
    this.#whereabouts ??= new Whereabouts(this.number, this.#start);
    const meant = this.#whereabouts.backward(this.belongings.rooms);
    let first = 0;
    let last = 0;
    history.backward(from, meant, (kept, number) => {
      first = number;
      last ||= number;
      missed.push(kept);
    });
    if (first) this.#resent(first, last);
    return missed.reverse();
  }

  /** What was missed is sent; clients keep what comes before the CONNECT, and say nothing of it. */
  attempted(from: number, carrier: string, doubtful: boolean): void {
    this.#attempt = { from, carrier, doubtful };
  }

  /** The highest number up to that one that it was sent; only the ends of segments can be asked for. */
  #sentUntil(number: number): number {
    if (this.#latest <= number) return this.#latest;
    return this.#formerly?.findLast((one) => one <= number) ?? this.#start;
  }

  /** If it stays where it is, the first of them tells that it lacks something; once it has all, the last counts. */
  #resent(first: number, last: number): void {
    this.#remember(first);
    this.#latest = Math.max(this.#latest, last);
  }

  #remember(number: number): void {
    const { forgotten } = this.#harbour.history;
    this.#formerly ??= [];
    this.#formerly.push(number);
    while (this.#formerly.length > 1 && (this.#formerly[1] ?? 0) <= forgotten) this.#formerly.shift();
  }
}
