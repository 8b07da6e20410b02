/** Errors as lines on stderr, where the program does not want them itself: the first of a kind, and how many more there were. */
import { textOf } from './errors.js';
import type { ErrorContext } from './options.js';

/** Milliseconds in which is counted. */
const SPAN = 1_000;
/**
 * Lines for one event in that time. Whoever never acknowledges, or makes a listener throw, would fill a disk by them; and a
 * line takes time that everybody waits for.
 */
const MOST_ALIKE = 10;
/** Events in that time: clients may name them. */
const MOST_EVENTS = 100;
/** Characters of such a name. */
const MOST_OF_NAME = 100;

/** What could begin a line, or colour a terminal. */
const controls = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;

/** How often each event has failed since then. */
const failures = new Map<string, number>();
let since = Number.NEGATIVE_INFINITY;
let untold = 0;

/** What the option `onError` does if nothing else is wished for. */
export function complain(error: unknown, { event = 'error' }: ErrorContext): void {
  if (performance.now() - since >= SPAN) sumUp();
  const count = failures.get(event) ?? 0;
  if (count >= MOST_ALIKE || (count === 0 && failures.size >= MOST_EVENTS)) return leaveOut();
  failures.set(event, count + 1);
  const line = `socketio: ${event.slice(0, MOST_OF_NAME)}: ${textOf(error, 'stack')}`;
  console.error(line.replace(controls, ' '));
}

function leaveOut(): void {
  if (untold === 0) setTimeout(sumUp, SPAN).unref();
  untold += 1;
}

function sumUp(): void {
  if (untold > 0)
    console.error(`socketio: ${untold} more errors like the last ones; the option onError hears of each`);
  untold = 0;
  failures.clear();
  since = performance.now();
}
