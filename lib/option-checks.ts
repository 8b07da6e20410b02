/** What a value given as an option must be; each refusal names the option. */
import { type SerializeOptions, serialize } from 'cookie';
import { SocketioError } from './errors.js';

/** A cookie with the session's id, for sticky balancers. @see RFC 6265 */
export interface CookieOptions extends SerializeOptions {
  readonly name: string;
}

/** What Socket.IO has and this library has not, and why. */
const notOffered: ReadonlyMap<string, string> = new Map([
  ['connectionStateRecovery', 'is an option of Socket.IO that is not offered here yet'],
  ['destroyUpgrade', 'is not offered: upgrades for other paths belong to their own listeners'],
  ['destroyUpgradeTimeout', 'is not offered: upgrades for other paths belong to their own listeners'],
  ['initialPacket', 'is not offered: no Socket.IO client reads it; emit on connection'],
  ['path', 'is not offered: app.use(path, io) decides it'],
  ['wsEngine', 'is not offered: ws shakes hands and reads, and this library writes the frames itself'],
]);

/** Bad names and values are found now, not at the first handshake. */
export function readCookie(value: unknown): CookieOptions | undefined {
  if (value === false) return undefined;
  if (value !== true && (typeof value !== 'object' || value === null)) {
    throw new SocketioError('OPTION_INVALID', 'cookie must be true, false or an object');
  }
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

/** Socket.IO's options for what is not offered here may say so; anything else would only seem to be configured. */
export function refuseUnknown(value: unknown, name: string): unknown {
  if (notOffered.has(name) && value === false) return value;
  throw new SocketioError('OPTION_INVALID', `${name} ${notOffered.get(name) ?? 'is no option'}`);
}

export function within(value: unknown, name: string, [least, most]: readonly [number, number]): number {
  if (typeof value === 'number' && value >= least && value <= most) return value;
  throw new SocketioError('OPTION_INVALID', `${name} must be a number from ${least} to ${most}`);
}

export function oneOf(value: unknown, name: string, choice: readonly unknown[]): unknown {
  if (choice.includes(value)) return value;
  throw new SocketioError('OPTION_INVALID', `${name} must be one of ${choice.join(', ')}`);
}

export function listOf(value: unknown, name: string, fits: (item: unknown) => boolean): unknown[] {
  if (Array.isArray(value) && value.length > 0 && value.every(fits)) return [...value];
  throw new SocketioError('OPTION_INVALID', `${name} must be a list of known values`);
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
