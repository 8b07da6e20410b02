/** What a request has to pass before it gets an endpoint: steps that any of which may halt it. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { SocketioError, textOf } from '../errors.js';
import { report } from '../namespace/report.js';
import type { Session } from '../session/session.js';
import type { HeaderPairs } from '../transport/envelope.js';
import { isAnswered, Unended } from './begun.js';
import type { Desk } from './desk.js';
import { isLawful, isListed, isVouchedFor, isWelcome } from './origin.js';
import { Refusal } from './refusal.js';
import { allowPreflight } from './reply.js';
import { addressOf, type Ticket } from './ticket.js';

/** A request on its way to an endpoint. */
export interface Visit {
  readonly desk: Desk;
  readonly ticket: Ticket;
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  /** Whose request it is, where that is known already. */
  readonly session?: Session;
  /** Headers of an answer that has not been given any yet. */
  readonly letterhead?: HeaderPairs | undefined;
  /** Who asks; read once, since Express reads it from the headers each time. */
  address?: string;
  /** The id of the session that is to be made; the last of the steps chooses it. */
  id?: string;
}

/** Whose entry is judged. */
export function addressIn(visit: Visit): string {
  visit.address ??= addressOf(visit.req);
  return visit.address;
}

/** Goes on, or halts by an error or by not going on; a throw is an error, too. */
export type Step = (visit: Visit, next: (error?: unknown) => void) => void;

/**
 * Lets a request pass the steps, one after the other, and enter. One that neither throws nor calls `next` has halted it.
 * @param halted hears why
 */
export function walk(
  { steps, enter }: { readonly steps: readonly Step[]; enter(visit: Visit): void },
  visit: Visit,
  halted: (error: unknown) => void,
): void {
  let passed = 0;
  const late = (): void => halted(new Unended());
  const next = (error?: unknown): void => {
    if (error) return halted(error);
    const step = steps[passed++];
    try {
      if (step) step(visit, next);
      // An application that was asked may have answered by itself.
      else if (!isAnswered(visit.res, visit.desk.options.handshakeTimeout, late)) enter(visit);
    } catch (thrown) {
      halted(thrown);
    }
  };
  next();
}

export const checkTransport: Step = ({ desk, ticket: { transport } }, next) => {
  const known = transport !== undefined && desk.options.transports.includes(transport);
  next(known ? undefined : new SocketioError('TRANSPORT_UNKNOWN'));
};

export const checkOrigin: Step = ({ desk, ticket: { origin }, req, res }, next) => {
  if (!isLawful(origin)) return next(new Refusal('BAD_REQUEST', { name: 'INVALID_ORIGIN', origin }));
  const welcome = isWelcome(origin, req, desk.options.origins) || isVouchedFor(origin, res);
  next(welcome ? undefined : new SocketioError('ORIGIN_FORBIDDEN'));
};

export const answerPreflight: Step = ({ desk, ticket: { method, origin }, req, res }, next) => {
  const listed = origin !== undefined && isListed(origin, desk.options.origins);
  if (method !== 'OPTIONS' || !listed) return next();
  allowPreflight(res, req.headers['access-control-request-headers']);
};

/** From here on: requests without a session. @see engine.io 6, the order in which a handshake is verified */
export const checkMethod: Step = ({ ticket: { method, transport, upgrade } }, next) => {
  if (method !== 'GET') return next(new SocketioError('BAD_HANDSHAKE_METHOD'));
  next(upgrade === (transport === 'websocket') ? undefined : new SocketioError('BAD_REQUEST'));
};

/** Before the application is asked: a flood shall not reach it. */
export const checkEntry: Step = (visit, next) => {
  const { desk } = visit;
  next(desk.open ? desk.sessions.crowd.knock(addressIn(visit)) : new SocketioError('SERVER_CLOSED'));
};

/** The application may have taken its time: we may have closed, and others may have come. */
export const checkRoom: Step = (visit, next) => {
  const { desk } = visit;
  next(desk.open ? desk.sessions.crowd.refusal(addressIn(visit)) : new SocketioError('SERVER_CLOSED'));
};

/** Whatever goes wrong in the application's own check is a refusal; only what it says itself is told to the client. */
export const askApplication: Step = ({ desk: { options }, req }, next) => {
  const { allowRequest } = options;
  if (!allowRequest) return next();
  let waiting = true;
  const settle = (error?: SocketioError): void => {
    if (waiting) next(error);
    waiting = false;
  };
  const answer = (error: unknown, success: boolean): void =>
    settle(success && !error ? undefined : new SocketioError('FORBIDDEN', messageOf(error)));
  const fail = (error: unknown): void => {
    report(options, error, { event: 'allowRequest' });
    settle(new SocketioError('ADMISSION_FAILED'));
  };
  try {
    const promised: unknown = allowRequest(req, answer);
    if (promised instanceof Promise) promised.catch(fail);
  } catch (error) {
    fail(error);
  }
};

export const checkRevision: Step = ({ desk, ticket: { generation } }, next) => {
  const served = generation !== undefined && desk.options.generations.includes(generation);
  next(served ? undefined : new SocketioError('UNSUPPORTED_PROTOCOL_VERSION'));
};

/** Ids stand in addresses, cookies and the names of rooms. */
const ID = /^[\w.~-]{1,100}$/;

export const chooseId: Step = (visit, next) => {
  const { desk, req } = visit;
  const fail = (error: unknown): void => {
    report(desk.options, error, { event: 'generateId' });
    next(new Refusal('BAD_REQUEST', { name: 'ID_GENERATION_ERROR', error }));
  };
  const take = (id: unknown): void => {
    if (typeof id !== 'string' || !ID.test(id))
      return fail(new TypeError('generateId must give 1 to 100 characters of [A-Za-z0-9_.~-]'));
    if (desk.sessions.get(id)) return fail(new TypeError('generateId gave the id of somebody who is here'));
    visit.id = id;
    next();
  };
  try {
    const given = desk.engine.generateId(req);
    if (typeof given === 'string') take(given);
    else Promise.resolve(given).then(take, fail);
  } catch (error) {
    fail(error);
  }
};

function messageOf(error: unknown): string | undefined {
  return error ? textOf(error) : undefined;
}
