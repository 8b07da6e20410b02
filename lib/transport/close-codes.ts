/** The codes that a WebSocket ends with. @see RFC 6455, section 7.4.1 */
import { Buffer } from 'node:buffer';
import type { CloseManner } from './transport.js';

/** What our own goodbye says. */
export const closeCodes = {
  orderly: 1000,
  away: 1001,
  malformed: 1008,
} as const satisfies Record<Exclude<CloseManner, 'abort'>, number>;

/** Milliseconds in which a client that has broken the rules must end its side: nobody waits longer for its answer. */
export const CURT = 1_000;

/** What a client is told of its frames. */
export const PROTOCOL_ERROR = 1002;
export const NOT_UTF8 = 1007;
export const POLICY = 1008;
export const TOO_LARGE = 1009;

/**
 * Whether a client may send it: 1004 is reserved, 1005, 1006 and 1015 stand for what no frame has said.
 * @see IANA, "WebSocket Close Code Number Registry"
 */
export function maySend(code: number): boolean {
  if (code >= 3000) return code <= 4999;
  return code >= 1000 && code <= 1014 && (code < 1004 || code > 1006);
}

/** Most bytes of a control frame are 125, and two of them are the code. @see RFC 6455, section 5.5 */
const LONGEST_REASON = 123;

/** @param why in ASCII: browsers show it as the reason, and people look there */
export function reasonFor(why = ''): string {
  return why.slice(0, LONGEST_REASON);
}

/** What a close frame carries. */
export function lastWords(code: number, why?: string): Buffer {
  const reason = reasonFor(why);
  const payload = Buffer.allocUnsafe(2 + reason.length);
  payload.writeUInt16BE(code);
  payload.write(reason, 2, 'latin1');
  return payload;
}
