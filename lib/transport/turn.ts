/**
 * What one turn of the event loop gives to what clients say: who is late waits for the next one, behind those who wait
 * already, and timers and other connections get theirs in between. What is short does not wait for what is long: of that,
 * one goes in a turn while others wait.
 *
 * A clock is read in 33 ns, a new turn seen in 500: hence each fifth message where all goes fast, and not each turn. That
 * is 11 ns for a message.
 */
import process from 'node:process';
import { Queue } from '../queue.js';

/** Milliseconds of work, for all connections together. */
const SLICE = 5;
/** Milliseconds after which it must be known when a turn has begun. */
const TRUST = 1;
/** Messages that go through unseen where those before them took less than so many milliseconds. */
const UNSEEN = 4;
const BRIEF = 0.25;
/** Bytes or characters from which on a single message is much work for whoever reads it: a list of `{}` for one. */
const LONG = 16_384;
/** The same for a body: it may be taken apart into a packet for every two bytes. */
const LONG_BODY = 4_096;

/** Written in place: as variables, they would leave two numbers on the heap with each look. */
const times = {
  /** When the turn has begun. Where it is not watched, that was an earlier one; since then, little time has passed. */
  begun: 0,
  looked: 0,
};
let isWatched = false;
let unseen = 0;
/** Somebody has waited long enough: his message is the next to be asked for. */
let isGranted = false;
/** Those who wait have been passed over: connections had used up the round, and to serve others in it would double it. */
let isPassedOver = false;
const waiting = new Queue<() => void>();
/** The same, with something long to say. */
const waitingLong = new Queue<() => void>();
/** One of them goes in this turn, however much the others have to say. */
let isLongDue = false;
/** As it is now: if somebody's test puts another one in its place, and takes it away with what waits there, ours must come. */
const soon = setImmediate;

/** Whether a message of this length is left for a later turn: ask before each. */
export function mustWait(length: number): boolean {
  if (unseen === 0 || length >= LONG) return mustLook(length);
  unseen -= 1;
  return false;
}

/** The same for the body of a POST, before it is taken apart. */
export function mustWaitWhole(length: number): boolean {
  return length >= LONG_BODY && mustLook(LONG);
}

function mustLook(length: number): boolean {
  if (!isGranted) return length >= LONG ? isLate() : isTimeUp();
  isGranted = false;
  return false;
}

/** What is long goes behind all who wait, where short ones may find a place, and its turn is watched from its beginning. */
function isLate(): boolean {
  if (!isNobodyWaiting() || isTimeUp()) return true;
  if (!isWatched) watch(times.looked);
  return false;
}

/** Whether this turn has been busy for long enough. */
export function isTimeUp(): boolean {
  const now = performance.now();
  // The clock of somebody's test may go back.
  const isBrief = Math.abs(now - times.looked) < BRIEF;
  times.looked = now;
  const isUp = isWatched && now - times.begun > SLICE;
  unseen = isBrief && !isUp ? UNSEEN : 0;
  if (!isWatched && Math.abs(now - times.begun) > TRUST) watch(now);
  return isUp;
}

/**
 * @param called when others have had their turn; one message passes `mustWait` then
 * @param length of that message, or of all that is left to say: what is long waits behind what is long
 */
export function waitForTurn(called: () => void, length = 0): void {
  (length >= LONG ? waitingLong : waiting).add(called);
  if (!isWatched) watch(performance.now());
}

/** The same for the body of a POST that `mustWaitWhole`. */
export function waitForTurnWhole(called: () => void): void {
  waitForTurn(called, LONG);
}

function isNobodyWaiting(): boolean {
  return waiting.empty && waitingLong.empty;
}

function watch(now: number): void {
  times.begun = now;
  isWatched = true;
  soon(renew);
}

/** Messages that come while others wait have what these leave of the turn. */
function renew(): void {
  const now = performance.now();
  const isUsedUp = now - times.begun > SLICE;
  isWatched = false;
  unseen = 0;
  isPassedOver = isUsedUp && !isPassedOver && !isNobodyWaiting();
  if (isNobodyWaiting()) return;
  watch(isPassedOver ? times.begun : now);
  isLongDue = !waitingLong.empty;
  if (!isPassedOver) serve(waiting.empty ? waitingLong : waiting);
}

function serve(queue: Queue<() => void>): void {
  unseen = 0;
  isGranted = true;
  if (queue === waitingLong) isLongDue = false;
  try {
    queue.take()?.();
  } finally {
    isGranted = false;
    if (!isNobodyWaiting()) process.nextTick(goOnLater);
  }
}

/** What the message before has set off comes first, in ticks and promises: its answer leaves, and its time counts. */
function goOnLater(): void {
  queueMicrotask(goOn);
}

function goOn(): void {
  if (!isTimeUp()) serve(waiting.empty ? waitingLong : waiting);
  else if (isLongDue && !waitingLong.empty) serve(waitingLong);
}
