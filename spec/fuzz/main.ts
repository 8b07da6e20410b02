/** `npm run fuzz -- --cases N --seed S`: hostile clients of all generations against one site; fails if anything is wrong. */
import { parseArgs } from 'node:util';
import { fuzz } from './fuzz.js';

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '100000' },
    seed: { type: 'string', default: `${Date.now() & 0x7fffffff}` },
  },
});
const cases = Number(values.cases);
const seed = Number(values.seed);
const begin = performance.now();
console.log(`${cases} cases from --seed ${seed}`);
const report = await fuzz({ cases, seed, note: (text) => console.log(`${elapsed()} s: ${text}`) });
for (const fault of report.unrepeated) console.log(`NOT REPEATED  ${fault.kind}: ${fault.text}`);
for (const { kind, text, ...finding } of report.findings)
  console.log(`FAULT  ${kind}: ${text}\n${JSON.stringify(finding)}`);
console.log(
  `${report.cases} cases, ${report.played} of them played over connections, in ${elapsed()} s: ` +
    `${report.findings.length} faults, ${report.unrepeated.length} not repeated`,
);
process.exitCode = report.findings.length > 0 ? 1 : 0;

function elapsed(): string {
  return ((performance.now() - begin) / 1_000).toFixed(0);
}
