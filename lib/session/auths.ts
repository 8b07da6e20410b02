/** What one client says of itself in its namespaces: bounded in all of them together, since it stays as long as they do. */
import { weightOf } from '../weight.js';

export interface AuthBounds {
  /** Most bytes of memory. */
  readonly maxHttpBufferSize: number;
}

/** Bytes of a packet that has little to say: a hundred of them are not worth a look. */
export const LITTLE = 256;

export class Auths {
  readonly #most: number;
  readonly #weights = new Map<string, number>();

  constructor({ maxHttpBufferSize }: AuthBounds) {
    this.#most = maxHttpBufferSize;
  }

  /**
   * @param size bytes of its packet on the wire
   * @returns `false` if that is more than all of it may be; what stands alone may be as much as one packet can say
   */
  admits(nsp: string, auth: object, size: number): boolean {
    if (size <= LITTLE) return true;
    const weight = weightOf(auth, this.#most);
    let others = 0;
    for (const held of this.#weights.values()) others += held;
    this.#weights.set(nsp, weight);
    return others === 0 || others + weight <= this.#most;
  }

  /** The namespace was left, or never joined. */
  forget(nsp: string): void {
    this.#weights.delete(nsp);
  }
}
