/** What there is one of as a rule, and rarely several: an array around one would be 56 bytes more. */

export type Few<T> = T | readonly T[] | undefined;

const none: readonly never[] = [];

export function few<T>(list: readonly T[]): Few<T> {
  return list.length > 1 ? list : list[0];
}

/** All of them as a list. */
export function listOf<T extends object>(some: Few<T>): readonly T[] {
  if (some === undefined) return none;
  return isList(some) ? some : [some];
}

/** The first that passes; no list is made of one. */
export function pick<T extends object>(some: Few<T>, passes: (one: T) => boolean): T | undefined {
  if (some === undefined) return undefined;
  if (isList(some)) return some.find(passes);
  return passes(some) ? some : undefined;
}

function isList<T extends object>(some: T | readonly T[]): some is readonly T[] {
  return Array.isArray(some);
}
