/** Answers that somebody before us has begun, going on all the same: they are his to end, but he has not for ever. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { Deadline } from '../deadline.js';
import { SocketioError } from '../errors.js';
import { hasPassage } from './passage.js';
import { isOver } from './reply.js';

/** One that has not been ended in time. */
export class Unended extends SocketioError {
  constructor() {
    super(
      'HANDSHAKE_TIMEOUT',
      'An answer was begun before us, and not ended within the option handshakeTimeout',
    );
  }
}

/** Upgrades that have come to us so. Of others, an answer that is not ended is none of our business. */
const unended = new WeakSet<IncomingMessage>();

/** Whether it is an upgrade whose answer had been begun when it came to us. */
export function isUnended(req: IncomingMessage): boolean {
  return unended.has(req);
}

/** Whether its connection has ended, and its address with it, before Node has told the response. */
export function hasGone({ httpVersionMajor, socket }: IncomingMessage): boolean {
  return httpVersionMajor === 1 && socket.destroyed;
}

/**
 * Whether there is nothing left for us to say: somebody has answered, or nobody waits for an answer any more.
 * @param ms that whoever has only begun an answer has for the rest; an upgrade has its deadline already
 * @param late called when they are over
 */
export function isAnswered(res: ServerResponse, ms: number, late: () => void): boolean {
  if (!isOver(res)) return false;
  if (isDone(res)) return true;
  if (hasPassage(res.req)) unended.add(res.req);
  else waitForEnd(res, ms, late);
  return true;
}

/** An answer by HTTP/2 does not say that it is destroyed; its stream does. */
function isDone(res: ServerResponse & { readonly stream?: Duplex }): boolean {
  return res.writableEnded || res.destroyed || res.stream?.destroyed === true || hasGone(res.req);
}

function waitForEnd(res: ServerResponse, ms: number, late: () => void): void {
  const deadline = new Deadline(ms, () => isDone(res) || late());
  res.once('close', () => deadline.stop());
}
