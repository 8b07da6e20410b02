/** Those who wait for their turn. */

/** First come, first served. */
export class Queue<Waiting extends object> {
  readonly #places: (Waiting | undefined)[] = [];
  #next = 0;
  #end = 0;

  get empty(): boolean {
    return this.#next === this.#end;
  }

  add(one: Waiting): void {
    this.#closeUp();
    this.#places[this.#end++] = one;
  }

  /** Who has waited longest; nobody where nobody waits. */
  take(): Waiting | undefined {
    if (this.empty) return undefined;
    const place = this.#next++;
    const one = this.#places[place];
    this.#places[place] = undefined;
    return one;
  }

  /** A queue that is never empty must not grow by those who have gone. */
  #closeUp(): void {
    const length = this.#end - this.#next;
    if (this.#next === 0 || this.#next < length) return;
    this.#places.copyWithin(0, this.#next, this.#end);
    this.#places.fill(undefined, length, this.#end);
    this.#next = 0;
    this.#end = length;
  }
}
