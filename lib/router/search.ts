/** The query of a request: single parameters at a look, and all of them for whoever wants them. */
import { parse } from 'node:querystring';
import { disarm } from '../codec/json.js';

export type Query = Readonly<Record<string, string | string[]>>;

/** The name of a parameter, and how it stands behind others. */
export interface Name {
  readonly text: string;
  readonly behind: string;
}

const named = (text: string): Name => ({ text, behind: `&${text}` });

/** The parameters that a request of Engine.IO is told by. */
export const EIO = named('EIO');
export const TRANSPORT = named('transport');
export const SID = named('sid');
export const J = named('j');
export const B64 = named('b64');

const EQUALS = 0x3d;
/** The text has to be taken apart. */
const UNCLEAR = Symbol('unclear');

export class Search {
  readonly #text: string;
  /** Whether nothing in it is written otherwise than it is. */
  readonly #isPlain: boolean;
  #all: Query | undefined;

  /** @param text what stands behind the question mark */
  constructor(text: string) {
    this.#text = text;
    this.#isPlain = !text.includes('%') && !text.includes('+');
  }

  /** All parameters; those that are named more than once are lists. None is named `__proto__`: a program may copy them. */
  get all(): Query {
    this.#all ??= disarm(parse(this.#text)) as Query;
    return this.#all;
  }

  /**
   * One parameter, as `all` has it. Every poll is asked for five of them, and to take its query apart would cost more
   * than all else that is done for it in this folder; so that is done only where something is unusual.
   */
  value(name: Name): string | string[] | undefined {
    const found = this.#all || !this.#isPlain ? UNCLEAR : plainValue(this.#text, name);
    return found === UNCLEAR ? this.all[name.text] : found;
  }
}

/** A value that is written as it is, behind a name that stands there once. */
function plainValue(search: string, { text, behind }: Name): string | undefined | typeof UNCLEAR {
  const isFirst = search.startsWith(text);
  const at = isFirst ? 0 : search.indexOf(behind) + 1;
  if (at === 0 && !isFirst) return undefined;
  const end = at + text.length;
  if (search.charCodeAt(end) !== EQUALS || search.includes(behind, end)) return UNCLEAR;
  const next = search.indexOf('&', end);
  return search.slice(end + 1, next === -1 ? undefined : next);
}
