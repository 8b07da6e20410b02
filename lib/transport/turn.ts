/** What one turn of the event loop gives to those who say much at once: others get theirs in between. */

/** Milliseconds of work. */
const SLICE = 5;

/** When somebody looked first in this turn. */
let begun: number | undefined;

/** Whether this turn has been busy for long enough; what is left waits for the next one. One time for all connections. */
export function isTimeUp(): boolean {
  const now = performance.now();
  if (begun === undefined) {
    begun = now;
    setImmediate(renew);
  }
  return now - begun > SLICE;
}

function renew(): void {
  begun = undefined;
}
