/** Redis and PostgreSQL, each started once, on a Unix socket in a folder that goes away with it. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { listening } from '../../support/listening.js';
import { within } from '../../support/patience.js';

const REDIS = '/usr/bin/redis-server';
const POSTGRES = '/usr/lib/postgresql';

export type ProgramName = 'redis' | 'postgres';

/** A running program: where it listens, and its end. */
export interface Program {
  /** Redis: the path of its socket. PostgreSQL: the folder with its socket. */
  readonly address: string;
  /** Redis listens here, too. */
  readonly url?: string;
  close(): Promise<void>;
}

/** Why a program cannot be started here; `undefined` if it can. */
export function missing(name: ProgramName): string | undefined {
  if (name === 'redis') return existsSync(REDIS) ? undefined : `there is no ${REDIS}`;
  return postgresFolder() ? undefined : `there is no PostgreSQL under ${POSTGRES}`;
}

/** Starts it. */
export function startProgram(name: ProgramName): Promise<Program> {
  return name === 'redis' ? startRedis() : startPostgres();
}

async function startRedis(): Promise<Program> {
  const folder = mkdtempSync(join(tmpdir(), 'redis-'));
  const address = join(folder, 'redis.sock');
  const port = await freePort();
  const settings = [
    '--port',
    `${port}`,
    '--bind',
    '127.0.0.1',
    '--unixsocket',
    address,
    '--save',
    '',
    '--dir',
    folder,
  ];
  const child = spawn(REDIS, settings, { stdio: ['ignore', 'pipe', 'inherit'] });
  await says(child, child.stdout, /Ready to accept connections|accept connections at/, 'Redis');
  return { address, url: `redis://127.0.0.1:${port}`, close: () => end(child, 'SIGTERM', folder) };
}

/** One that nobody has right now. */
async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listening(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function startPostgres(): Promise<Program> {
  const folder = mkdtempSync(join(tmpdir(), 'postgres-'));
  const data = join(folder, 'data');
  const programs = postgresFolder() ?? '';
  const user = somebody(folder);
  const creation = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
  execFileSync(join(programs, 'initdb'), creation, { ...user, stdio: 'ignore', cwd: folder });
  const settings = ['-D', data, '-k', folder, '-c', 'listen_addresses=', '-F'];
  const child = spawn(join(programs, 'postgres'), settings, {
    ...user,
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await says(child, child.stderr, /ready to accept connections/, 'PostgreSQL');
  return { address: folder, close: () => end(child, 'SIGINT', folder) };
}

/** The newest version that is installed. */
function postgresFolder(): string | undefined {
  if (!existsSync(POSTGRES)) return undefined;
  const versions = readdirSync(POSTGRES).sort((a, b) => Number(b) - Number(a));
  return versions
    .map((version) => join(POSTGRES, version, 'bin'))
    .find((bin) => existsSync(join(bin, 'initdb')));
}

/** PostgreSQL refuses to run as root: then the folder, and the program, are given to somebody else. */
function somebody(folder: string): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const uid = Number(execFileSync('id', ['-u', 'nobody'], { encoding: 'utf8' }));
  const gid = Number(execFileSync('id', ['-g', 'nobody'], { encoding: 'utf8' }));
  chownSync(folder, uid, gid);
  return { uid, gid };
}

/** Waits for a line, then lets the rest of the output go by. */
async function says(child: ChildProcess, output: Readable, line: RegExp, name: string): Promise<void> {
  const lines = createInterface(output);
  const ready = new Promise<void>((resolve, reject) => {
    lines.on('line', (text) => line.test(text) && resolve());
    child.on('exit', () => reject(new Error(`${name} ended before it was ready`)));
  });
  await within(ready, name, 30_000);
}

async function end(child: ChildProcess, signal: NodeJS.Signals, folder: string): Promise<void> {
  if (child.exitCode === null) {
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }
  rmSync(folder, { recursive: true, force: true });
}
