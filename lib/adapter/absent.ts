/** Those who are away and may come back, the first to leave first: as many, and with as much luggage, as there is room for. */

/** Bytes of a name in a list of rooms beside its letters, and of having entered and left one; measured. */
const NAME_BYTES = 80;

/** Clients that are waited for in any case: 2 KB each, and what the program keeps with them. */
const MOST_AWAY = 10_000;
/** Bytes of luggage that everybody may have: some forty rooms. */
const LIGHT = 4_096;

/** Bytes of memory that a client takes with this room, about. */
export function weightOfRoom(room: string): number {
  return NAME_BYTES + room.length;
}

export class Absent<One extends object> {
  /** What each of them has left behind beyond light luggage, in bytes. */
  readonly #luggage: Map<One, number> = new Map();
  #most = MOST_AWAY;
  #mostBytes: number;
  #bytes = 0;

  /** @param mostBytes of heavy luggage that there is room for in any case */
  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes;
  }

  get size(): number {
    return this.#luggage.size;
  }

  [Symbol.iterator](): Iterator<One> {
    return this.#luggage.keys();
  }

  /** Whether somebody has to be forgotten. */
  get crowded(): boolean {
    return this.#luggage.size > this.#most || this.overloaded;
  }

  /** The same for the luggage of those who are here. */
  get overloaded(): boolean {
    return this.#bytes > this.#mostBytes;
  }

  /** So many have been here at once, with so much in bytes: as much may be away, since all of them can be lost together. */
  admit(count: number, bytes: number): void {
    this.#most = Math.max(this.#most, count);
    this.#mostBytes = Math.max(this.#mostBytes, bytes);
  }

  add(one: One, bytes: number): void {
    const heavy = Math.max(0, bytes - LIGHT);
    this.#luggage.set(one, heavy);
    this.#bytes += heavy;
  }

  delete(one: One): void {
    this.#bytes -= this.#luggage.get(one) ?? 0;
    this.#luggage.delete(one);
  }

  clear(): void {
    this.#luggage.clear();
    this.#bytes = 0;
  }
}
