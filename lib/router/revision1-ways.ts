/** The ways of revision 1 to a session, one for each transport: how a request opens it, or learns that it is gone. */
import { Buffer } from 'node:buffer';
import type { Codec } from '../codec/codec.js';
import { SocketioError } from '../errors.js';
import type { Options, TransportName } from '../options.js';
import { Relay, type RelaySettings } from '../session/relay.js';
import type { Session } from '../session/session.js';
import { written } from '../session/signals.js';
import { Trail } from '../session/trail.js';
import { isQueued } from '../transport/answer.js';
import { bare, type Envelope } from '../transport/envelope.js';
import { isDraft } from '../transport/hixie76-handshake.js';
import { answerByPage, HtmlfileTransport } from '../transport/htmlfile.js';
import { jsonpPolling } from '../transport/jsonp-polling.js';
import { PatientPolling } from '../transport/patient-polling.js';
import { nobody, type Transport } from '../transport/transport.js';
import type { Visit } from './checks.js';
import type { Desk } from './desk.js';
import type { Ticket } from './ticket.js';
import { shakeDraftHands, shakeHands } from './upgrade.js';

/** "Client not handshaken", with the advice to come anew. @see revision 1, "Packets" */
const SEND_AWAY = '7:::1+0';
/** The longest time that a timer can have here or in a client, which counts in whole seconds; in milliseconds. */
const LONGEST = 2_147_483_000;

export interface Way {
  /** What the clients call it. */
  readonly name: string;
  /** Whether it begins with an upgrade; it then takes no POST. */
  readonly upgrades: boolean;
  /** How bodies are wrapped. */
  readonly envelope: (ticket: Ticket) => Envelope;
  /** A request that is to carry what the session has to say. */
  open(visit: Visit, session: Session): void;
  /** The same for a session that is not here. */
  sendAway(visit: Visit): void;
}

/** Best first: clients take the first that they can use. */
export const ways: Partial<Record<TransportName, Way>> = {
  websocket: {
    name: 'websocket',
    upgrades: true,
    envelope: () => bare,
    open: upgrade,
    sendAway: refuseUpgrade,
  },
  flashsocket: {
    name: 'flashsocket',
    upgrades: true,
    envelope: () => bare,
    open: upgrade,
    sendAway: refuseUpgrade,
  },
  htmlfile: { name: 'htmlfile', upgrades: false, envelope: () => bare, open: page, sendAway: refusePage },
  polling: { name: 'xhr-polling', upgrades: false, envelope: () => bare, open: poll, sendAway: refusePoll },
  jsonp: { name: 'jsonp-polling', upgrades: false, envelope: inScript, open: poll, sendAway: refusePoll },
};

/** Milliseconds that either side may be silent, in whole seconds: it is told so, and hears from us more often. */
export function closeTimeout({ pingInterval, pingTimeout }: Options): number {
  return Math.min(Math.ceil((pingInterval + pingTimeout) / 1_000) * 1_000, LONGEST);
}

/** A body that the client has sent, whichever transport it names. Nobody who has not come yet has anything to say. */
export function post({ ticket, req, res }: Visit, { carrier }: Session, { envelope }: Way): boolean {
  if (!(carrier instanceof Relay)) return false;
  carrier.posts.take(req, res, envelope(ticket));
  return true;
}

function inScript({ index }: Ticket): Envelope {
  return jsonpPolling(index);
}

function upgrade(visit: Visit, session: Session): void {
  connect(visit, (transport) => {
    if (!carry(visit.desk, session, () => transport)) dismiss(transport, visit.desk);
  });
}

function refuseUpgrade(visit: Visit): void {
  // An answer is all that a closed server has for anybody.
  if (!visit.desk.open) throw new SocketioError('SERVER_CLOSED');
  connect(visit, (transport) => dismiss(transport, visit.desk));
}

/** A WebSocket as RFC 6455 has it, or as Flash and the browsers before it do. */
function connect(visit: Visit, ready: (transport: Transport) => void): void {
  if (isDraft(visit.req.headers)) shakeDraftHands(visit, ready);
  else shakeHands(visit, false, ready);
}

function dismiss(transport: Transport, { lobby }: Desk): void {
  transport.send(new Trail({ frames: [SEND_AWAY], bytes: SEND_AWAY.length }));
  lobby.seeOff(transport, 'malformed', 'no such session, or it has a connection');
}

function page(visit: Visit, session: Session): void {
  if (isQueued(visit.res)) throw new SocketioError('BAD_REQUEST');
  if (!carry(visit.desk, session, () => new HtmlfileTransport(visit.res, nobody))) refusePage(visit);
}

function refusePage({ res }: Visit): void {
  answerByPage(res, SEND_AWAY);
}

function poll(visit: Visit, session: Session): void {
  const { desk, ticket, req, res } = visit;
  const polling = pollingOf(desk, session, ticket.transport === 'jsonp' ? 'jsonp' : 'polling');
  if (!polling) return refusePoll(visit);
  desk.engine.dress(req, res, false);
  if (session.carrier instanceof Relay) session.carrier.polled(polling.name);
  polling.poll(res, envelopeOf(ticket));
}

function refusePoll({ ticket, res }: Visit): void {
  const { body, headers } = envelopeOf(ticket).seal(SEND_AWAY);
  res.writeHead(200, [...headers, 'Content-Length', String(Buffer.byteLength(body))]);
  res.end(body);
}

function envelopeOf(ticket: Ticket): Envelope {
  return ways[ticket.transport ?? 'polling']?.envelope(ticket) ?? bare;
}

/** The transport whose polls these are; `undefined` if the session takes no new one. */
function pollingOf(desk: Desk, session: Session, name: PatientPolling['name']): PatientPolling | undefined {
  const { carrier } = session;
  const known = carrier instanceof Relay ? carrier.find(name) : undefined;
  if (known instanceof PatientPolling) return known;
  const { codec } = session.birth;
  const noop = written(codec, { type: 'noop' });
  const { options } = desk;
  const made = new PatientPolling(
    codec.payload,
    desk.measures.posts,
    nobody,
    name,
    noop,
    options.httpCompression,
  );
  return carry(desk, session, () => made) ? made : undefined;
}

/** The first transport opens the session; a later one takes over. @returns `false` if the session is ending */
function carry(desk: Desk, session: Session, made: () => Transport): boolean {
  const { carrier, readyState } = session;
  if (readyState === 'opening') {
    const settings = relaySettings(desk, session.birth.codec);
    session.open(new Relay(made(), settings, session), undefined, desk.engine.opened);
    return true;
  }
  if (readyState !== 'open' || !(carrier instanceof Relay)) return false;
  if (!carrier.entire) {
    // It would miss something, and not know it: it shall come anew.
    session.close('transport error', 'more than softBufferLimit bytes said before the client was heard');
    return false;
  }
  carrier.take(made());
  return true;
}

function relaySettings(desk: Desk, codec: Codec): RelaySettings {
  const { options, wheel } = desk;
  const { pingInterval, pingTimeout, softBufferLimit } = options;
  const every = Math.min(pingInterval, LONGEST);
  return {
    codec,
    wheel,
    rhythm: { asker: 'server', every, patience: pingTimeout },
    pollDuration: every,
    closeTimeout: closeTimeout(options),
    body: desk.measures.posts,
    mostKept: softBufferLimit,
  };
}
