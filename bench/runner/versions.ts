/** Which versions are compared. */
import { existsSync, readFileSync } from 'node:fs';

const packages = ['socket.io', 'ws', 'express', '@trufflesuite/uws-js-unofficial'];

/** Names and versions of what is installed beside the benchmark. */
export function versionsOf(): string {
  return packages.flatMap((name) => (versionOf(name) ? [`${name} ${versionOf(name)}`] : [])).join(', ');
}

function versionOf(name: string): string | undefined {
  const file = new URL(`../node_modules/${name}/package.json`, import.meta.url);
  if (!existsSync(file)) return undefined;
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
