/** Which adapter keeps the places of clients that may come back, and how. */
import type { Adapter } from './contract.js';
import type { Keeper } from './keeper.js';
import { RecoveringAdapter } from './recovery.js';

/** @returns `undefined` for an adapter that cannot */
export function keeperOf<Letter>(adapter: Adapter): Keeper<Letter> | undefined {
  return adapter instanceof RecoveringAdapter ? (adapter as RecoveringAdapter<Letter>) : undefined;
}
