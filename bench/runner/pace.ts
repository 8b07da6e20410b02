/** How long a run takes its time. */

export interface Pace {
  readonly name: 'full' | 'quick';
  readonly repetitions: number;
  /** Milliseconds of load before anything is measured: the compiler of hot code has to settle. */
  readonly warmUpMs: number;
  /** Measured parts of one server in one repetition. */
  readonly segments: number;
  /** Milliseconds of one segment. */
  readonly segmentMs: number;
}

export const paces: Readonly<Record<Pace['name'], Pace>> = {
  full: { name: 'full', repetitions: 5, warmUpMs: 3_000, segments: 6, segmentMs: 500 },
  quick: { name: 'quick', repetitions: 1, warmUpMs: 500, segments: 3, segmentMs: 200 },
};
