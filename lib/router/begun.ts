/** Answers that somebody before us has begun, going on all the same: they are his to end, but he has not for ever. */
import type { IncomingMessage, ServerResponse } from 'node:http';
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
  if (!isDone(res) && !hasPassage(res.req)) waitForEnd(res, ms, late);
  return true;
}

function isDone({ writableEnded, destroyed, req }: ServerResponse): boolean {
  return writableEnded || destroyed || hasGone(req);
}

function waitForEnd(res: ServerResponse, ms: number, late: () => void): void {
  const deadline = new Deadline(ms, () => isDone(res) || late());
  res.once('close', () => deadline.stop());
}
