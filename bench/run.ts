/** `npm run bench`: runs the scenarios, prints the table, and writes the JSON file and the chart. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { type Scenario, scenarios } from './runner/catalogue.js';
import { chartOf } from './runner/chart.js';
import { findCores } from './runner/cores.js';
import { measure } from './runner/measure.js';
import { type Pace, paces } from './runner/pace.js';
import { OURS, type Peer, peers } from './runner/peers.js';
import { published } from './runner/publish.js';
import { comparisonsOf, type Report, rowsOf } from './runner/report.js';
import type { Sample } from './runner/statistics.js';
import { tableOf } from './runner/table.js';
import { versionsOf } from './runner/versions.js';

const HELP = `npm run bench -- [--quick] [--only S1,S2] [--peers ours,ws] [--repetitions 5] [--publish]

  --quick        the libraries alone, short segments, once: under three minutes, and rough
  --only         these scenarios: ${scenarios.map(({ id }) => id).join(', ')}
  --peers        these peers: ${peers.map(({ name }) => name).join(', ')}
  --repetitions  how often all of it is run with fresh processes
  --publish      writes the table into README.md, where the place for it is`;

const results = new URL('results/', import.meta.url);
const readme = new URL('../README.md', import.meta.url);

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    peers: { type: 'string' },
    repetitions: { type: 'string' },
    publish: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(HELP);
else await run();

async function run(): Promise<void> {
  const base = paces[values.quick ? 'quick' : 'full'];
  const pace = { ...base, repetitions: Number(values.repetitions ?? base.repetitions) };
  const chosen = chosenOf(scenarios, ({ id }) => id, values.only).filter(
    ({ quick }) => pace.name === 'full' || quick !== false,
  );
  const rivals = chosenOf(peers, ({ name }) => name, values.peers).filter(
    ({ isLibrary }) => isLibrary || pace.name === 'full' || values.peers !== undefined,
  );
  const report = await reportOf(chosen, rivals, pace);
  console.log(`\n${tableOf(report)}`);
  await write(report);
  if (values.publish) await writeFile(readme, published(await readFile(readme, 'utf8'), report));
  if (Object.keys(report.failed).length > 0) process.exitCode = 1;
}

/** @throws on a name that nothing has */
function chosenOf<T>(all: readonly T[], nameOf: (one: T) => string, list: string | undefined): T[] {
  if (list === undefined) return [...all];
  const wanted = list.split(',');
  const unknown = wanted.filter((name) => !all.some((one) => nameOf(one) === name));
  if (unknown.length > 0) throw new Error(`nothing is called ${unknown.join(', ')}\n\n${HELP}`);
  return all.filter((one) => wanted.includes(nameOf(one)));
}

async function reportOf(chosen: readonly Scenario[], rivals: readonly Peer[], pace: Pace): Promise<Report> {
  const samples: Sample[] = [];
  const skipped: Record<string, string> = {};
  const failed: Record<string, string> = {};
  const workshop = { cores: findCores() };
  for (let number = 0; number < pace.repetitions; number++) {
    for (const scenario of chosen) {
      say(`${number + 1}/${pace.repetitions} ${scenario.id} ${scenario.title}`);
      const missing = (peer: Peer, reason: string): void => {
        skipped[peer.title] = reason;
        if (peer.name === OURS) throw new Error(`express-socketio itself does not start: ${reason}`);
      };
      const present = rivals.filter(({ title }) => skipped[title] === undefined);
      try {
        const repetition = { scenario, peers: present, pace, workshop, number, skipped: missing };
        samples.push(...(await measure(repetition)));
      } catch (error) {
        failed[scenario.id] = error instanceof Error ? error.message : String(error);
        say(`FAILED ${scenario.id}: ${failed[scenario.id]}`);
      }
    }
  }
  return {
    when: new Date().toISOString(),
    machine: machineOf(workshop.cores !== undefined),
    versions: versionsOf(),
    command: ['npm run bench', ...process.argv.slice(2)].join(' ').replace('bench ', 'bench -- '),
    pace: `${pace.name} (${pace.repetitions} × ${pace.segments} segments)`,
    peers: rivals.map(({ name, title }) => ({ name, title })),
    skipped,
    failed,
    rows: rowsOf(
      samples,
      chosen,
      rivals.filter(({ variantOf }) => variantOf === undefined),
    ),
    comparisons: comparisonsOf(samples, chosen, rivals),
    samples,
  };
}

function machineOf(isPinned: boolean): string {
  const [load = 0] = loadavg();
  const pinned = isPinned ? 'pinned' : 'not pinned';
  return `Node ${process.version}, ${cpus()[0]?.model ?? 'unknown CPU'}, ${availableParallelism()} cores, ${pinned}, load ${load.toFixed(1)}`;
}

async function write(report: Report): Promise<void> {
  const name = report.pace.split(' ')[0];
  await mkdir(results, { recursive: true });
  await writeFile(new URL(`${name}.json`, results), `${JSON.stringify(report, undefined, 2)}\n`);
  await writeFile(new URL(`${name}.svg`, results), chartOf(report));
  say(`bench/results/${name}.json and .svg are written`);
}

function say(sentence: string): void {
  console.error(`bench: ${sentence}`);
}
