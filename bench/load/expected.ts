/** An event packet that has to arrive, compared without making a text of it. */
import { TEXT } from './frames.js';

const BRACKET = 0x5d;
const COMMA = 0x2c;

export class Expected {
  readonly #stem: Buffer;

  /** @param packet with its closing bracket; a server that keeps history may add an offset in front of that */
  constructor(packet: string) {
    this.#stem = Buffer.from(packet.slice(0, -1));
  }

  /** @throws if this is something else */
  check(bytes: Buffer, start: number, end: number, opcode: number): void {
    const after = start + this.#stem.length;
    const same =
      opcode === TEXT &&
      after < end &&
      bytes.compare(this.#stem, 0, this.#stem.length, start, after) === 0 &&
      (bytes[after] === BRACKET || bytes[after] === COMMA);
    if (same) return;
    throw new Error(
      `"${this.#stem}" was expected, not "${bytes.toString('utf8', start, Math.min(end, start + 200))}"`,
    );
  }
}
