/** The option `cors`: its headers on every answer, and the answer to a preflight. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { SocketioError } from '../errors.js';
import { type Cors, type CorsTerms, isRule, type OriginRule, readTerms } from '../option-cors.js';
import type { Step } from './checks.js';
import { headerFor, isLawful } from './origin.js';
import { vary } from './reply.js';

/** A callback in the way of Node; only the first call counts. */
type Done<T> = (error: unknown, result?: T) => void;

/** What a site's stack may have said to the same request. */
const spoken = [
  'Access-Control-Allow-Origin',
  'Access-Control-Allow-Credentials',
  'Access-Control-Expose-Headers',
  'Access-Control-Allow-Methods',
  'Access-Control-Allow-Headers',
  'Access-Control-Max-Age',
];

/**
 * Says who may read the answer; `checkOrigin` then reads it off there, as it does with what the site's stack has said.
 * @see Fetch standard, "CORS protocol"
 */
export const applyCors: Step = ({ desk, ticket: { origin }, req, res }, next) => {
  const { cors } = desk.options;
  if (!cors || !isLawful(origin)) return next();
  settle(cors, origin, req, (error, ruling) => {
    if (res.headersSent) return;
    for (const name of spoken) res.removeHeader(name);
    // No rule, no word: a preflight is refused like any other wrong method then.
    if (error || !ruling) return next(error);
    const { terms, rule } = ruling;
    speak(res, terms, rule, origin);
    if (req.method !== 'OPTIONS') return next();
    speakBefore(res, terms, req.headers['access-control-request-headers']);
    if (terms.preflightContinue) return next();
    res.writeHead(terms.optionsSuccessStatus, { 'Content-Length': 0 });
    res.end();
  });
};

interface Ruling {
  readonly terms: CorsTerms;
  readonly rule: OriginRule;
}

/** Asks the program, where it wants to be asked. */
function settle(cors: Cors, page: string | undefined, req: IncomingMessage, done: Done<Ruling>): void {
  if (typeof cors !== 'function') return settleTerms(cors, page, done);
  const told = once<unknown>((error, terms) => {
    if (error || !terms) return done(error);
    attempt(() => settleTerms(readTerms(terms), page, done), done);
  });
  attempt(() => cors(req, told), told);
}

function settleTerms(terms: CorsTerms, page: string | undefined, done: Done<Ruling>): void {
  const { origin } = terms;
  if (typeof origin !== 'function') return done(null, origin ? { terms, rule: origin } : undefined);
  const told = once<unknown>((error, rule) => {
    if (error || !rule) return done(error);
    if (isRule(rule)) return done(null, { terms, rule });
    done(new SocketioError('OPTION_INVALID', 'cors: the function origin answered with what is no rule'));
  });
  attempt(() => origin(page, told), told);
}

/** Takes the first answer. One that cannot be read (a Proxy, a getter that throws) is an error, of the program's. */
function once<T>(done: Done<T>): Done<T> {
  let open = true;
  return (error, result) => {
    if (!open) return;
    open = false;
    attempt(() => done(error, result), done);
  };
}

/** A throw and a rejection are answers, too. */
function attempt(ask: () => unknown, done: (error: unknown) => void): void {
  const fail = (error: unknown): void => done(error ?? new SocketioError('BAD_REQUEST'));
  try {
    const asked = ask();
    if (asked instanceof Promise) asked.catch(fail);
  } catch (error) {
    fail(error);
  }
}

function speak(res: ServerResponse, terms: CorsTerms, rule: OriginRule, origin: string | undefined): void {
  const allowed = headerFor(origin, rule);
  if (allowed !== undefined) res.setHeader('Access-Control-Allow-Origin', allowed);
  if (rule !== '*') vary(res, 'Origin');
  // Credentials for everybody would be a hole: `*` is the whole answer then.
  if (terms.credentials && allowed !== '*') res.setHeader('Access-Control-Allow-Credentials', 'true');
  if (terms.exposedHeaders) res.setHeader('Access-Control-Expose-Headers', terms.exposedHeaders);
}

function speakBefore(res: ServerResponse, terms: CorsTerms, asked: string | undefined): void {
  const allowedHeaders = terms.allowedHeaders ?? asked;
  if (terms.methods) res.setHeader('Access-Control-Allow-Methods', terms.methods);
  if (terms.allowedHeaders === undefined) vary(res, 'Access-Control-Request-Headers');
  if (allowedHeaders) res.setHeader('Access-Control-Allow-Headers', allowedHeaders);
  if (terms.maxAge) res.setHeader('Access-Control-Max-Age', terms.maxAge);
}
