/** Places of clients in a hosted adapter: it keeps them itself, for whichever node the client comes back to. */
import { randomBytes } from 'node:crypto';
import { call } from '../emitter.js';
import type { EventPacket } from '../packet.js';
import type { Adapter, BroadcastFlags, RestoredSession, SessionToPersist } from './contract.js';
import { spread } from './host.js';
import type { Belongings, Found, Holder, Keeper, Keeping, Place } from './keeper.js';

const SECRET_BYTES = 20;

/** What is persisted. Other nodes hand it on, whoever made them. */
interface Session extends SessionToPersist {
  /** Where its client stood when all that it missed was sent in pieces; nobody knows how much has arrived. */
  readonly doubt?: string;
}

/** Encoded, so that it is known how much it is. */
interface Missed<Letter> {
  readonly letters: readonly Letter[];
  readonly frames: number;
  readonly bytes: number;
}

export class HostedPlaces<Letter> implements Keeper<Letter> {
  readonly nsp: Keeping<Letter>;
  readonly adapter: Adapter;
  /** Those whose clients are here. */
  readonly present: Map<string, HostedPlace<Letter>> = new Map();

  constructor(nsp: Keeping<Letter>, adapter: Adapter) {
    this.nsp = nsp;
    this.adapter = adapter;
  }

  /** Its sessions are elsewhere: whoever comes back finds them through the next adapter of that name, too. */
  get awaiting(): boolean {
    return false;
  }

  place(holder: Holder<Letter>): Place<Letter> {
    return new HostedPlace(this, holder, randomBytes(SECRET_BYTES).toString('base64url'));
  }

  /** What is said while middlewares think would be missed by the adapter: such a client is new. */
  recall(pid: string, offset: unknown, judged: boolean): Promise<Found<Letter> | undefined> | undefined {
    this.present.get(pid)?.vacate();
    return typeof offset === 'string' && !judged ? this.#restore(pid, offset) : undefined;
  }

  async #restore(pid: string, offset: string): Promise<Found<Letter> | undefined> {
    const session = await this.#ask(pid, offset);
    if (!session || session.doubt === offset) return undefined;
    const { missedPackets, ...kept } = session;
    const missed = this.#readable(missedPackets);
    if (!missed) return undefined;
    const place = new HostedPlace<Letter>(this, undefined, pid, kept.sid);
    return {
      id: kept.sid,
      rooms: kept.rooms,
      data: kept.data,
      place,
      missed: (entire, carrier) => {
        if (missed.letters.length > 0) place.attempted(offset, carrier, !entire(missed.frames, missed.bytes));
        return missed.letters;
      },
      decline: () => this.persist(() => kept),
    };
  }

  /** Who cannot be kept cannot come back, and that is all: he leaves like anybody else. */
  persist(session: () => Session): void {
    const failed = (error: unknown): void => this.nsp.failed(error);
    call(() => this.adapter.persistSession(session()), undefined, [], failed);
  }

  /** Unknown, expired, out of reach: for the client it is all one. */
  async #ask(pid: string, offset: string): Promise<(RestoredSession & Session) | null | undefined> {
    try {
      const found = await this.adapter.restoreSession(pid, offset);
      if (!found || isSession(found)) return found;
    } catch {
      return undefined;
    }
    this.nsp.failed(new TypeError('the adapter restores what is not a session'));
    return undefined;
  }

  /** What was missed, if it can be said: whoever could not be told all of it is new. */
  #readable(packets: RestoredSession['missedPackets']): Missed<Letter> | undefined {
    try {
      const letters = packets.map((data) => this.nsp.seal({ type: 2, nsp: this.nsp.name, data }));
      const kept = letters.map((letter) => this.nsp.keep(letter, false));
      const frames = kept.reduce((sum, one) => sum + one.frames.length, 0);
      const bytes = kept.reduce((sum, one) => sum + one.bytes, 0);
      return { letters, frames, bytes };
    } catch (error) {
      this.nsp.failed(error);
      return undefined;
    }
  }
}

function isSession(found: Partial<RestoredSession>): found is RestoredSession & Session {
  const { sid, rooms, missedPackets } = found;
  if (typeof sid !== 'string' || !Array.isArray(rooms) || !Array.isArray(missedPackets)) return false;
  return missedPackets.every((packet) => Array.isArray(packet));
}

class HostedPlace<Letter> implements Place<Letter> {
  readonly pid: string;
  readonly relays = true;
  readonly #places: HostedPlaces<Letter>;
  readonly #id: string;
  #holder: Holder<Letter> | undefined;
  #state: 'joining' | 'present' | 'away' | 'over' = 'joining';
  #attempt: { readonly from: string; readonly carrier: string; readonly doubtful: boolean } | undefined;

  constructor(
    places: HostedPlaces<Letter>,
    holder: Holder<Letter> | undefined,
    pid: string,
    id = holder?.id ?? '',
  ) {
    this.#places = places;
    this.#holder = holder;
    this.pid = pid;
    this.#id = id;
  }

  vacate(): void {
    this.#holder?.supersede();
  }

  /** As genuine nodes do it: the adapter remembers only what it is told to spread. */
  tell(packet: EventPacket, flags: BroadcastFlags): void {
    const { adapter, nsp } = this.#places;
    if (this.#state === 'joining') this.#holder?.post(nsp.seal(packet), flags);
    if (this.#state === 'joining' || this.#state === 'over') return;
    const options = { rooms: new Set([this.#id]), except: new Set<string>(), flags };
    const failed = (error: unknown): void => nsp.failed(error);
    spread(adapter, { packet, options, by: (how) => adapter.broadcast(packet, how), failed });
  }

  delivered(): void {}

  claim(claimant: Holder<Letter>): void {
    this.#holder = claimant;
  }

  take(holder: Holder<Letter>): void {
    this.#holder = holder;
    this.#state = 'present';
    this.#places.present.set(this.pid, this);
  }

  leave(belongings: Belongings | undefined): void {
    const { present } = this.#places;
    const carrier = this.#holder?.carrier;
    this.#holder = undefined;
    this.#state = belongings ? 'away' : 'over';
    if (present.get(this.pid) === this) present.delete(this.pid);
    if (belongings) this.#places.persist(() => this.#session(belongings, carrier));
  }

  #session({ rooms, data }: Belongings, carrier: string | undefined): Session {
    const { from, doubtful } = this.#attempt ?? {};
    const doubt =
      from !== undefined && (doubtful || this.#attempt?.carrier !== carrier) ? { doubt: from } : {};
    return { sid: this.#id, pid: this.pid, rooms: [...rooms], data, ...doubt };
  }

  attempted(from: string, carrier: string, doubtful: boolean): void {
    this.#attempt = { from, carrier, doubtful };
  }
}
