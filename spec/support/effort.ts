/** How much work something is, on however busy a machine: to be compared with other work, never with a number. */
import process from 'node:process';

/** Runs of each; the least disturbed one counts. */
const RUNS = 5;

/** Microseconds of the processor. */
export function effort(act: () => unknown): number {
  let least = Number.POSITIVE_INFINITY;
  for (let run = 0; run < RUNS; run += 1) {
    const before = process.cpuUsage();
    act();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, user + system);
  }
  return least;
}
