/** Runs everything that has to be right (types, lint, specs) and closes with one line: N passed, N failed. */
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Milliseconds in which the specs' process must end when all of them are done. */
const LAST_WORD = 30_000;

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

let passed = 0;
let failed = 0;
let skipped = 0;

await check('types', 'tsc', ['-p', 'tsconfig.json']);
await check('lint', 'biome', ['check', '--error-on-warnings']);
await specs();

const rest = skipped > 0 ? `, ${skipped} skipped` : '';
console.log(`\n${passed} passed, ${failed} failed${rest}`);
process.exitCode = failed > 0 ? 1 : 0;

/** One tool, one verdict. */
async function check(name, tool, args) {
  const { status } = await run(tool, args);
  console.log(`${status === 0 ? 'ok' : 'FAILED'}  ${name}`);
  if (status === 0) passed++;
  else failed++;
}

/** The specs, counted as mocha reports them; a run that ends without its summary has failed. */
async function specs() {
  const { status, output } = await run('mocha', ['spec/**/*.spec.ts', ...process.argv.slice(2)]);
  const count = (word) => Number(new RegExp(`^\\s*(\\d+) ${word}`, 'm').exec(output)?.[1] ?? 0);
  passed += count('passing');
  skipped += count('pending');
  failed += status === 0 ? 0 : Math.max(1, count('failing'));
}

function run(tool, args) {
  const command = join(root, 'node_modules', '.bin', tool);
  const child = spawn(command, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    shell: process.platform === 'win32',
  });
  let output = '';
  let stuck = false;
  let deadline;
  child.stdout.on('data', (chunk) => {
    output += chunk;
    process.stdout.write(chunk);
    if (/^\s*\d+ passing/m.test(chunk)) deadline ??= setTimeout(giveUp, LAST_WORD);
  });
  /** A failed spec may leave something open; the verdict must be told all the same. */
  const giveUp = () => {
    stuck = true;
    console.log('The specs are done, but their process does not end: something was left open.');
    // Mocha passes this one on to the process that runs the specs.
    child.kill('SIGINT');
  };
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ status: 1, output: String(error) }));
    child.on('close', (status) => {
      clearTimeout(deadline);
      resolve({ status: stuck ? 1 : status, output });
    });
  });
}
