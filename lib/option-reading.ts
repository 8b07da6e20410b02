/** Options are read once: defaults filled in, every value checked, the result frozen. */
import { complain } from './complaints.js';
import { SocketioError } from './errors.js';
import {
  entryOf,
  isBoolean,
  isFunction,
  isOrigin,
  isParser,
  listOf,
  oneOf,
  readCookie,
  readRecovery,
  refuseUnknown,
  wholeWithin,
  within,
} from './option-checks.js';
import { readHttpCompression, readPerMessageDeflate } from './option-compression.js';
import { readCors } from './option-cors.js';
import { readFlashPolicy } from './option-flash.js';
import type { Generation, LimitName, Options, UserOptions } from './options.js';

const defaults: Options = {
  transports: ['polling', 'websocket'],
  generations: [1, 3, 4],
  allowEIO3: true,
  allowUpgrades: true,
  pingInterval: 25_000,
  pingTimeout: 20_000,
  upgradeTimeout: 10_000,
  pollTimeout: 15_000,
  connectTimeout: 15_000,
  handshakeTimeout: 10_000,
  headersTimeout: 15_000,
  bodyTimeout: 30_000,
  maxFragments: 1_024,
  maxControlFrames: 100,
  maxHttpBufferSize: 1_000_000,
  maxAttachments: 10,
  attachmentTimeout: 10_000,
  maxArguments: 1_000,
  maxDepth: 512,
  maxValues: 200_000,
  maxNameLength: 1_024,
  maxNamespaceLength: 256,
  maxNamespaces: 100,
  maxEventsPerSecond: 0,
  maxPendingPerAddress: 1_000,
  maxSessionsPerAddress: 0,
  maxHandshakesPerSecond: 0,
  cleanupEmptyChildNamespaces: true,
  softBufferLimit: 1_048_576,
  writeDeadline: 10_000,
  hardBufferLimit: 16_777_216,
  maxPendingAcks: 10_000,
  ackTimeout: 60_000,
  mailboxMessages: 256,
  mailboxBytes: 1_048_576,
  admit: 'once',
  origins: [],
  serveClient: true,
  addTrailingSlash: true,
  perMessageDeflate: false,
  httpCompression: Object.freeze({ threshold: 1_024 }),
  onError: complain,
};

type Ranges = Readonly<Record<string, readonly [least: number, most: number]>>;

/** Options that last, rates, and bytes, which somebody may have divided: the least and most that make sense. */
const ranges: Ranges = {
  pingInterval: [1, 0x7fffffff],
  pingTimeout: [1, 0x7fffffff],
  upgradeTimeout: [1, 0x7fffffff],
  pollTimeout: [0, 0x7fffffff],
  handshakeTimeout: [1, 0x7fffffff],
  headersTimeout: [0, 0x7fffffff],
  bodyTimeout: [1, 0x7fffffff],
  attachmentTimeout: [1, 0x7fffffff],
  maxHandshakesPerSecond: [0, 1_000_000],
  maxEventsPerSecond: [0, Number.MAX_SAFE_INTEGER],
  writeDeadline: [1, 0x7fffffff],
  ackTimeout: [0, 0x7fffffff],
  maxHttpBufferSize: [1, 0x7fffffff],
  softBufferLimit: [1, Number.MAX_SAFE_INTEGER],
  hardBufferLimit: [1, Number.MAX_SAFE_INTEGER],
  mailboxBytes: [1, Number.MAX_SAFE_INTEGER],
};

/** Options that count. */
const counts: Ranges = {
  maxFragments: [1, 0x7fffffff],
  maxControlFrames: [1, Number.MAX_SAFE_INTEGER],
  maxAttachments: [0, 10_000],
  maxArguments: [1, 60_000],
  maxDepth: [1, 4_000],
  maxValues: [1, Number.MAX_SAFE_INTEGER],
  maxNameLength: [1, 1_000_000],
  maxNamespaceLength: [1, 1_000_000],
  maxNamespaces: [1, Number.MAX_SAFE_INTEGER],
  maxPendingPerAddress: [1, Number.MAX_SAFE_INTEGER],
  maxSessionsPerAddress: [0, Number.MAX_SAFE_INTEGER],
  maxPendingAcks: [1, Number.MAX_SAFE_INTEGER],
  mailboxMessages: [1, Number.MAX_SAFE_INTEGER],
};

const numbers = Object.entries(defaults).flatMap(([name, value]) => (typeof value === 'number' ? name : []));
const limitNames = new RegExp(`\\b(?:${numbers.join('|')})\\b`);

/** The option that a text names. Whoever is turned away for a bound is told so with its option's name. */
export function limitNamed(text: string): LimitName | undefined {
  return limitNames.exec(text)?.[0] as LimitName | undefined;
}

/** Options that choose from a closed list. */
const choices: Readonly<Record<string, readonly unknown[]>> = {
  transports: ['polling', 'websocket', 'jsonp', 'htmlfile', 'flashsocket'],
  generations: [1, 3, 4],
  admit: ['once', 'every'],
};

/**
 * Fills in the defaults, checks every value and freezes the result.
 * @throws {SocketioError} `OPTION_INVALID`, naming the option
 */
export function readOptions(given: UserOptions = {}): Options {
  const plain = typeof given === 'object' && given !== null && !Array.isArray(given) && !('listen' in given);
  if (!plain)
    throw new SocketioError(
      'OPTION_INVALID',
      'options must be an object; app.use(path, io) finds the server',
    );
  const options: Record<string, unknown> = { ...defaults };
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    const check = entryOf(checks, name) ?? checkFor(name);
    options[name] = check(value, name);
  }
  refuseContradiction(given, options as unknown as Options);
  // Who lets larger messages in means them to be read.
  if (given.maxValues === undefined)
    options.maxValues = Math.max(defaults.maxValues, Math.floor(Number(options.maxHttpBufferSize) / 5));
  return Object.freeze({ ...options, generations: servedBy(options as unknown as Options) }) as Options;
}

function refuseContradiction(given: UserOptions, options: Options): void {
  if (options.cors && options.origins !== defaults.origins)
    throw new SocketioError('OPTION_INVALID', 'origins and cors say who is let in; give one of them');
  // A lower hard limit alone says enough: the soft one is never reached then.
  const { softBufferLimit: soft, hardBufferLimit: hard } = options;
  if (given.softBufferLimit !== undefined && soft > hard)
    throw new SocketioError(
      'OPTION_INVALID',
      `softBufferLimit must be no more than hardBufferLimit, which is ${hard}`,
    );
}

/** Socket.IO's own switch for its oldest clients, beside our list. */
function servedBy({ generations, allowEIO3 }: Options): readonly Generation[] {
  const served = generations.filter((generation) => allowEIO3 || generation !== 3);
  if (served.length > 0) return Object.freeze(served);
  throw new SocketioError('OPTION_INVALID', 'allowEIO3 leaves none of the generations to serve');
}

type Check = (value: unknown, name: string) => unknown;

const checks: Readonly<Record<string, Check>> = {
  origins: (value) => Object.freeze(listOf(typeof value === 'string' ? [value] : value, 'origins', isOrigin)),
  cookie: readCookie,
  // Socket.IO's users may write 0 for the default.
  connectTimeout: (value, name) =>
    value === 0 ? defaults.connectTimeout : within(value, name, [1, 0x7fffffff]),
  connectionStateRecovery: readRecovery,
  flashPolicy: readFlashPolicy,
  onError: isFunction,
  allowRequest: isFunction,
  adapter: isFunction,
  allowEIO3: isBoolean,
  allowUpgrades: isBoolean,
  cleanupEmptyChildNamespaces: isBoolean,
  serveClient: isBoolean,
  addTrailingSlash: isBoolean,
  parser: isParser,
  cors: readCors,
  perMessageDeflate: readPerMessageDeflate,
  httpCompression: readHttpCompression,
};

function checkFor(option: string): Check {
  const range = entryOf(ranges, option);
  if (range) return (value, name) => within(value, name, range);
  const count = entryOf(counts, option);
  if (count) return (value, name) => wholeWithin(value, name, count);
  const choice = entryOf(choices, option);
  if (!choice) return refuseUnknown;
  if (!Array.isArray(defaults[option as keyof Options])) return (value, name) => oneOf(value, name, choice);
  return (value, name) => Object.freeze(listOf(value, name, (item) => choice.includes(item)));
}
