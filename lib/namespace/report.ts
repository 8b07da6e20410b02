/** Where errors of the application go: to the option `onError`, whatever that does with them. */
import type { ErrorContext, Options } from '../options.js';

/** Hands an error on; a failing `onError` becomes a warning of the process, since nobody is left to hear of it. */
export function report(options: Pick<Options, 'onError'>, error: unknown, context: ErrorContext): void {
  try {
    options.onError(error, context);
  } catch (failure) {
    process.emitWarning(`onError itself failed: ${String(failure)}`, { code: 'SOCKETIO_ONERROR' });
  }
}
