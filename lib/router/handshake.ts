/** A client comes: its session is made, and told to it over its first transport. */
import type { IncomingMessage } from 'node:http';
import { SocketioError } from '../errors.js';
import type { Handshake } from '../namespace/wire.js';
import { newId } from '../session/id.js';
import { unspoken } from '../session/manners.js';
import type { Session } from '../session/session.js';
import { isQueued } from '../transport/answer.js';
import { bare, type Envelope } from '../transport/envelope.js';
import { scripted } from '../transport/jsonp.js';
import { PollingTransport } from '../transport/polling.js';
import type { Visit } from './checks.js';
import { common, commonLines, shareTexts } from './common-texts.js';
import { giveCookie } from './cookie.js';
import { type Desk, manners as mannersOf, takesMany } from './desk.js';
import { remember } from './remembered.js';
import { admissionOf } from './repeated.js';
import { spareFilter } from './reply.js';
import type { Query } from './search.js';
import { addressOf, isSecure, type Ticket } from './ticket.js';

/** Makes the session of a client that has been let in; nothing has been sent yet. */
export function admit({ desk, ticket, req, res, id = newId() }: Visit): Session {
  // Somebody else may have been given this id while the WebSocket was made.
  if (desk.sessions.get(id)) throw new SocketioError('BAD_REQUEST');
  const generation = ticket.generation ?? 4;
  const codec = desk.codecs[generation]?.[ticket.textOnly ? 1 : 0];
  const rhythm = desk.rhythms[generation];
  const manners = mannersOf[generation];
  if (!codec || !rhythm || !manners) throw new SocketioError('UNSUPPORTED_PROTOCOL_VERSION');
  const query = lean(ticket.search.all);
  shareTexts(req.headers);
  const handshake = describe(ticket, req, query);
  const { address } = handshake;
  const birth = {
    id,
    codec,
    rhythm,
    manners,
    protocol: generation,
    // A poll's first answer has not left yet.
    request: desk.engine.showy ? req : remember(req, query),
    remoteAddress: address,
    admission: admissionOf(ticket, res),
    lines: ticket.upgrade ? undefined : commonLines(req.rawHeaders),
  };
  const session = desk.opened(birth, handshake);
  desk.sessions.crowd.enter(session, !ticket.upgrade);
  return session;
}

/** The first poll: answered with the session's id and its terms. */
export function open(name: PollingTransport['name'], visit: Visit): void {
  const { desk, ticket, req, res } = visit;
  if (isQueued(res)) throw new SocketioError('BAD_REQUEST');
  spareFilter(res, req.headers['user-agent']);
  const session = admit(visit);
  const { payload } = session.birth.codec;
  const transport = new PollingTransport(
    payload,
    takesMany(req.headers['user-agent']) ? desk.measures.polls : desk.measures.fewPackets,
    session,
    name,
    desk.options.httpCompression,
  );
  tell(session, () => {
    desk.engine.dress(req, res, true);
    giveCookie(res, session.id, desk.options.cookie);
    transport.poll(res, envelopeOf(ticket));
    session.open(transport, terms(desk, session, desk.engine.upgrades(name)), desk.engine.opened);
  });
}

/**
 * Tells a client of its session. Where that fails, there is none.
 * @throws what somebody throws who waits for the headers of the answer
 */
export function tell(session: Session, answer: () => void): void {
  try {
    answer();
  } catch (error) {
    session.close('transport error', error);
    throw error;
  }
}

/** How this request's body, and its answer, are wrapped. */
export function envelopeOf({ index }: Ticket): Envelope {
  return index === undefined ? bare : scripted(index);
}

/** @see engine.io-protocol v4, "Handshake" */
export function terms(desk: Desk, session: Session, upgrades: readonly string[]): string {
  const { pingInterval, pingTimeout, maxHttpBufferSize } = desk.options;
  const offered = upgrades.length === 0 ? '[]' : JSON.stringify(upgrades);
  // An id has no character that JSON would write otherwise.
  return `{"sid":"${session.id}","upgrades":${offered},"pingInterval":${pingInterval},"pingTimeout":${pingTimeout},"maxPayload":${maxHttpBufferSize}}`;
}

/** What users read as `socket.handshake`; `address` and `secure` follow Express' `trust proxy`. */
function describe(ticket: Ticket, req: IncomingMessage, query: Query): Handshake {
  const issued = Date.now();
  return {
    headers: req.headers,
    time: timeOf(issued),
    address: addressOf(req),
    xdomain: req.headers.origin !== undefined,
    secure: isSecure(req),
    issued,
    url: common(ticket.url),
    query,
    auth: unspoken,
  };
}

let lastSecond = 0;
let lastTime = '';

/** As JavaScript writes a date, to the second; who comes in the same one shares the text. */
function timeOf(issued: number): string {
  const second = Math.floor(issued / 1_000);
  if (second !== lastSecond) lastTime = String(new Date(issued));
  lastSecond = second;
  return lastTime;
}

/** The same without a prototype, in the form that V8 keeps small: a parsed query is a hash table, and stays with its client. */
function lean(query: Query): Query {
  const copy = { ...query };
  shareTexts(copy);
  return Object.setPrototypeOf(copy, null);
}
