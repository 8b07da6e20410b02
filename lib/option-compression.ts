/** The options of compression: what leaves smaller, and from which size on. */
import { createDeflateRaw, createGzip, createInflateRaw, type ZlibOptions } from 'node:zlib';
import { SocketioError, textOf } from './errors.js';
import { entryOf, isBoolean, isRecord, refuseUnknown, within } from './option-checks.js';

/** Bytes below which compression is not worth its time. */
const THRESHOLD = 1_024;

/** Of answers to polls. */
export interface HttpCompression extends ZlibOptions {
  /** The least number of bytes that are compressed. @default 1_024 */
  readonly threshold: number;
}

/** Of WebSocket messages; the rest are options of `ws`. */
export interface PerMessageDeflate extends Record<string, unknown> {
  /** The least number of bytes that are compressed. @default 1_024 */
  readonly threshold: number;
}

type Check = (value: unknown, name: string) => unknown;
type Checks = Readonly<Record<string, Check>>;

/** What zlib looks at itself when it is tried. */
const tried: Check = (value) => value;
const threshold: Check = (value, name) => within(value, name, [0, Number.POSITIVE_INFINITY]);

/** What may be said of how zlib works. What else it knows would change what is written, and nobody could read that. */
const zlibChecks: Checks = {
  chunkSize: tried,
  level: tried,
  memLevel: tried,
  strategy: tried,
  windowBits: tried,
};

const httpChecks: Checks = {
  ...zlibChecks,
  threshold,
  flush: tried,
  finishFlush: tried,
  dictionary: tried,
  info: tried,
  maxOutputLength: tried,
};

const deflateChecks: Checks = {
  threshold,
  serverNoContextTakeover: isBoolean,
  clientNoContextTakeover: isBoolean,
  serverMaxWindowBits: isWindow,
  clientMaxWindowBits: isWindow,
  concurrencyLimit: isLimit,
  zlibDeflateOptions: isZlib,
  zlibInflateOptions: isZlib,
};

/** @throws {SocketioError} `OPTION_INVALID` */
export function readHttpCompression(value: unknown): false | HttpCompression {
  const compression = readCompression(value, 'httpCompression', httpChecks);
  if (compression) trying('httpCompression', () => createGzip(compression as ZlibOptions).close());
  return compression as false | HttpCompression;
}

/**
 * `ws` makes what compresses with the first long message: an error then would have nobody to catch it.
 * @throws {SocketioError} `OPTION_INVALID`
 */
export function readPerMessageDeflate(value: unknown): false | PerMessageDeflate {
  const name = 'perMessageDeflate';
  const compression = readCompression(value, name, deflateChecks);
  if (!compression) return false;
  const { zlibDeflateOptions, zlibInflateOptions, serverMaxWindowBits, clientMaxWindowBits } = compression;
  trying(`${name}.zlibDeflateOptions`, () =>
    createDeflateRaw({ ...Object(zlibDeflateOptions), ...windowOf(serverMaxWindowBits) }).close(),
  );
  trying(`${name}.zlibInflateOptions`, () =>
    createInflateRaw({ ...Object(zlibInflateOptions), ...windowOf(clientMaxWindowBits) }).close(),
  );
  return compression;
}

function windowOf(bits: unknown): ZlibOptions {
  return typeof bits === 'number' ? { windowBits: bits } : {};
}

function trying(name: string, make: () => void): void {
  try {
    make();
  } catch (error) {
    throw new SocketioError('OPTION_INVALID', `${name}: ${textOf(error)}`);
  }
}

function readCompression(value: unknown, name: string, checks: Checks): false | PerMessageDeflate {
  if (value === false) return false;
  if (value !== true && !isRecord(value)) {
    throw new SocketioError('OPTION_INVALID', `${name} must be true, false or an object`);
  }
  return Object.freeze({ threshold: THRESHOLD, ...readParts(value, name, checks) });
}

/** Parts that are left out have their defaults. */
function readParts(value: unknown, name: string, checks: Checks): Record<string, unknown> {
  const parts = Object.entries(Object(value)).filter(([, part]) => part !== undefined);
  for (const [part, given] of parts) (entryOf(checks, part) ?? refuseUnknown)(given, `${name}.${part}`);
  return Object.fromEntries(parts);
}

function isZlib(value: unknown, name: string): unknown {
  if (!isRecord(value)) throw new SocketioError('OPTION_INVALID', `${name} must be an object`);
  return readParts(value, name, zlibChecks);
}

/** @see RFC 7692, section 7.1.2 */
function isWindow(value: unknown, name: string): unknown {
  if (typeof value === 'boolean' || (Number.isInteger(value) && Number(value) >= 8 && Number(value) <= 15)) {
    return value;
  }
  throw new SocketioError('OPTION_INVALID', `${name} must be true, false or a whole number from 8 to 15`);
}

function isLimit(value: unknown, name: string): unknown {
  if ((Number.isInteger(value) && Number(value) >= 1) || value === Number.POSITIVE_INFINITY) return value;
  throw new SocketioError('OPTION_INVALID', `${name} must be a whole number from 1 on`);
}
