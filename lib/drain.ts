/** How long a server that closes waits for what is still to be delivered. */
import { SocketioError } from './errors.js';

/** The longest time that a timer of Node can have, in milliseconds. */
const LONGEST = 0x7fffffff;

/** How long `close` waits for what is still to be delivered. */
export interface CloseOptions {
  /** Milliseconds. @default 5_000 */
  readonly drain?: number;
}

/** @throws {SocketioError} `OPTION_INVALID` */
export function readDrain(options: CloseOptions | (() => void)): number {
  const { drain = 5_000 } = typeof options === 'function' ? {} : options;
  if (typeof drain === 'number' && drain >= 0) return Math.min(drain, LONGEST);
  throw new SocketioError('OPTION_INVALID', 'drain must be a number of milliseconds');
}

/** Keeps the process alive until `event`, or until everybody has been given up: the timers of sessions do not hold it. */
export async function hold(event: Promise<void>, drain: number): Promise<void> {
  const timer = setTimeout(() => {}, Math.min(drain + 1_000, LONGEST));
  await event;
  clearTimeout(timer);
}
