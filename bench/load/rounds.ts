/** Keeps a number of exchanges going until the time is up, and then waits for the last of them. */
export class Rounds {
  #units = 0;
  #open = 0;
  #isOver = true;
  #finished: (() => void) | undefined;

  /**
   * @param exchanges how many are kept going
   * @param begin begins all of them
   * @returns how many have ended, each one begun among them
   */
  run(ms: number, exchanges: number, begin: () => void): Promise<number> {
    this.#units = 0;
    this.#open = exchanges;
    this.#isOver = false;
    setTimeout(() => {
      this.#isOver = true;
    }, ms);
    return new Promise((resolve) => {
      this.#finished = () => resolve(this.#units);
      begin();
    });
  }

  /** An exchange has ended. @returns whether another one begins in its place */
  done(): boolean {
    if (this.#open === 0) throw new Error('something arrived that nobody had asked for');
    this.#units++;
    if (!this.#isOver) return true;
    this.#open--;
    if (this.#open === 0) this.#finished?.();
    return false;
  }
}

/**
 * The same for exchanges that are promises.
 * @param once one exchange of the `index`th of them; throws if it goes wrong
 */
export async function repeat(
  ms: number,
  exchanges: number,
  once: (index: number) => Promise<void>,
): Promise<number> {
  const end = performance.now() + ms;
  let units = 0;
  async function again(index: number): Promise<void> {
    do {
      await once(index);
      units++;
    } while (performance.now() < end);
  }
  await Promise.all(Array.from({ length: exchanges }, (_nothing, index) => again(index)));
  return units;
}
