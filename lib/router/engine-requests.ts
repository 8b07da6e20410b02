/** The requests of Engine.IO: handshakes, polls, POSTs and upgrades. */
import { SocketioError } from '../errors.js';
import type { Session } from '../session/session.js';
import { lighten } from '../transport/header.js';
import { shareMethods } from '../transport/lean-connection.js';
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
import type { Dialect } from './dialect.js';
import { envelopeOf, open } from './handshake.js';
import { Refusal } from './refusal.js';
import { refuse } from './reply.js';
import { connect, move } from './upgrade.js';

type Endpoint = (visit: Visit, session: Session) => void;

/** Without a session, by transport. */
const entrances = {
  polling: open.bind(undefined, 'polling'),
  jsonp: open.bind(undefined, 'jsonp'),
  websocket: connect,
};

/** With a session, by transport and method. */
const endpoints: Partial<Record<string, Partial<Record<string, Endpoint>>>> = {
  polling: { GET: poll, POST: post },
  jsonp: { GET: poll, POST: post },
  websocket: { GET: move },
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

/** @see engine.io-protocol v3, v4 */
export const engine: Dialect = {
  steps,
  enter: (visit) => entrances[visit.ticket.transport as keyof typeof entrances](visit),
  serve: (visit) => {
    checkTransport(visit, raise);
    serveSession(visit, raise);
  },
  refuse: (res, error, { upgrade }) => refuse(res, error, upgrade),
};

function raise(error?: unknown): void {
  if (error) throw error;
}

function serveSession(visit: Visit, next: (error?: unknown) => void): void {
  const { desk, ticket } = visit;
  if (ticket.sid === undefined) return next();
  const session = visit.session ?? desk.sessions.get(ticket.sid);
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
  if (transport === 'websocket' && !upgrade) throw new SocketioError('BAD_REQUEST');
  const endpoint = endpoints[transport ?? '']?.[method];
  if (!endpoint) throw new SocketioError('METHOD_NOT_SUPPORTED');
  endpoint(visit, session);
}

function poll(visit: Visit, session: Session): void {
  const { desk, ticket, req, res } = visit;
  const transport = polling(visit, session);
  desk.engine.dress(req, res, false);
  transport.poll(res, envelopeOf(ticket), visit.letterhead);
  // Nobody before us has been shown this request, and may have changed something there.
  if (visit.letterhead) lighten(req, session.birth.lines);
}

function post(visit: Visit, session: Session): void {
  const { desk, ticket, req, res } = visit;
  const transport = polling(visit, session);
  desk.engine.dress(req, res, false);
  transport.post(req, res, envelopeOf(ticket), visit.letterhead);
}

function polling(visit: Visit, session: Session): PollingTransport {
  const { carrier } = session;
  if (!(carrier instanceof PollingTransport)) throw mismatch(visit, session);
  shareMethods(visit.req.socket);
  return carrier;
}

function mismatch({ ticket }: Visit, session: Session): Refusal {
  const { transport } = ticket;
  return new Refusal('BAD_REQUEST', {
    name: 'TRANSPORT_MISMATCH',
    transport,
    previousTransport: session.carrier?.name,
  });
}
