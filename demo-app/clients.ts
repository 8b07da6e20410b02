/** The clients that the chat has a page for: a row for each, and only its `line` on the page knows what it is like. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const { resolve } = createRequire(import.meta.url);

/** One release of the client, as its package was published. */
export interface Client {
  /** What people call it. */
  readonly name: string;
  readonly version: string;
  /** The package in node_modules, and the script for browsers in it. */
  readonly script: readonly [packageName: string, file: string];
  /** The revision of the protocol that it speaks, as in the option `generations`. */
  readonly protocol: 1 | 3 | 4;
  /** By the names that it has for them, in the order in which it is to try them. */
  readonly transports: readonly string[];
  /** The module in public/js/lines that speaks through it. */
  readonly line: string;
  /** Where its page is. */
  readonly path: string;
}

const usual = ['polling', 'websocket'] as const;

/** Today's first. A row without a server for its protocol is left out, page, script and link. */
const all: readonly Client[] = [
  {
    name: '4.8',
    version: '4.8.4',
    script: ['socket.io-client', 'dist/socket.io.min.js'],
    protocol: 4,
    transports: usual,
    line: 'today',
    path: '/',
  },
  {
    name: '2.5',
    version: '2.5.0',
    script: ['socket.io-client-2', 'dist/socket.io.js'],
    protocol: 3,
    transports: usual,
    line: 'engine3',
    path: '/client-2.5',
  },
  {
    name: '1.7',
    version: '1.7.4',
    script: ['socket.io-client-1', 'dist/socket.io.min.js'],
    protocol: 3,
    transports: usual,
    line: 'engine3',
    path: '/client-1.7',
  },
  {
    name: '0.9',
    version: '0.9.17',
    script: ['socket.io-client-09', 'dist/socket.io.js'],
    protocol: 1,
    transports: ['websocket', 'xhr-polling'],
    line: 'revision1',
    path: '/client-0.9',
  },
];

/** The clients that a server of these generations can serve. */
export function clientsOf(generations: readonly number[]): readonly Client[] {
  return all.filter(({ protocol }) => generations.includes(protocol));
}

/** Where the browser gets the script; the version is in it, so it may be kept for long. */
export function scriptPath({ version }: Client): string {
  return `/client/${version}.js`;
}

/** The script on this machine. */
export function scriptFile({ script: [packageName, file] }: Client): string {
  return join(dirname(resolve(`${packageName}/package.json`)), file);
}

/** What the address of a form has at its end so that it leads to the page of this client; for today's nothing. */
export function remembered(client: Client | undefined): string {
  return client === undefined || client.path === '/' ? '' : `?with=${client.name}`;
}
