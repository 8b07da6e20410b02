/** `npm run fuzz -- --cases N --seed S`: hostile clients of all generations against one site; fails if anything is wrong. */
import { fuzz } from './fuzz.js';
import { type Plan, readPlan, seedOf } from './plan.js';

const plan = planned();
const begin = performance.now();
console.log(`${plan.cases} cases from --seed ${plan.seed}`);
const report = await fuzz({ ...plan, note: (text) => console.log(`${elapsed()} s: ${text}`) });
for (const fault of report.unrepeated) console.log(`NOT REPEATED  ${fault.kind}: ${fault.text}`);
for (const { kind, text, ...finding } of report.findings)
  console.log(`FAULT  ${kind}: ${text}\n${JSON.stringify(finding)}`);
console.log(
  `${report.cases} cases, ${report.played} of them played over connections, in ${elapsed()} s: ` +
    `${report.findings.length} faults, ${report.unrepeated.length} not repeated`,
);
// A busy machine lets clients wait; it ends no process.
const crashed = report.unrepeated.some(({ kind }) => kind === 'crash');
process.exitCode = report.findings.length > 0 || crashed ? 1 : 0;

/** Status 1 is for faults of the library: whoever has mistyped gets another one. */
function planned(): Plan {
  try {
    return readPlan(process.argv.slice(2), seedOf(undefined));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(2);
  }
}

function elapsed(): string {
  return ((performance.now() - begin) / 1_000).toFixed(0);
}
