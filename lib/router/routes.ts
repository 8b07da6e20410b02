/** Which request goes where: steps that may halt it, then one table. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import express from 'express';
import { SocketioError } from '../errors.js';
import { report } from '../namespace/report.js';
import { Crowded } from '../session/crowd.js';
import type { Session } from '../session/session.js';
import { PollingTransport } from '../transport/polling.js';
import {
  answerPreflight,
  askApplication,
  checkEntry,
  checkMethod,
  checkOrigin,
  checkRevision,
  checkRoom,
  checkTransport,
  chooseId,
  type Step,
  type Visit,
} from './checks.js';
import { serveClientFile } from './client.js';
import { applyCors } from './cors.js';
import type { Desk } from './desk.js';
import type { Dialect } from './dialect.js';
import { envelopeOf, open } from './handshake.js';
import { isLawful, isWelcome } from './origin.js';
import { describeRefusal, Refusal } from './refusal.js';
import { repeatHeaders } from './repeated.js';
import { asRefusal, dress, isOver, refuse } from './reply.js';
import { revision1 } from './revision1.js';
import { readTicket, showTicket, type Ticket } from './ticket.js';
import { connect, move } from './upgrade.js';

type Endpoint = (visit: Visit, session: Session) => void;

/** Without a session, by transport. */
const entrances = {
  polling: open.bind(undefined, 'polling'),
  jsonp: open.bind(undefined, 'jsonp'),
  websocket: connect,
};

/** With a session, by transport and method. */
const endpoints: Partial<Record<string, Endpoint>> = {
  'polling GET': poll,
  'polling POST': post,
  'jsonp GET': poll,
  'jsonp POST': post,
  'websocket GET': move,
};

/** What the site's stack lets through to us, before it may enter. Nothing falls through to the site again. */
const steps: readonly Step[] = [
  applyCors,
  serveClientFile,
  checkTransport,
  checkOrigin,
  answerPreflight,
  serveSession,
  checkMethod,
  checkEntry,
  askApplication,
  checkRevision,
  chooseId,
  checkRoom,
];

const engine: Dialect = {
  steps,
  enter: (visit) => entrances[visit.ticket.transport as keyof typeof entrances](visit),
  serve: (visit) => {
    checkTransport(visit, raise);
    serveSession(visit, raise);
  },
  refuse: (res, error, { upgrade }) => refuse(res, error, upgrade),
};

const dialects: Readonly<Record<Ticket['dialect'], Dialect>> = { engine, revision1 };

export class Routes {
  readonly #desk: Desk;
  readonly #visits = new WeakMap<IncomingMessage, Visit>();
  readonly #routers = { engine: this.#routerFor(engine), revision1: this.#routerFor(revision1) };

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** Serves a request that comes through the site's stack. */
  handle(req: IncomingMessage, res: ServerResponse): void {
    // A deadline has answered before the stack let this through, or the client has gone.
    if (isOver(res)) return;
    const ticket = readTicket(req);
    dress(res, ticket, this.#desk.options.origins);
    showTicket(req, ticket);
    const visit = { desk: this.#desk, ticket, req, res };
    const halted = (error?: unknown): void => this.#refuse(error, visit);
    this.#desk.engine.pass(req, res, (error) => {
      if (error) return halted(error);
      // A middleware may have answered, and gone on all the same.
      if (isOver(res)) return;
      this.#visits.set(req, visit);
      this.#routers[ticket.dialect](req as express.Request, res as express.Response, halted);
    });
  }

  /** Whether a request names one of our sessions, at the path that the session uses. */
  names(req: IncomingMessage): boolean {
    return this.#find(req) !== undefined;
  }

  /** Requests of a known session, straight from the HTTP server. @returns `false` if the stack has to see it */
  served(req: IncomingMessage, res: ServerResponse): boolean {
    const { options } = this.#desk;
    if (options.admit === 'every' || req.method === 'OPTIONS') return false;
    const found = this.#find(req);
    if (!found || !isAdmitted(found.session, req, options.origins)) return false;
    const { ticket, session } = found;
    const visit = { desk: this.#desk, ticket, req, res };
    repeatHeaders(res, ticket, session.birth.admission);
    dress(res, ticket, options.origins);
    if (!this.#desk.engine.curious) this.#serve(visit);
    else this.#present(visit);
    return true;
  }

  /** Somebody looks at the requests of known sessions. */
  #present(visit: Visit): void {
    const { desk, req, res, ticket } = visit;
    showTicket(req, ticket);
    desk.engine.pass(req, res, (error) => {
      if (error) this.#refuse(error, visit);
      else if (!isOver(res)) this.#serve(visit);
    });
  }

  #serve(visit: Visit): void {
    try {
      dialects[visit.ticket.dialect].serve(visit);
    } catch (error) {
      this.#refuse(error, visit);
    }
  }

  #find(req: IncomingMessage): { readonly ticket: Ticket; readonly session: Session } | undefined {
    // Every request of the site passes here: look before reading.
    if (!req.url?.includes('sid=') && !req.url?.includes('/1/')) return undefined;
    const ticket = readTicket(req);
    const session = this.#desk.sessions.get(ticket.sid ?? '');
    return session?.birth.admission.path === ticket.path ? { ticket, session } : undefined;
  }

  #routerFor({ steps }: Dialect): express.Router {
    const router = express.Router();
    for (const step of steps) router.use((req, _res, next) => this.#walk(step, req, next));
    return router.use((req) => this.#enter(req));
  }

  #walk(step: Step, req: IncomingMessage, next: (error?: unknown) => void): void {
    const visit = this.#visits.get(req);
    if (visit) step(visit, next);
  }

  #enter(req: IncomingMessage): void {
    const visit = this.#visits.get(req);
    // The request lives as long as its session; its visit is over.
    this.#visits.delete(req);
    if (!visit || isOver(visit.res)) return;
    dialects[visit.ticket.dialect].enter(visit);
  }

  #refuse(error: unknown, { req, res, ticket }: Visit): void {
    // What no client has caused is told to the owner, too.
    const isOurs = error instanceof SocketioError && error.status !== undefined;
    if (!isOurs) report(this.#desk.options, error, { event: 'request' });
    const refusal = asRefusal(error);
    if (refusal instanceof Crowded && !res.headersSent) res.setHeader('Retry-After', refusal.retryAfter);
    dialects[ticket.dialect].refuse(res, refusal, ticket);
    this.#desk.engine.refused(() => {
      showTicket(req, ticket);
      return describeRefusal(req, refusal, ticket);
    });
  }
}

/** What the stack has allowed to this session, it need not be asked again; another origin goes through it. */
function isAdmitted({ birth }: Session, req: IncomingMessage, origins: readonly string[]): boolean {
  const { origin } = req.headers;
  if (origin === birth.admission.origin) return true;
  return isLawful(origin) && isWelcome(req, origins, birth.request);
}

function raise(error?: unknown): void {
  if (error) throw error;
}

function serveSession(visit: Visit, next: (error?: unknown) => void): void {
  const { desk, ticket } = visit;
  if (ticket.sid === undefined) return next();
  const session = desk.sessions.get(ticket.sid);
  if (!session) return next(new SocketioError('SESSION_UNKNOWN'));
  desk.sessions.crowd.proves(session, 'request');
  serve(visit, session);
}

function serve(visit: Visit, session: Session): void {
  const { method, transport, upgrade, generation } = visit.ticket;
  const lawful = upgrade ? transport === 'websocket' : transport === session.carrier?.name;
  if (!lawful) throw mismatch(visit, session);
  const { protocol: previousProtocol } = session.birth;
  if (generation !== previousProtocol) {
    throw new Refusal('BAD_REQUEST', { name: 'PROTOCOL_MISMATCH', protocol: generation, previousProtocol });
  }
  const endpoint = endpoints[`${transport} ${method}`];
  if (!endpoint || (transport === 'websocket' && !upgrade)) throw new SocketioError('METHOD_NOT_SUPPORTED');
  endpoint(visit, session);
}

function poll(visit: Visit, session: Session): void {
  const { desk, ticket, req, res } = visit;
  const transport = polling(visit, session);
  desk.engine.dress(req, res, false);
  transport.poll(res, envelopeOf(ticket));
}

function post(visit: Visit, session: Session): void {
  const { desk, ticket, req, res } = visit;
  const transport = polling(visit, session);
  desk.engine.dress(req, res, false);
  transport.post(req, res, envelopeOf(ticket));
}

function polling(visit: Visit, session: Session): PollingTransport {
  const { carrier } = session;
  if (carrier instanceof PollingTransport) return carrier;
  throw mismatch(visit, session);
}

function mismatch({ ticket }: Visit, session: Session): Refusal {
  const { transport } = ticket;
  return new Refusal('BAD_REQUEST', {
    name: 'TRANSPORT_MISMATCH',
    transport,
    previousTransport: session.carrier?.name,
  });
}
