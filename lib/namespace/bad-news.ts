/** Whoever waits for an answer that will not come hears so; where they are many, a slice of them in each turn. */

/** Milliseconds of a turn of the event loop. */
const SLICE = 5;
/** Told between two looks at what they have left for later in the same turn: whatever awaits a promise. */
const STEP = 64;

/** Somebody who waits in vain. */
export interface Hopeful {
  /** Never throws. */
  fail(): void;
}

/** One list for all clients: they leave together, too. */
const queue: Hopeful[] = [];
/** When somebody was told first in this turn, and how many have been since then. */
let begun: number | undefined;
let told = 0;

/** Tells it at once, or in a later turn: each one once, in the order of these calls. */
export function breakTo(one: Hopeful): void {
  if (queue.length === 0 && hasTime()) return one.fail();
  if (queue.length === 0) setImmediate(goOn);
  queue.push(one);
}

/** Settles when all have heard for whom there is bad news at this moment. */
export async function allTold(): Promise<void> {
  if (queue.length > 0) await new Promise<void>((resolve) => queue.push({ fail: resolve }));
}

function hasTime(): boolean {
  if (begun === undefined) {
    begun = performance.now();
    told = 0;
    setImmediate(renew);
  }
  told += 1;
  return told <= STEP && performance.now() - begun <= SLICE;
}

function renew(): void {
  begun = undefined;
}

function goOn(): void {
  tellSome(performance.now() + SLICE);
}

/** They stay in the list until all of the step have heard: whoever is added by one of them comes behind the others. */
function tellSome(end: number): void {
  let heard = 0;
  let isLate = false;
  for (const one of queue.slice(0, STEP)) {
    if (isLate) break;
    one.fail();
    heard += 1;
    isLate = performance.now() > end;
  }
  queue.splice(0, heard);
  if (queue.length === 0) return;
  // Behind what those have to do who have just heard, so that their time counts.
  if (isLate) setImmediate(goOn);
  else queueMicrotask(() => tellSome(end));
}
