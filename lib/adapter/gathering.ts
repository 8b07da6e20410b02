/** The receivers of one broadcast, and whether the next one can be said to all of them at once. */
import type { BroadcastOptions, Stand } from './contract.js';

/** Clients of several generations stand at several places, and so do those who were told something by themselves. */
const MOST_STANDS = 8;

/** Who is meant, and two figures of which one differs as soon as somebody else would be. */
export interface Audience extends BroadcastOptions {
  /** How often somebody has entered or left a room. */
  readonly moves: number;
  /** How often somebody has come who can be reached, or begun to leave. */
  readonly turnover: number;
}

/**
 * Twenty broadcasts to a room of a thousand are a thousand steps and nineteen instead of twenty thousand: the first one goes
 * to each member, and the others to where all of them stand. A fifth of what such a tick costs.
 */
export class Gathering<Letter> {
  readonly #audience: Audience;
  readonly #stands: Stand<Letter>[] = [];
  #latest: Stand<Letter> | undefined;
  #count = 0;
  #isScattered = false;

  constructor(audience: Audience) {
    // Whoever broadcasts through the adapter itself may use the same sets again.
    this.#audience = { ...audience, rooms: new Set(audience.rooms), except: new Set(audience.except) };
  }

  /** One more receiver. @param stand where it stands now; nothing if it has to be told by itself */
  add(stand: Stand<Letter> | undefined): void {
    this.#count += 1;
    if (stand === this.#latest && stand) return;
    this.#latest = stand;
    if (stand && this.#stands.includes(stand)) return;
    if (stand && this.#stands.length < MOST_STANDS) this.#stands.push(stand);
    else this.#isScattered = true;
  }

  /**
   * Whether they can be told this together, as far as it depends on the letter. Encoding it may run a program's `toJSON`,
   * which may do anything: only then it is known who is meant, and where they stand.
   * @throws what encoding throws
   */
  fits(letter: Letter): boolean {
    return !this.#isScattered && this.#stands.every((stand) => stand.fits(letter));
  }

  /**
   * Tells all of them what fits, if they are who is meant now, still stand together, and nobody else stands there.
   * @returns whether it did
   */
  tell(letter: Letter, audience: Audience): boolean {
    if (!this.#isWhole || !isSame(this.#audience, audience)) return false;
    for (const stand of this.#stands) stand.goOn(letter);
    return true;
  }

  get #isWhole(): boolean {
    return !this.#isScattered && this.#stands.reduce((sum, { holders }) => sum + holders, 0) === this.#count;
  }
}

function isSame(one: Audience, other: Audience): boolean {
  return (
    one.moves === other.moves &&
    one.turnover === other.turnover &&
    areEqual(one.rooms, other.rooms) &&
    areEqual(one.except ?? nobody, other.except ?? nobody)
  );
}

const nobody: ReadonlySet<string> = new Set();

function areEqual(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  if (one.size !== other.size) return false;
  for (const room of one) if (!other.has(room)) return false;
  return true;
}
