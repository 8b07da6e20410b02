/** What a run of the fuzzer is told on the command line. */
import { parseArgs } from 'node:util';

export interface Plan {
  readonly cases: number;
  readonly seed: number;
  note?(text: string): void;
}

/** Seeds have 32 bits: `fast-check` looks at no more. */
const MOST = 0xffff_ffff;

/**
 * @param seed where none is given
 * @throws {Error} for anything else than whole numbers: a run of `NaN` cases would find no fault, and say so
 */
export function readPlan(words: readonly string[], seed: number): Plan {
  const { values } = parseArgs({
    args: [...words],
    options: { cases: { type: 'string', default: '100000' }, seed: { type: 'string', default: `${seed}` } },
  });
  return { cases: wholeNumber('--cases', values.cases, 1), seed: wholeNumber('--seed', values.seed) };
}

/** @throws {RangeError} for a text that is no whole number, or too large a one */
export function wholeNumber(name: string, text: string, least = 0): number {
  const number = /^[0-9]+$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= MOST) return number;
  throw new RangeError(`${name} takes a whole number from ${least} to ${MOST}, not ${JSON.stringify(text)}`);
}

/** The seed that a spec is told to repeat, or a fresh one. */
export function seedOf(text: string | undefined): number {
  return text === undefined ? Date.now() & 0x7fffffff : wholeNumber('FUZZ_SEED', text);
}
