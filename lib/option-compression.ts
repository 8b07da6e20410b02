/** The options of compression: what leaves smaller, and from which size on. */
import { createGzip, type ZlibOptions } from 'node:zlib';
import { SocketioError, textOf } from './errors.js';

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

/** @throws {SocketioError} `OPTION_INVALID` */
export function readHttpCompression(value: unknown): false | HttpCompression {
  const compression = readCompression(value, 'httpCompression');
  if (!compression) return false;
  try {
    createGzip(compression as ZlibOptions).close();
  } catch (error) {
    throw new SocketioError('OPTION_INVALID', `httpCompression: ${textOf(error)}`);
  }
  return compression as HttpCompression;
}

/** @throws {SocketioError} `OPTION_INVALID` */
export function readPerMessageDeflate(value: unknown): false | PerMessageDeflate {
  return readCompression(value, 'perMessageDeflate');
}

function readCompression(value: unknown, name: string): false | PerMessageDeflate {
  if (value === false) return false;
  if (value !== true && (typeof value !== 'object' || value === null || Array.isArray(value))) {
    throw new SocketioError('OPTION_INVALID', `${name} must be true, false or an object`);
  }
  const compression: PerMessageDeflate = { threshold: THRESHOLD, ...Object(value) };
  if (!(compression.threshold >= 0)) {
    throw new SocketioError('OPTION_INVALID', `${name}: threshold must be a number of bytes`);
  }
  return Object.freeze(compression);
}
