/** Timers for delays that users choose. */
import { SocketioError } from '../errors.js';

/** Longest delay that Node's timers know; a longer one would fire at once. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

/** Acts once, after some milliseconds; after 25 days at the latest. */
export function after(delayMs: number, act: () => void): NodeJS.Timeout;
/** @param one what it is done with, where a closure for each would be memory for nothing */
export function after<One>(delayMs: number, act: (one: One) => void, one: One): NodeJS.Timeout;
export function after<One>(delayMs: number, act: (one?: One) => void, one?: One): NodeJS.Timeout {
  return setTimeout(act, Math.min(delayMs, LONGEST_DELAY_MS), one);
}

/**
 * The delay that a user gave to `timeout()`.
 * @returns milliseconds, no more than a timer knows: adapters have timers of their own
 * @throws SocketioError `OPTION_INVALID`
 */
export function delayOf(given: unknown): number {
  if (typeof given === 'number' && given >= 0) return Math.min(given, LONGEST_DELAY_MS);
  throw new SocketioError('OPTION_INVALID', 'timeout takes milliseconds');
}
