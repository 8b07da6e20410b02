/** What is said about many figures of the same thing. */

export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly count: number;
}

/** One segment of one server. */
export interface Sample {
  readonly scenario: string;
  readonly peer: string;
  readonly repetition: number;
  readonly segment: number;
  /** By metric; lower is better. */
  readonly costs: Readonly<Record<string, number>>;
}

/**
 * @param share from 0 to 1; 0.5 is the median
 * @throws {RangeError} without figures
 */
export function quantile(figures: readonly number[], share: number): number {
  if (figures.length === 0) throw new RangeError('no figures');
  const sorted = [...figures].sort((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}

/** @throws {RangeError} without figures */
export function summarize(figures: readonly number[]): Summary {
  return {
    median: quantile(figures, 0.5),
    min: Math.min(...figures),
    max: Math.max(...figures),
    count: figures.length,
  };
}

/** The costs of one peer in one scenario, in the order of their coming. */
export function costsOf(
  samples: readonly Sample[],
  scenario: string,
  peer: string,
  metric: string,
): number[] {
  return samples
    .filter((sample) => sample.scenario === scenario && sample.peer === peer)
    .map(({ costs }) => costs[metric])
    .filter((cost) => cost !== undefined);
}

/**
 * Ratios of costs, pair by pair: a segment of one side goes with the same segment of the same repetition of the other,
 * which ran right before or after it, on the machine as it was at that moment.
 */
export function ratios(
  samples: readonly Sample[],
  metric: string,
  above: Pick<Sample, 'scenario' | 'peer'>,
  below: Pick<Sample, 'scenario' | 'peer'>,
): number[] {
  const found: number[] = [];
  const key = ({ repetition, segment }: Sample): string => `${repetition}/${segment}`;
  const base = new Map(
    samples
      .filter(({ scenario, peer }) => scenario === below.scenario && peer === below.peer)
      .map((sample) => [key(sample), sample.costs[metric]]),
  );
  for (const sample of samples) {
    if (sample.scenario !== above.scenario || sample.peer !== above.peer) continue;
    const cost = sample.costs[metric];
    const other = base.get(key(sample));
    if (cost !== undefined && other !== undefined && other > 0) found.push(cost / other);
  }
  return found;
}
