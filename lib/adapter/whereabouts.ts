/** Where one client was at the time of each event: judged by these, it has missed neither more nor less. */
import { weightOfRoom } from './absent.js';
import type { Whom } from './segment.js';

/** Entered or left a room, after the event of that number. */
interface Change {
  readonly number: number;
  readonly room: string;
  readonly entered: boolean;
}

/** Changes of one client that are remembered; more than that in the time of the history are hardly meant to be. */
const MOST_CHANGES = 1_000;

export class Whereabouts {
  /** Its number. */
  readonly #client: number;
  #changes: Change[] = [];
  /** What is known of the time after this number is complete. */
  #since: number;

  /** @param client its number, as entries have it */
  constructor(client: number, since: number) {
    this.#client = client;
    this.#since = since;
  }

  /** Bytes of memory, about, beside the rooms where it is now. */
  get weight(): number {
    return this.#changes.reduce((sum, { room, entered }) => (entered ? sum : sum + weightOfRoom(room)), 0);
  }

  get since(): number {
    return this.#since;
  }

  /** @param forgotten the highest number that nobody will ask for any more */
  changed(change: Change, forgotten: number): void {
    // It has joined after that event: it is as if it had always been there.
    if (change.number <= this.#since) return;
    const changes = this.#changes;
    if (changes.length >= MOST_CHANGES) this.#prune(forgotten);
    changes.push(change);
  }

  /** Goes back in time; to be asked for each event, the latest first. @param rooms where it is now */
  backward(rooms: Iterable<string>): (whom: Whom, number: number) => boolean {
    const then = new Set(rooms);
    let next = this.#changes.length - 1;
    return (whom, number) => {
      for (
        let change = this.#changes[next];
        change && change.number >= number;
        change = this.#changes[next]
      ) {
        if (change.entered) then.delete(change.room);
        else then.add(change.room);
        next--;
      }
      return this.#meant(whom, then);
    };
  }

  #meant(whom: Whom, then: ReadonlySet<string>): boolean {
    if (typeof whom === 'number') return whom === this.#client;
    const { rooms, except } = whom;
    if (rooms && !rooms.some((room) => then.has(room))) return false;
    return !except?.some((room) => then.has(room));
  }

  /** What matters only for forgotten events goes; if that is not enough, the older half is not known any more. */
  #prune(forgotten: number): void {
    const changes = this.#changes;
    const useless = changes.findIndex(({ number }) => number > forgotten);
    const gone = changes.splice(0, Math.max(useless < 0 ? changes.length : useless, 0));
    if (gone.length === 0) gone.push(...changes.splice(0, MOST_CHANGES / 2));
    this.#since = Math.max(this.#since, gone.at(-1)?.number ?? 0);
  }
}
