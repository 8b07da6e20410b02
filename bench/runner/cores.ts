/** Which cores servers and generators run on: one for each side, where this system can say so. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Cores {
  readonly server: number;
  readonly load: number;
}

/** @returns `undefined` without `taskset`, or with less than two cores */
export function findCores(): Cores | undefined {
  if (process.platform !== 'linux' || spawnSync('taskset', ['--version']).status !== 0) return undefined;
  const status = readFileSync('/proc/self/status', 'utf8');
  const [server, load] = coresOf(/^Cpus_allowed_list:\s*(.*)$/m.exec(status)?.[1] ?? '');
  return server === undefined || load === undefined ? undefined : { server, load };
}

/** Reads a list as the kernel writes it: `0-2,5`. */
export function coresOf(list: string): number[] {
  return list
    .split(',')
    .filter((range) => /^\d/.test(range))
    .flatMap((range) => {
      const [first = 0, last = first] = range.split('-').map(Number);
      return Array.from({ length: last - first + 1 }, (_nothing, index) => first + index);
    });
}
