/** Gets what a benchmark needs (its packages, a fresh build), and then runs it. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const bench = dirname(fileURLToPath(import.meta.url));
const root = join(bench, '..');

installPeers();
build();
// Run by `node` itself: the runner asks for the same Node for servers and loads.
const { status } = run(
  process.execPath,
  ['--import', 'tsx', join(bench, 'run.ts'), ...process.argv.slice(2)],
  root,
);
process.exitCode = status ?? 1;

/** Without its packages the benchmark still runs with the peers that are here. */
function installPeers() {
  const note = join(bench, 'node_modules', '.package-lock.json');
  if (existsSync(note) && modified(note) >= modified(join(bench, 'package.json'))) return;
  say('installing what is compared');
  const self = process.env.npm_execpath;
  const [command, ...first] = self?.endsWith('.js')
    ? [process.execPath, self]
    : [process.platform === 'win32' ? 'npm.cmd' : 'npm'];
  if (run(command, [...first, 'install'], bench).status !== 0)
    say('could not; peers that are missing are skipped');
}

function build() {
  const built = join(root, 'dist', 'index.js');
  if (existsSync(built) && modified(built) >= newest(join(root, 'lib'))) return;
  say('building');
  const { status } = run(join(root, 'node_modules', '.bin', 'tsc'), ['-p', 'tsconfig.build.json'], root);
  if (status !== 0) process.exit(status ?? 1);
}

function newest(folder) {
  const files = readdirSync(folder, { recursive: true }).map((name) => join(folder, String(name)));
  return Math.max(...files.map(modified));
}

function modified(file) {
  return statSync(file).mtimeMs;
}

function run(command, args, cwd) {
  return spawnSync(command, args, { cwd, stdio: 'inherit', shell: command.endsWith('.cmd') });
}

function say(sentence) {
  console.error(`bench: ${sentence}`);
}
