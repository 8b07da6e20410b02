/** The newest client of each generation, in each of its ways: for what need not be seen with every version. */
import { classicPairs } from './classic-clients.js';
import { modernPairs } from './modern-clients.js';
import type { Pair } from './pair.js';
import { vintagePairs } from './vintage-clients.js';

export const newestPairs: readonly Pair[] = [...modernPairs, ...classicPairs, ...vintagePairs].filter(
  ({ name }) => /^(?:4\.8\.4|2\.5\.0|0\.9\.17) /.test(name),
);
