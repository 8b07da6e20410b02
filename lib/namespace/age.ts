/** How long answers have been waited for at least: a few moments tell, where a time for each would cost more than the answer. */

/** Moments in the time that is asked about: whoever is older by one part of it is known to be. */
const PARTS = 4;

/** All that were asked before this moment have lower numbers. */
interface Mark {
  readonly id: number;
  readonly at: number;
}

export class Age {
  readonly #patience: number;
  /** At most one for each part of the time; those that are older than all of it are forgotten. */
  #marks: readonly Mark[] = [];

  /** @param patience milliseconds */
  constructor(patience: number) {
    this.#patience = patience;
  }

  /** Something is asked; numbers rise. */
  asked(id: number): void {
    const at = performance.now();
    const latest = this.#marks.at(-1);
    if (latest && at - latest.at < this.#part) return;
    this.#marks = [...this.#marks.filter((mark) => !this.#isOver(mark, at)), { id, at }];
  }

  /** @returns whether it was asked so long ago, or a part longer: between the two it may be either */
  isOver(id: number): boolean {
    const now = performance.now();
    const first = this.#marks.find((mark) => !this.#isOver(mark, now));
    return first === undefined || id < first.id;
  }

  get #part(): number {
    return this.#patience / PARTS;
  }

  /** What has the number of a mark, or a higher one, was asked within a part: what came later has a mark of its own. */
  #isOver({ at }: Mark, now: number): boolean {
    return now - at >= this.#patience + this.#part;
  }
}
