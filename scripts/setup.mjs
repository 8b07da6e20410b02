/** Gets what is missing before `npm start` and `npm test`, and does nothing when nothing is: no dependencies of its own. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const lock = join(root, 'package-lock.json');
const modules = join(root, 'node_modules');
const stamp = join(modules, '.cache', 'setup', 'lock-hash');
const python = '/usr/lib/python3/dist-packages';

/** Programs that only specs need, by the Debian package that brings them and a file that shows that they are here. */
const programs = [
  { name: 'chromium', file: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium' },
  { name: 'redis-server', file: '/usr/bin/redis-server' },
  { name: 'postgresql', file: postgres() },
  { name: 'python3-socketio', file: `${python}/socketio` },
  { name: 'python3-aiohttp', file: `${python}/aiohttp` },
  { name: 'python3-requests', file: `${python}/requests` },
  { name: 'python3-websocket', file: `${python}/websocket` },
];

// `npm install` below runs the package's own hooks; should one of them come here again, this ends the circle.
if (!process.env.SETUP_RUNNING) {
  process.env.SETUP_RUNNING = '1';
  installPackages();
  if (process.argv.includes('--tests')) installPrograms();
}

/** Runs `npm install` if the lock file is not the one that was installed last. */
function installPackages() {
  if (existsSync(modules)) {
    const known = existsSync(stamp) ? readFileSync(stamp, 'utf8') : undefined;
    if (known === hash()) return;
    if (known === undefined && installedByHand()) return remember();
  }
  say('installing packages');
  // `npm ci` would be stricter, but the lock file lacks the platform packages of other systems.
  const [command, ...first] = npm();
  const { status } = run(command, [...first, 'install']);
  if (status !== 0) process.exit(status ?? 1);
  remember();
}

/** Whether somebody has run `npm install` since the lock file changed: npm leaves a note of its own. */
function installedByHand() {
  const note = join(modules, '.package-lock.json');
  return existsSync(note) && statSync(note).mtimeMs >= statSync(lock).mtimeMs;
}

/** npm may rewrite the lock file while installing, so the hash is taken afterwards. */
function remember() {
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, hash());
}

function hash() {
  return existsSync(lock) ? createHash('sha256').update(readFileSync(lock)).digest('hex') : 'none';
}

/** The npm that runs us, or the one in the path. */
function npm() {
  const self = process.env.npm_execpath;
  if (self?.endsWith('.js')) return [process.execPath, self];
  return [process.platform === 'win32' ? 'npm.cmd' : 'npm'];
}

/** Gets missing programs through apt-get. Where that can't be done, the specs that need them say so themselves. */
function installPrograms() {
  const missing = programs.filter(({ file }) => !existsSync(file)).map(({ name }) => name);
  if (missing.length === 0) return;
  const names = missing.join(', ');
  if (!find('apt-get')) return say(`no apt-get here to get ${names}; specs that need them are skipped`);
  const rights = rootRights();
  if (!rights) return say(`neither root nor sudo here to get ${names}; specs that need them are skipped`);
  say(`installing ${names}`);
  const apt = [...rights, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-q'];
  const install = ['install', '-y', '--no-install-recommends', ...missing];
  for (const step of [['update'], install]) {
    const [command, ...args] = [...apt, ...step];
    if (run(command, args).status === 0) continue;
    return say(`could not get ${names}; specs that need them are skipped`);
  }
}

/** What to put before a command so that it runs as root; `undefined` if there is no way. */
function rootRights() {
  if (process.getuid?.() === 0) return [];
  if (!find('sudo')) return undefined;
  // Without a terminal nobody could type the password: better a clear failure than waiting for ever.
  return process.stdin.isTTY ? ['sudo'] : ['sudo', '-n'];
}

/** The program that only PostgreSQL's server brings; each version has a folder of its own, the client's files too. */
function postgres() {
  const versions = '/usr/lib/postgresql';
  const programs = existsSync(versions)
    ? readdirSync(versions).map((name) => join(versions, name, 'bin', 'initdb'))
    : [];
  return programs.find((file) => existsSync(file)) ?? join(versions, 'initdb');
}

function find(program) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      // Not in this folder; the next one is asked.
      return false;
    }
  });
}

function run(command, args) {
  // Node starts a .cmd file only through a shell.
  const shell = command.endsWith('.cmd');
  return spawnSync(command, args, { cwd: root, stdio: 'inherit', shell });
}

function say(sentence) {
  console.error(`setup: ${sentence}`);
}
