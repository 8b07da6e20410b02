/** `npm run soak -- --minutes N`: clients of all kinds come, chat, are cut off and go; fails if the site grows. */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { draw } from './chart.js';
import { judge, type Moment } from './sample.js';
import { type Course, silent, soak } from './soak.js';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    clients: { type: 'string', default: '500' },
    seed: { type: 'string', default: `${Date.now() & 0x7fffffff}` },
    chart: { type: 'string', default: 'soak.svg' },
  },
});
const MEBIBYTE = 1_048_576;
const minutes = Number(values.minutes);
const clients = Number(values.clients);
const seed = Number(values.seed);
/** Seconds: a minute, or a third of less than three. */
const warmUp = Math.min(60, minutes * 20);

console.log(`${clients} clients for ${minutes} minutes; --seed ${seed} repeats who does what`);
const course = await soak({
  minutes,
  clients,
  seed,
  every: Math.min(5, minutes),
  lively: warmUp * 0.75,
  note: tell,
});
const verdict = judge(course.moments, warmUp);
const summary = verdict.rows.map(({ what, before, after }) =>
  what === 'heap'
    ? `${what} ${mebibytes(before)}, then ${mebibytes(after)}`
    : `${what} ${before}, then ${after}`,
);
console.table(course.counts);
console.log(summary.join('; '));
const title = `${clients} clients of all kinds for ${minutes} minutes`;
writeFileSync(values.chart, draw(course.moments, title, noteOf(course)));
const faults = [...verdict.faults, ...left(course), ...silent(course).map((kind) => `did not chat: ${kind}`)];
for (const fault of faults) console.log(`FAULT  ${fault}`);
console.log(`${faults.length} faults; the chart is ${values.chart}`);
process.exitCode = faults.length > 0 ? 1 : 0;

function tell({ at, heap, handles, timers, clients, came, said, delay, cpu }: Moment): void {
  const seconds = at.toFixed(0).padStart(5);
  console.log(
    `${seconds} s  heap ${mebibytes(heap)}  ${clients} clients  ${handles} handles  ${timers} timers  ` +
      `${came} came  ${said} lines  delay ${delay.p99.toFixed(0)}/${delay.max.toFixed(0)} ms  cpu ${cpu.toFixed(0)} s`,
  );
}

/** What remains when all have gone. */
function left({ empty, moments }: Course): string[] {
  const faults: string[] = [];
  if (empty.clients + empty.sockets > 0)
    faults.push(`${empty.clients} sessions and ${empty.sockets} sockets are left`);
  const { complaints } = moments.at(-1) ?? empty;
  if (complaints > 0) faults.push(`${complaints} errors were told to onError`);
  return faults;
}

function noteOf({ moments, cuts }: Course): string {
  const last = moments.at(-1);
  return `${last?.came} connections, ${last?.said} lines said, ${cuts} cuts of ten clients each; ${verdict.rows
    .map(({ what, before, after }) => `${what} ${(100 * (after / before - 1)).toFixed(1)} %`)
    .join(', ')} since the first minute`;
}

function mebibytes(bytes: number): string {
  return `${(bytes / MEBIBYTE).toFixed(1)} MiB`;
}
