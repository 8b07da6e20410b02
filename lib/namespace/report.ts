/** Where errors of the application go: to the option `onError`, whatever that does with them. */
import process from 'node:process';
import { call } from '../emitter.js';
import { textOf } from '../errors.js';
import type { ErrorContext, Options } from '../options.js';

/** Hands an error on; an `onError` that throws or rejects becomes a warning of the process, since nobody is left to hear of it. */
export function report(options: Pick<Options, 'onError'>, error: unknown, context: ErrorContext): void {
  call(options.onError, options, [error, context], warn);
}

function warn(failure: unknown): void {
  process.emitWarning(`onError itself failed: ${textOf(failure)}`, { code: 'SOCKETIO_ONERROR' });
}
