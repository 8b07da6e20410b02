/**
 * Requests that come before the answer to an earlier one of their connection is over, or seem to: by TLS, Node hears a turn
 * late that an answer has left, and its client may have asked again. A turn later, only those are refused that really do.
 */
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { isQueued } from '../transport/answer.js';
import { isTimeUp } from '../transport/turn.js';
import type { Visit } from './checks.js';
import { isOver } from './reply.js';

/**
 * An upgrade that has come as an ordinary request is not waited for: to take its connection would take what is left of the
 * earlier answer, too.
 * @param go is called now, or in the next turn if there is still somebody to answer
 */
export function inTurn({ res, ticket }: Pick<Visit, 'res' | 'ticket'>, go: () => void): void {
  if (isQueued(res) && !ticket.upgrade) waiting.push(() => isOver(res) || go());
  else return go();
  if (waiting.length === 1) setImmediate(proceed);
}

/** They look again in the next turn, or later: a client may send thousands in one piece. */
const waiting: (() => void)[] = [];

function proceed(): void {
  try {
    for (let left = waiting.length; left > 0; left -= 1) {
      waiting.shift()?.();
      if (isTimeUp()) return;
    }
  } finally {
    if (waiting.length > 0) setImmediate(proceed);
  }
}

/** An answer to nothing, that stands nowhere for longer than it takes to see whether there is a place. */
const probe = new ServerResponse(new IncomingMessage(new Socket()));

/** Whether the answer to an earlier request on this connection is not finished: then it has no place for another one. */
export function isBusy(socket: Duplex): boolean {
  try {
    probe.assignSocket(socket as Socket);
    probe.detachSocket(socket as Socket);
    return false;
  } catch {
    // Node refuses the place that another response has.
    return true;
  }
}

/**
 * Nothing can be said behind an answer that is not finished, and whoever reads on here would mix up the two.
 * @param go is called in the next turn if the connection is free then
 * @returns `true`: the upgrade is dealt with
 */
export function waitForTurn(socket: Duplex, go: () => void): true {
  // Node has taken its own listener away, and a connection may break at any time.
  socket.on('error', ignore);
  setImmediate(() => {
    socket.off('error', ignore);
    if (isBusy(socket)) socket.destroy();
    else if (!socket.destroyed) go();
  });
  return true;
}

function ignore(): void {}
