/** The fuzzer: so many cases from one seed, each with a seed of its own; what fails is made as small as possible. */
import fc from 'fast-check';
import { type Fault, House } from './house.js';
import { type Finding, narrow } from './narrow.js';
import type { Plan } from './plan.js';
import { readings } from './readers.js';
import { scripts } from './scripts.js';
import type { Rest } from './site.js';

export interface Report {
  readonly cases: number;
  /** Of those, scripts that were played over connections. */
  readonly played: number;
  readonly findings: readonly Finding[];
  /** Faults that were seen once, and not again when the cases were repeated: a busy machine. */
  readonly unrepeated: readonly Fault[];
}

/** Cases between two looks at what is left; of many there are fewer looks, since each waits for the last to be missed. */
const BATCH = { few: 10_000, many: 25_000 } as const;
const MANY = 200_000;
/** Readings in one turn of the event loop. */
const TURN = 50;
/** Scripts that are played at the same time. */
const AT_ONCE = 32;
/** Milliseconds of reading one input. */
const LONGEST_READING = 50;
/** Bytes by which the heap may have grown since the first batches, beside a tenth. */
const HEAP_NOISE = 3_000_000;

/** The seed decides what kind of case it is: `--cases 1 --seed` repeats any. */
export const isPlayed = (seed: number): boolean => seed % 10 < 3;

export async function fuzz({ cases, seed, note = () => {} }: Plan): Promise<Report> {
  const run = new Run(await House.open(), note);
  try {
    for (let done = 0; done < cases && run.findings.length < 5; ) {
      const size = Math.min(cases < MANY ? BATCH.few : BATCH.many, cases - done);
      await run.batch(Array.from({ length: size }, (_, index) => (seed + done + index) >>> 0));
      done += size;
      note(`${done} cases, ${run.played} played, heap ${((run.rest?.heap ?? 0) / 1e6).toFixed(1)} MB`);
    }
    return { cases, played: run.played, findings: run.findings, unrepeated: run.unrepeated };
  } finally {
    run.close();
  }
}

class Run {
  #house: House;
  readonly #note: (text: string) => void;
  readonly findings: Finding[] = [];
  readonly unrepeated: Fault[] = [];
  played = 0;
  rest: Rest | undefined;
  /** What was left after the second batch: by then pools are full and code is compiled. */
  #rests: Rest[] = [];

  constructor(house: House, note: (text: string) => void) {
    this.#house = house;
    this.#note = note;
  }

  async batch(seeds: readonly number[]): Promise<void> {
    const toPlay = seeds.filter(isPlayed);
    await this.#play(toPlay);
    await this.#read(seeds.filter((seed) => !isPlayed(seed)));
    await this.#settle(toPlay);
  }

  close(): void {
    this.#house.close();
  }

  async #play(seeds: readonly number[]): Promise<void> {
    const waiting = seeds.values();
    const worker = async (): Promise<void> => {
      for (const seed of waiting) {
        if (!this.#house.alive) return;
        const [script] = fc.sample(scripts, { seed, numRuns: 1 });
        await this.#house.run(script ?? []);
        this.played += 1;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  }

  async #read(seeds: readonly number[]): Promise<void> {
    for (const [index, seed] of seeds.entries()) {
      // The bystanders are in this process, and must be heard.
      if (index % TURN === 0) await new Promise((resolve) => setImmediate(resolve));
      const text = readOnce(seed);
      if (text !== undefined) this.findings.push(narrowReading(seed, text));
      if (this.findings.length > 4) return;
    }
  }

  async #settle(seeds: readonly number[]): Promise<void> {
    this.rest = await this.#house.settle();
    if (this.rest) this.#rests.push(this.rest);
    const faults = [...this.#house.faults(), ...this.#growth()];
    if (faults.length === 0) return;
    for (const { kind, text } of faults.slice(0, 3)) this.#note(`${kind}: ${text}`);
    this.#house.close();
    const { finding, unrepeated } = await narrow(seeds, faults);
    if (finding) this.findings.push(finding);
    this.#note(finding ? `repeated by --seed ${finding.seed}` : 'not repeated');
    this.unrepeated.push(...unrepeated);
    this.#house = await House.open();
    this.#rests = [];
  }

  #growth(): Fault[] {
    const [, first] = this.#rests;
    const last = this.#rests.at(-1);
    if (!first || !last || last.heap <= first.heap * 1.1 + HEAP_NOISE) return [];
    return [{ kind: 'leak', text: `${first.heap} bytes, then ${last.heap}` }];
  }
}

/** @returns what is wrong with it */
function readOnce(seed: number): string | undefined {
  const [reading] = fc.sample(readings, { seed, numRuns: 1 });
  try {
    const used = process.cpuUsage();
    reading?.read();
    const { user, system } = process.cpuUsage(used);
    reading?.compare();
    return user + system > LONGEST_READING * 1_000 ? isSlow(() => reading?.read()) : undefined;
  } catch (error) {
    return String(error);
  }
}

/** Once may be garbage collection. */
function isSlow(read: () => void): string | undefined {
  let least = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < 5; turn++) {
    const begin = performance.now();
    read();
    least = Math.min(least, performance.now() - begin);
  }
  return least > LONGEST_READING ? `takes ${least.toFixed(0)} ms` : undefined;
}

function narrowReading(seed: number, text: string): Finding {
  const smallest = fc.check(
    fc.property(readings, (reading) => {
      reading.read();
      reading.compare();
    }),
    { seed, numRuns: 1 },
  );
  const [reading] = smallest.counterexample ?? fc.sample(readings, { seed, numRuns: 1 });
  return { seed, kind: 'reading', text, smallest: { reader: reading?.name, given: reading?.shown } };
}
