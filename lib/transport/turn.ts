/** What one turn of the event loop gives to those who say much at once: others get theirs in between. */

/** Milliseconds of work. */
const SLICE = 5;

/** Bytes or characters from which on a single message is much work for whoever reads it: a list of `{}` for one. */
const LONG = 16_384;

/** The same for a body of several: it is taken apart into as many as a packet for every two bytes. */
const LONG_BODY = 4_096;

/** When somebody looked first in this turn. */
let begun: number | undefined;

/** What came by a connection has used up its turn: what waits comes in the same round, and would make it twice as long. */
let strained = false;

/** Whether this turn has been busy for long enough; what is left waits for the next one. One time for all connections. */
export function isTimeUp(): boolean {
  const now = performance.now();
  if (begun === undefined) {
    begun = now;
    setImmediate(renew);
  }
  return now - begun > SLICE;
}

/** Whether a message of this length is left for a later turn; whoever comes first in a turn has its own read. */
export function mustWait(length: number): boolean {
  return length >= LONG && (isTimeUp() || strained);
}

/** Whether a body of this length is taken apart in a later turn. */
export function mustWaitWhole(length: number): boolean {
  return length >= LONG_BODY && (isTimeUp() || strained);
}

function renew(): void {
  if (isTimeUp()) {
    strained = true;
    setImmediate(relax);
  }
  begun = undefined;
}

function relax(): void {
  strained = false;
}
