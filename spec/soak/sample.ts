/** What a soak measures, and what it makes of it. */

/** What a site holds at one moment, after its garbage has been collected. */
export interface Sample {
  /** Bytes, those outside of the heap included. */
  readonly heap: number;
  readonly rss: number;
  /** What keeps the process going, without timers. */
  readonly handles: number;
  readonly timers: number;
  /** Sessions, and sockets of `/`. */
  readonly clients: number;
  readonly sockets: number;
  /** Since the beginning. */
  readonly came: number;
  readonly said: number;
  readonly complaints: number;
  /** Milliseconds since the sample before. */
  readonly delay: { readonly p50: number; readonly p99: number; readonly max: number };
  /** Seconds since the beginning. */
  readonly cpu: number;
}

/** A sample, and seconds since the soak has begun. */
export type Moment = Sample & { readonly at: number };

/** How much more there may be at the end: heap, and what is counted. */
const MOST_HEAP = 1.05;
const MOST_COUNT = 1.1;
/** Few things vary by more than a tenth. */
const COUNT_NOISE = 20;
/** A thirtieth of the time, but not less than these seconds, is looked at from both ends. */
const WINDOW = 30;

export interface Verdict {
  /** What was looked at: medians after the beginning and at the end. */
  readonly rows: readonly { readonly what: Counted; readonly before: number; readonly after: number }[];
  readonly faults: readonly string[];
}

type Counted = 'heap' | 'handles' | 'timers';

/**
 * Compares the end of a soak with its beginning.
 * @param warmUp seconds in which pools fill and code is compiled; a minute in a long soak
 */
export function judge(moments: readonly Moment[], warmUp: number): Verdict {
  const end = moments.at(-1)?.at ?? 0;
  const window = Math.min(WINDOW, (end - warmUp) / 2);
  const first = moments.filter(({ at }) => at >= warmUp && at < warmUp + window);
  const last = moments.filter(({ at }) => at > end - window);
  const rows = (['heap', 'handles', 'timers'] as const).map((what) => ({
    what,
    before: median(first.map((moment) => moment[what])),
    after: median(last.map((moment) => moment[what])),
  }));
  const faults = rows.filter(grew).map(({ what, before, after }) => `${what} grew: ${before}, then ${after}`);
  return { rows, faults };
}

function grew({ what, before, after }: Verdict['rows'][number]): boolean {
  if (!(after >= 0 && before >= 0)) return true;
  return what === 'heap' ? after > before * MOST_HEAP : after > before * MOST_COUNT + COUNT_NOISE;
}

/** NaN of nothing: whoever has not looked has not seen that all is well. */
function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
