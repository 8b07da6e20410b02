/** The option `cors`: what a user may write, and what is made of it once. */
import { type IncomingMessage, validateHeaderValue } from 'node:http';
import { SocketioError } from './errors.js';
import { entryOf } from './option-checks.js';

/** What allows an origin: all of them, this one, those that fit, or any of a list. */
export type OriginRule = boolean | string | RegExp | readonly (boolean | string | RegExp)[];

/** Asked for each request; `origin` is what the browser says of its page. Only the first answer counts. */
export type OriginQuestion = (
  origin: string | undefined,
  done: (error: Error | null, rule?: OriginRule) => void,
) => void;

/** The options of the `cors` package. @see Fetch standard, "CORS protocol" */
export interface CorsOptions {
  /** Who is let in: `'*'` or `true` for everybody, `false` for nobody else than the site itself. */
  readonly origin: OriginRule | OriginQuestion;
  /** @default 'GET,HEAD,PUT,PATCH,POST,DELETE' */
  readonly methods?: string | readonly string[];
  /** Headers that a page may send. @default those that it asks for */
  readonly allowedHeaders?: string | readonly string[];
  /** The same, under an older name. */
  readonly headers?: string | readonly string[];
  /** Headers that a page may read. @default none */
  readonly exposedHeaders?: string | readonly string[];
  /** Whether cookies and the like may be sent along; not with the origin `'*'`. @default false */
  readonly credentials?: boolean;
  /** Seconds for which a browser may remember the answer to a preflight. @default none */
  readonly maxAge?: number | string;
  /** @default 204 */
  readonly optionsSuccessStatus?: number;
  /** `true`: a preflight gets its headers and is then treated as any other request, which refuses it. @default false */
  readonly preflightContinue?: boolean;
}

/** The options to use, by request. */
export type CorsQuestion = (
  req: IncomingMessage,
  done: (error: Error | null, options?: CorsOptions) => void,
) => void;

/** A checked option, its lists written as they go on the wire. */
export interface CorsTerms {
  readonly origin: OriginRule | OriginQuestion;
  readonly credentials: boolean;
  readonly methods: string;
  /** `undefined`: those that are asked for. */
  readonly allowedHeaders: string | undefined;
  readonly exposedHeaders: string;
  readonly maxAge: string;
  readonly optionsSuccessStatus: number;
  readonly preflightContinue: boolean;
}

/** Terms that hold for all, or a function that tells them for each request. */
export type Cors = CorsTerms | CorsQuestion;

/** @throws {SocketioError} `OPTION_INVALID` */
export function readCors(value: unknown): Cors | undefined {
  if (value === false) return undefined;
  if (typeof value === 'function') return value as CorsQuestion;
  return readTerms(value);
}

/** @throws {SocketioError} `OPTION_INVALID` */
export function readTerms(value: unknown): CorsTerms {
  if (typeof value !== 'object' || value === null) fail('must be false, an object or a function');
  for (const [name, part] of Object.entries(value)) {
    if (part !== undefined && !entryOf(parts, name)?.(part))
      fail(`${name} is no such option, or has a value that it can't have`);
  }
  const given = value as CorsOptions;
  // Everybody has to be asked for by name.
  if (given.origin === undefined) fail("origin is missing; '*' lets in everybody");
  const credentials = given.credentials === true;
  if (credentials && given.origin === '*') fail("origin '*' can't be had with credentials; name the origins");
  const allowedHeaders = joined(given.allowedHeaders ?? given.headers ?? []);
  return Object.freeze({
    origin: given.origin,
    credentials,
    methods: joined(given.methods ?? 'GET,HEAD,PUT,PATCH,POST,DELETE'),
    allowedHeaders: allowedHeaders === '' ? undefined : allowedHeaders,
    exposedHeaders: joined(given.exposedHeaders ?? []),
    maxAge: String(given.maxAge ?? ''),
    optionsSuccessStatus: given.optionsSuccessStatus ?? 204,
    preflightContinue: given.preflightContinue === true,
  });
}

/** What each part may be. */
const parts: Readonly<Record<string, (value: unknown) => boolean>> = {
  origin: (value) => typeof value === 'function' || isRule(value),
  methods: isList,
  allowedHeaders: isList,
  headers: isList,
  exposedHeaders: isList,
  credentials: (value) => typeof value === 'boolean',
  maxAge: (value) => /^\d+$/.test(String(value)),
  optionsSuccessStatus: (value) => Number.isInteger(value) && Number(value) >= 200 && Number(value) < 300,
  preflightContinue: (value) => typeof value === 'boolean',
};

export function isRule(value: unknown): value is OriginRule {
  return Array.isArray(value) ? value.every(isSimpleRule) : isSimpleRule(value);
}

function isSimpleRule(value: unknown): boolean {
  return (
    typeof value === 'boolean' || value instanceof RegExp || (typeof value === 'string' && isWritable(value))
  );
}

function isList(value: unknown): boolean {
  const items: unknown[] = Array.isArray(value) ? value : [value];
  return items.every((item) => typeof item === 'string' && isWritable(item));
}

/** Whether a text may stand in a header. */
function isWritable(text: string): boolean {
  try {
    validateHeaderValue('cors', text);
    return true;
  } catch {
    return false;
  }
}

function joined(list: string | readonly string[]): string {
  return typeof list === 'string' ? list : list.join(',');
}

function fail(why: string): never {
  throw new SocketioError('OPTION_INVALID', `cors: ${why}`);
}
