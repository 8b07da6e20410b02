/** The requests of revision 1: handshakes, ways to a session, and goodbyes. */
import type { ServerResponse } from 'node:http';
import { scriptJson } from '../codec/json.js';
import { SocketioError } from '../errors.js';
import type { TransportName } from '../options.js';
import type { Session } from '../session/session.js';
import { answer, answerEarly, deliver, hangUp, unadorned } from '../transport/answer.js';
import { declinePost } from '../transport/posts.js';
import { attachment, call } from '../transport/script.js';
import {
  askApplication,
  checkEntry,
  checkOrigin,
  checkRevision,
  checkRoom,
  chooseId,
  type Step,
  type Visit,
} from './checks.js';
import { serveClientFile } from './client.js';
import { giveCookie } from './cookie.js';
import { applyCors } from './cors.js';
import type { Dialect } from './dialect.js';
import { admit, tell } from './handshake.js';
import { describeAsker } from './refusal.js';
import { allowPreflight } from './reply.js';
import { closeTimeout, post, type Way, ways } from './revision1-ways.js';
import type { Ticket } from './ticket.js';

/** In the words that its clients know: after 403 they stay away, after 500 they may try again. */
const refusals: Partial<Record<SocketioError['code'], readonly [status: number, text: string]>> = {
  FORBIDDEN: [403, 'handshake unauthorized'],
  ORIGIN_FORBIDDEN: [403, 'handshake bad origin'],
  ADMISSION_FAILED: [500, 'handshake error'],
  UNSUPPORTED_PROTOCOL_VERSION: [500, 'Protocol version not supported.'],
  METHOD_NOT_SUPPORTED: [405, 'Method not supported.'],
};

const steps: readonly Step[] = [
  applyCors,
  serveClientFile,
  checkRevision,
  checkOrigin,
  answerPreflight,
  serveSession,
  checkHandshake,
  checkEntry,
  askApplication,
  chooseId,
  checkRoom,
];

/** @see revision 1, "Handshake" */
export const revision1: Dialect = {
  steps,
  enter: greet,
  serve: (visit) => serveSession(visit, raise),
  refuse,
};

function raise(error?: unknown): void {
  if (error) throw error;
}

function answerPreflight({ ticket, req, res }: Visit, next: (error?: unknown) => void): void {
  if (ticket.method === 'OPTIONS') allowPreflight(res, req.headers['access-control-request-headers']);
  else next();
}

function serveSession(visit: Visit, next: (error?: unknown) => void): void {
  const { desk, ticket } = visit;
  if (ticket.sid === undefined) return next();
  const session = desk.sessions.get(ticket.sid);
  if (!session) return meetStranger(visit);
  desk.sessions.crowd.proves(session, 'request');
  serve(visit, session);
}

function checkHandshake({ desk, ticket }: Visit, next: (error?: unknown) => void): void {
  const { method, upgrade, index, search } = ticket;
  if (method !== 'GET' && method !== 'POST') throw new SocketioError('METHOD_NOT_SUPPORTED');
  if (upgrade || (search.all.jsonp !== undefined && index === undefined))
    throw new SocketioError('BAD_REQUEST');
  // Any page can embed a script, whatever its origin: there are none unless the site wants them.
  if (index !== undefined && !desk.options.transports.includes('jsonp'))
    throw new SocketioError('TRANSPORT_UNKNOWN');
  next();
}

/** The client's id, how long it shall wait for a sign of life and for us to come back, and the ways that are open. */
function greet(visit: Visit): void {
  const { desk, ticket, req, res } = visit;
  const { options } = desk;
  const session = admit(visit);
  const seconds = closeTimeout(options) / 1_000;
  const offered = Object.entries(ways).filter(([name]) => options.transports.includes(name as TransportName));
  const terms = `${session.id}:${seconds}:${seconds}:${offered.map(([, way]) => way.name).join()}`;
  tell(session, () => {
    desk.engine.dress(req, res, true);
    giveCookie(res, session.id, options.cookie);
    if (ticket.index === undefined) answer(res, 200, terms, 'text/plain');
    // What begins with a comment is no file of another kind, whatever page embeds it. @see CVE-2014-4671
    else answerScript(res, `/**/${called(ticket.index, quoted(terms))}`, '; charset=utf-8');
  });
}

function serve(visit: Visit, session: Session): void {
  const { ticket, res } = visit;
  // Another generation's session is none of ours.
  if (session.birth.protocol !== ticket.generation) return meetStranger(visit);
  if (ticket.leaving) {
    session.over('close');
    return answerEarly(visit.req, res, 200, '');
  }
  const way = wayOf(visit);
  if (ticket.method !== 'POST') way.open(visit, session);
  else if (!post(visit, session, way)) declinePost(visit.req, res);
}

/** A session that is not here: its client shall come anew. Who says something or goodbye has been heard. */
function meetStranger(visit: Visit): void {
  const { desk, ticket, req, res } = visit;
  if (ticket.leaving) return answerEarly(req, res, 200, '');
  const way = wayOf(visit);
  if (ticket.method === 'POST') declinePost(req, res);
  else way.sendAway(visit);
  const status = ticket.upgrade ? 101 : 200;
  desk.watch.refused(new SocketioError('SESSION_UNKNOWN'), () => ({ ...describeAsker(req, ticket), status }));
}

/** @throws {SocketioError} for what no client of this revision asks */
function wayOf({ desk, ticket }: Visit): Way {
  const { transport, method, upgrade } = ticket;
  const way = transport && desk.options.transports.includes(transport) ? ways[transport] : undefined;
  if (!way) throw new SocketioError('TRANSPORT_UNKNOWN');
  if (method !== 'GET' && method !== 'POST') throw new SocketioError('METHOD_NOT_SUPPORTED');
  if (way.upgrades !== upgrade) throw new SocketioError('BAD_REQUEST');
  return way;
}

/** A page cannot see that a script has failed: it is told by one that does not. */
function refuse(res: ServerResponse, error: SocketioError, { index, sid }: Ticket): number {
  const [status, text] = refusals[error.code] ?? [error.status ?? 400, error.message];
  const isScript = index !== undefined && sid === undefined;
  if (res.headersSent) res.destroy();
  else {
    hangUp(res);
    if (isScript) answerScript(res, called(index, `new Error(${quoted(text)})`));
    else answer(res, status, text, 'text/plain');
  }
  return isScript ? 200 : status;
}

function answerScript(res: ServerResponse, body: string, charset = ''): void {
  const headers = ['Content-Type', `application/javascript${charset}`, ...attachment];
  deliver(res, { body, headers }, unadorned);
}

/** The function that waits in the page, called. */
function called(index: string, expression: string): string {
  return call(`io.j[${index}]`, expression);
}

/** Text as a literal that ends neither a script element nor a line. */
function quoted(text: string): string {
  return scriptJson(text).replaceAll('<', '\\u003c');
}
