/** What there is one of as a rule, and rarely several: an array around one would be 56 bytes more. */

export type Few<T> = T | readonly T[] | undefined;

const none: readonly never[] = [];

export function few<T>(list: readonly T[]): Few<T> {
  return list.length > 1 ? list : list[0];
}

/** Whether there is just one. */
export function isOne<T extends object>(some: Few<T>): some is T {
  return some !== undefined && !Array.isArray(some);
}

/** All of them as a list. */
export function listOf<T extends object>(some: Few<T>): readonly T[] {
  if (isOne(some)) return [some];
  return (some as readonly T[] | undefined) ?? none;
}
