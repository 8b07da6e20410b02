/** How often each of a few names has come up. */
export class Counter<Name extends string> {
  readonly #times = new Map<Name, number>();

  add(name: Name): void {
    this.#times.set(name, (this.#times.get(name) ?? 0) + 1);
  }

  /** As a plain object; what has not come up is absent. */
  get shown(): Readonly<Partial<Record<Name, number>>> {
    return Object.freeze(Object.fromEntries(this.#times) as Partial<Record<Name, number>>);
  }
}
