/** Timers for delays that users choose. */

/** Longest delay that Node's timers know; a longer one would fire at once. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

/** Acts once, after some milliseconds; after 25 days at the latest. */
export function after(delayMs: number, act: () => void): NodeJS.Timeout {
  return setTimeout(act, Math.min(delayMs, LONGEST_DELAY_MS));
}
