/** Who is here, by name, where many come and go: a map that lets go of those who have left. */

/** Where somebody stands; empty when he has left. */
interface Place<Guest> {
  guest: Guest | undefined;
}

/**
 * A map whose table is full gets another one. The outgrown table keeps what stood in it, and leads to its successor; so
 * once one of them is old, V8's quick collections carry all the later ones along, and with them everybody who stood in
 * one, until the next full collection. With places in the tables, only these are carried along. For clients that connect
 * and leave again, that is a fifth of our part of what each costs.
 */
export class Roster<Name, Guest extends object> {
  readonly #places = new Map<Name, Place<Guest>>();

  get size(): number {
    return this.#places.size;
  }

  get(name: Name): Guest | undefined {
    return this.#places.get(name)?.guest;
  }

  set(name: Name, guest: Guest): void {
    this.delete(name);
    this.#places.set(name, { guest });
  }

  /** @returns whether somebody stood there */
  delete(name: Name): boolean {
    const place = this.#places.get(name);
    if (!place) return false;
    place.guest = undefined;
    return this.#places.delete(name);
  }

  clear(): void {
    for (const place of this.#places.values()) place.guest = undefined;
    this.#places.clear();
  }

  /** In the order of their coming. Whoever leaves meanwhile is left out. */
  *values(): IterableIterator<Guest> {
    for (const { guest } of this.#places.values()) if (guest) yield guest;
  }
}
