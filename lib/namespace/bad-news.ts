/** Whoever waits for an answer that will not come hears so; where they are many, a slice of them in each turn. */
import { Queue } from '../queue.js';

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
const queue = new Queue<Hopeful>();
/** Whoever is added by one who hears comes behind the others. */
let isTelling = false;
/** When somebody was told first in this turn, and how many have been since then. */
let begun: number | undefined;
let told = 0;
/** As it is now: if somebody's test puts another one in its place, and takes it away with what waits there, ours must come. */
const soon = setImmediate;

/** Tells it at once, or in a later turn: each one once, in the order of these calls. */
export function breakTo(one: Hopeful): void {
  if (isIdle() && hasTime()) return one.fail();
  if (isIdle()) soon(goOn);
  queue.add(one);
}

/** Settles when all have heard for whom there is bad news at this moment. */
export async function allTold(): Promise<void> {
  if (!isIdle()) await new Promise<void>((resolve) => queue.add({ fail: resolve }));
}

function isIdle(): boolean {
  return queue.empty && !isTelling;
}

function hasTime(): boolean {
  if (begun === undefined) {
    begun = performance.now();
    told = 0;
    soon(renew);
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

function tellSome(end: number): void {
  let isLate = false;
  isTelling = true;
  for (let left = STEP; left > 0 && !isLate && !queue.empty; left -= 1) {
    queue.take()?.fail();
    isLate = performance.now() > end;
  }
  isTelling = false;
  if (queue.empty) return;
  // Behind what those have to do who have just heard, so that their time counts.
  if (isLate) soon(goOn);
  else queueMicrotask(() => tellSome(end));
}
