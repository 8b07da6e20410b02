/** Middlewares in a row: each one lets pass, refuses, or stays silent. */
import { call } from '../emitter.js';
import { textOf } from '../errors.js';

/** An error of a middleware; `data` reaches the client. */
export interface ExtendedError extends Error {
  data?: unknown;
}

/** Goes on, or refuses if an error is given. */
export type Next = (error?: unknown) => void;

/** One link; what it throws, or its promise is rejected with, counts as `next(error)`. */
export type Middleware<Subject> = (subject: Subject, next: Next) => unknown;

/** Where a chain can lead. */
export interface Outcome {
  /** All let pass. */
  pass(): void;
  /** One refused; `thrown` if by accident: it threw, or its promise was rejected. */
  refuse(error: unknown, thrown: boolean): void;
  /** One failed after it had spoken: too late for a refusal. */
  failed(error: unknown): void;
}

/**
 * Runs a chain; a list that changes meanwhile changes nothing for this run.
 * Either `pass` or `refuse` is called, once; neither if a link stays silent.
 */
export function runChain<Subject>(
  chain: readonly Middleware<Subject>[],
  subject: Subject,
  outcome: Outcome,
): void {
  const links = chain.slice();
  const step = (index: number): void => {
    const link = links[index];
    if (link === undefined) outcome.pass();
    else runLink(link, subject, outcome, () => step(index + 1));
  };
  step(0);
}

function runLink<Subject>(
  link: Middleware<Subject>,
  subject: Subject,
  outcome: Outcome,
  goOn: () => void,
): void {
  let spoken = false;
  const next: Next = (error) => {
    if (spoken) return;
    spoken = true;
    if (error) outcome.refuse(error, false);
    else goOn();
  };
  const fail = (error: unknown): void => {
    if (spoken) outcome.failed(error);
    else outcome.refuse(error, true);
    spoken = true;
  };
  call(link, undefined, [subject, next], fail);
}

/** What a client is told of an error: its message, and its `data` if it has some. */
export function refusalOf(error: unknown): { readonly message: string; readonly data?: unknown } {
  const message = textOf(error);
  const data = dataOf(error);
  return data === undefined ? { message } : { message, data };
}

function dataOf(error: unknown): unknown {
  try {
    return typeof error === 'object' ? (error as ExtendedError | null)?.data : undefined;
  } catch {
    // A getter that throws: the client hears the message alone.
    return undefined;
  }
}
