/** From many scripts and a fault to the smallest script that has it. */
import fc from 'fast-check';
import { type Fault, type FaultKind, House } from './house.js';
import { scripts } from './scripts.js';
import type { Script } from './steps.js';

/** Something wrong, and what brings it about. */
export interface Finding {
  /** `npm run fuzz -- --cases 1 --seed …` repeats it; that of the first case where it takes several. */
  readonly seed: number;
  readonly kind: FaultKind | 'reading';
  readonly text: string;
  readonly smallest: unknown;
}

/** Milliseconds for making one finding smaller. */
const PATIENCE = 90_000;
/** Scripts at the same time when they are repeated: as many as before. */
const AT_ONCE = 24;

const scriptOf = (seed: number): Script => fc.sample(scripts, { seed, numRuns: 1 })[0] ?? [];

/** Repeats cases that had a fault together, until one alone has it, or a few have it together. */
export async function narrow(
  seeds: readonly number[],
  faults: readonly Fault[],
): Promise<{ readonly finding?: Finding; readonly unrepeated: readonly Fault[] }> {
  const kinds = new Set(faults.map(({ kind }) => kind));
  let guilty = seeds;
  let proof = await repeat(guilty.map(scriptOf), kinds);
  if (!proof) return { unrepeated: faults };
  while (guilty.length > 1) {
    const middle = Math.ceil(guilty.length / 2);
    const halves = [guilty.slice(0, middle), guilty.slice(middle)];
    const half = await firstGuilty(halves, kinds);
    if (!half) break;
    [guilty, proof] = half;
  }
  const seed = guilty[0] ?? 0;
  const smallest = guilty.length === 1 ? await smallestOf(seed, kinds) : guilty.map(scriptOf);
  return { finding: { seed, ...proof, smallest }, unrepeated: [] };
}

async function firstGuilty(
  halves: readonly (readonly number[])[],
  kinds: ReadonlySet<FaultKind>,
): Promise<readonly [readonly number[], Fault] | undefined> {
  for (const half of halves) {
    const fault = await repeat(half.map(scriptOf), kinds);
    if (fault) return [half, fault];
  }
  return undefined;
}

async function smallestOf(seed: number, kinds: ReadonlySet<FaultKind>): Promise<Script> {
  const details = await fc.check(
    fc.asyncProperty(scripts, async (script) => !(await repeat([script], kinds))),
    { seed, numRuns: 1, interruptAfterTimeLimit: PATIENCE, markInterruptAsFailure: false },
  );
  return details.counterexample?.[0] ?? scriptOf(seed);
}

/** @returns a fault of one of those kinds, if the scripts have one in a site of their own */
async function repeat(list: readonly Script[], kinds: ReadonlySet<FaultKind>): Promise<Fault | undefined> {
  const house = await House.open();
  try {
    const waiting = list.values();
    const worker = async (): Promise<void> => {
      for (const script of waiting) if (house.alive) await house.run(script);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    await house.settle();
    return house.faults().find(({ kind }) => kinds.has(kind));
  } finally {
    house.close();
  }
}
