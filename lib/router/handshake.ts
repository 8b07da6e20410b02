/** A client comes: its session is made, and told to it over its first transport. */
import type { IncomingMessage } from 'node:http';
import { SocketioError } from '../errors.js';
import type { Handshake } from '../namespace/wire.js';
import type { Admission } from '../session/household.js';
import { newId } from '../session/id.js';
import type { Session } from '../session/session.js';
import { bare, type Envelope } from '../transport/envelope.js';
import { scripted } from '../transport/jsonp.js';
import { PollingTransport } from '../transport/polling.js';
import type { Visit } from './checks.js';
import { giveCookie } from './cookie.js';
import { bodyLimits, type Desk, manners as mannersOf, rhythms } from './desk.js';
import { headersToRepeat } from './repeated.js';
import type { Ticket } from './ticket.js';
import { addressOf, isSecure } from './whence.js';

/** Makes the session of a client that has been let in; nothing has been sent yet. */
export function admit({ desk, ticket, req, res, id = newId() }: Visit): Session {
  // Somebody else may have been given this id while the WebSocket was made.
  if (desk.sessions.get(id)) throw new SocketioError('BAD_REQUEST');
  const generation = ticket.generation ?? 4;
  const codec = desk.codecs[generation]?.[ticket.textOnly ? 1 : 0];
  const rhythm = rhythms[generation]?.(desk.options);
  const manners = mannersOf[generation];
  if (!codec || !rhythm || !manners) throw new SocketioError('UNSUPPORTED_PROTOCOL_VERSION');
  const admission: Admission = { path: ticket.path, origin: ticket.origin, headers: headersToRepeat(res) };
  const handshake = describe(ticket, req);
  const { address } = handshake;
  const birth = {
    id,
    codec,
    rhythm,
    manners,
    protocol: generation,
    request: req,
    remoteAddress: address,
    admission,
  };
  const session = desk.opened(birth, handshake);
  desk.sessions.crowd.enter(session, !ticket.upgrade);
  return session;
}

/** The first poll: answered with the session's id and its terms. */
export function open(name: PollingTransport['name'], visit: Visit): void {
  const { desk, ticket, req, res } = visit;
  const session = admit(visit);
  const { pollTimeout: pollTimeoutMs, httpCompression } = desk.options;
  const { payload } = session.birth.codec;
  const limits = { ...bodyLimits(desk), pollTimeoutMs };
  const transport = new PollingTransport(payload, limits, session, name, httpCompression);
  desk.engine.dress(req, res, true);
  giveCookie(res, session.id, desk.options.cookie);
  transport.poll(res, envelopeOf(ticket));
  session.open(transport, terms(desk, session, desk.engine.upgrades(name)), desk.engine.opened);
}

/** How this request's body, and its answer, are wrapped. */
export function envelopeOf({ index }: Ticket): Envelope {
  return index === undefined ? bare : scripted(index);
}

/** @see engine.io-protocol v4, "Handshake" */
export function terms(desk: Desk, session: Session, upgrades: readonly string[]): string {
  const { pingInterval, pingTimeout, maxHttpBufferSize: maxPayload } = desk.options;
  return JSON.stringify({ sid: session.id, upgrades, pingInterval, pingTimeout, maxPayload });
}

/** What users read as `socket.handshake`; `address` and `secure` follow Express' `trust proxy`. */
function describe(ticket: Ticket, req: IncomingMessage): Handshake {
  const now = new Date();
  return {
    headers: req.headers,
    time: String(now),
    address: addressOf(req),
    xdomain: ticket.origin !== undefined,
    secure: isSecure(req),
    issued: now.getTime(),
    url: ticket.url,
    query: ticket.query,
    auth: {},
  };
}
