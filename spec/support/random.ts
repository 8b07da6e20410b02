/** Random numbers that a seed repeats. */

/** What a spec draws from. */
export interface Random {
  /** From 0 up to 1, as `Math.random`. */
  (): number;
  /** A whole number from `least` to `most`. */
  whole(least: number, most: number): number;
  /** True so often. */
  chance(probability: number): boolean;
  one<T>(choices: readonly [T, ...T[]]): T;
}

/** @see "mulberry32", a well-known generator of 32 bits */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
  const whole = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1));
  return Object.assign(next, {
    whole,
    chance: (probability: number): boolean => next() < probability,
    one: <T>(choices: readonly [T, ...T[]]): T => choices[whole(0, choices.length - 1)] ?? choices[0],
  });
}
