/** What a value given as an option must be; each refusal names the option. */
import { type SerializeOptions, serialize } from 'cookie';
import { SocketioError } from './errors.js';

/** A cookie with the session's id, for sticky balancers. @see RFC 6265 */
export interface CookieOptions extends SerializeOptions {
  readonly name: string;
}

/** What is kept for clients that lose their connection. */
export interface RecoveryOptions {
  /** Milliseconds for which a client is waited for, and what it misses is remembered. @default 120_000 */
  readonly maxDisconnectionDuration: number;
  /** Whether a client that comes back passes by the middlewares of its namespace. @default true */
  readonly skipMiddlewares: boolean;
  /** Most bytes of events that are remembered in each namespace. @default 16_777_216 */
  readonly maxLogBytes: number;
}

const recovery: RecoveryOptions = {
  maxDisconnectionDuration: 120_000,
  skipMiddlewares: true,
  maxLogBytes: 16_777_216,
};

/** What Socket.IO has and this library has not, and why. */
const notOffered: ReadonlyMap<string, string> = new Map([
  ['destroyUpgrade', 'is not offered: upgrades for other paths belong to their own listeners'],
  ['destroyUpgradeTimeout', 'is not offered: upgrades for other paths belong to their own listeners'],
  ['initialPacket', 'is not offered: no Socket.IO client reads it; emit on connection'],
  ['path', 'is not offered: app.use(path, io) decides it'],
  ['wsEngine', 'is not offered: ws shakes hands and reads, and this library writes the frames itself'],
]);

/** What may be said of the cookie; its values are seen when it is tried. */
const cookieParts: ReadonlySet<string> = new Set([
  ...['name', 'path', 'domain', 'httpOnly', 'secure', 'sameSite', 'partitioned'],
  ...['maxAge', 'expires', 'priority', 'encode'],
]);

/** Bad names and values are found now, not at the first handshake. */
export function readCookie(value: unknown): CookieOptions | undefined {
  if (value === false) return undefined;
  if (value !== true && !isRecord(value)) {
    throw new SocketioError('OPTION_INVALID', 'cookie must be true, false or an object');
  }
  for (const [part, given] of Object.entries(Object(value)))
    if (given !== undefined && !cookieParts.has(part)) refuseUnknown(undefined, `cookie.${part}`);
  const cookie: CookieOptions = { name: 'io', path: '/', httpOnly: true, sameSite: 'lax', ...Object(value) };
  if (cookie.sameSite === 'none' && !cookie.secure) {
    throw new SocketioError('OPTION_INVALID', 'cookie: sameSite none needs secure');
  }
  try {
    serialize(cookie.name, 'id', cookie);
  } catch (error) {
    throw new SocketioError('OPTION_INVALID', `cookie: ${error instanceof Error ? error.message : error}`);
  }
  return Object.freeze(cookie);
}

/** Parts that are left out have their defaults. */
export function readRecovery(value: unknown): RecoveryOptions | undefined {
  if (value === false) return undefined;
  const name = 'connectionStateRecovery';
  const given = value === true ? {} : value;
  if (!isRecord(given)) throw new SocketioError('OPTION_INVALID', `${name} must be true, false or an object`);
  const parts = Object.entries(given).filter(([, part]) => part !== undefined);
  const { maxDisconnectionDuration, skipMiddlewares, maxLogBytes, ...unknown } = {
    ...recovery,
    ...Object.fromEntries(parts),
  };
  for (const part of Object.keys(unknown)) refuseUnknown(undefined, `${name}.${part}`);
  return Object.freeze({
    maxDisconnectionDuration: within(
      maxDisconnectionDuration,
      `${name}.maxDisconnectionDuration`,
      [1, 0x7fffffff],
    ),
    skipMiddlewares: isBoolean(skipMiddlewares, `${name}.skipMiddlewares`) === true,
    maxLogBytes: within(maxLogBytes, `${name}.maxLogBytes`, [1, Number.MAX_SAFE_INTEGER]),
  });
}

/** Socket.IO's options for what is not offered here may say so; anything else would only seem to be configured. */
export function refuseUnknown(value: unknown, name: string): unknown {
  if (notOffered.has(name) && value === false) return value;
  throw new SocketioError('OPTION_INVALID', `${name} ${notOffered.get(name) ?? 'is no option'}`);
}

/** An object with parts, and not a list. */
export function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function within(value: unknown, name: string, [least, most]: readonly [number, number]): number {
  if (typeof value === 'number' && value >= least && value <= most) return value;
  throw new SocketioError('OPTION_INVALID', `${name} must be a number from ${least} to ${most}`);
}

/** Of what is counted there is no half. */
export function wholeWithin(value: unknown, name: string, range: readonly [number, number]): number {
  if (Number.isInteger(within(value, name, range))) return value as number;
  throw new SocketioError('OPTION_INVALID', `${name} must be a whole number`);
}

/** What a table has under a name that somebody has given: `constructor` and the like are in no table. */
export function entryOf<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

export function oneOf(value: unknown, name: string, choice: readonly unknown[]): unknown {
  if (choice.includes(value)) return value;
  throw new SocketioError('OPTION_INVALID', `${name} must be one of ${choice.join(', ')}`);
}

export function listOf(value: unknown, name: string, fits: (item: unknown) => boolean): unknown[] {
  if (Array.isArray(value) && value.length > 0 && value.every(fits)) return [...value];
  const strangers = Array.isArray(value)
    ? value.filter((item) => !fits(item)).map((item) => `; ${item} is none`)
    : [];
  throw new SocketioError('OPTION_INVALID', `${name} must be a list of known values${strangers.join('')}`);
}

export function isOrigin(item: unknown): boolean {
  return item === '*' || (typeof item === 'string' && URL.canParse(item) && new URL(item).origin === item);
}

export function isFunction(value: unknown, name: string): unknown {
  if (typeof value === 'function') return value;
  throw new SocketioError('OPTION_INVALID', `${name} must be a function`);
}

export function isBoolean(value: unknown, name: string): unknown {
  if (typeof value === 'boolean') return value;
  throw new SocketioError('OPTION_INVALID', `${name} must be true or false`);
}

/** Two constructors; what they make is seen when it is used. */
export function isParser(value: unknown, name: string): unknown {
  const { Encoder, Decoder } = Object(value) as { readonly Encoder?: unknown; readonly Decoder?: unknown };
  if (typeof Encoder === 'function' && typeof Decoder === 'function') return value;
  throw new SocketioError('OPTION_INVALID', `${name} must have the constructors Encoder and Decoder`);
}
