/** What came of travels: how much was said and heard, how often lines broke, and what was wrong. */
import type { Fault } from './ledger.js';
import type { Way } from './traveller.js';

/** What came of it, by the way of travelling. */
export interface Tally {
  breaks: number;
  /** Returns after which nothing was missing, and beginnings anew. */
  recovered: number;
  anew: number;
  heard: number;
  /** What its clients have said, what of that has never come, and what came again from those who insist. */
  said: number;
  lost: number;
  again: number;
}

export interface Outcome {
  readonly faults: readonly (Fault | string)[];
  readonly ways: Record<Way, Tally>;
  /** How often lines broke, by the moment and by the manner. */
  readonly breaks: Record<string, number>;
  readonly answered: number;
  readonly failed: number;
}

/** Before anything has come. */
export function emptyTallies(): Record<Way, Tally> {
  const empty = (): Tally => ({ breaks: 0, recovered: 0, anew: 0, heard: 0, said: 0, lost: 0, again: 0 });
  return { websocket: empty(), polling: empty(), both: empty() };
}

/** The same in words. */
export function describeOutcome({ ways, breaks, answered, failed }: Outcome): string[] {
  return [
    ...Object.entries(ways).map(
      ([way, tally]) =>
        `${way}: ${tally.heard} heard, ${tally.said} said (${tally.lost} lost with the line, ${tally.again} said again); ` +
        `${tally.breaks} breaks, ${tally.recovered} recovered, ${tally.anew} anew`,
    ),
    `${answered} questions answered, ${failed} failed; breaks: ${JSON.stringify(breaks)}`,
  ];
}
