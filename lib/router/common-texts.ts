/** What many clients say in the same words, such as what their browser is called: kept once for all who do. */

/** A longer text is compared at more cost than it saves. */
const LONGEST = 256;
const LONGEST_LIST = 4_096;
/** Most that is kept of one generation; there are two. */
const MOST = 256;

/** What no two clients have in common. */
const personal: ReadonlySet<string> = new Set(['authorization', 'cookie', 'sec-websocket-key', 't']);

/** What was kept lately, and what was before; what has been in use meanwhile moves up, and the rest is forgotten. */
class Kept<T> {
  #recent = new Map<string, T>();
  #former = new Map<string, T>();

  /** @returns what is kept under this key; from now on, `made` */
  under(key: string, made: T): T {
    const known = this.#recent.get(key);
    if (known !== undefined) return known;
    if (this.#recent.size === MOST) {
      this.#former = this.#recent;
      this.#recent = new Map();
    }
    const kept = this.#former.get(key) ?? made;
    this.#recent.set(key, kept);
    return kept;
  }
}

const texts = new Kept<string>();
const lists = new Kept<readonly string[]>();

/** The text itself, or an equal one that is kept already. */
export function common(text: string): string {
  return text.length > LONGEST ? text : texts.under(text, text);
}

/**
 * The same for the values of a table that stays with its client: headers, or a query. It makes a client that says no more
 * than it has to 150 bytes lighter, and a browser 700.
 */
export function shareTexts(table: Record<string, string | string[] | undefined>): void {
  for (const name in table) {
    const text = table[name];
    if (typeof text === 'string' && !personal.has(name)) table[name] = common(text);
  }
}

/** A list of names and values in turn, the same one for all who say the same; `undefined` if it is too long to be kept. */
export function commonLines(pairs: readonly string[]): readonly string[] | undefined {
  const lines = pairs.map((text, place) => (isPersonal(pairs[place - 1]) ? text : common(text)));
  const all = lines.join('\n');
  if (all.length > LONGEST_LIST) return undefined;
  return pairs.some(isPersonal) ? lines : lists.under(all, lines);
}

function isPersonal(name: string | undefined): boolean {
  return name !== undefined && personal.has(name.toLowerCase());
}
