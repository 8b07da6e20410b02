/** A request becomes a WebSocket: a new session's first connection, or the better one of a polling session. */

import type { IncomingMessage } from 'node:http';
import process from 'node:process';
import { SocketioError } from '../errors.js';
import { report } from '../namespace/report.js';
import type { Options } from '../options.js';
import type { Session } from '../session/session.js';
import { carry } from '../transport/courier.js';
import { shakeHands as greetDraft } from '../transport/hixie76.js';
import { readOffer } from '../transport/hixie76-handshake.js';
import type { Transport } from '../transport/transport.js';
import type { CarryOptions } from '../transport/websocket-deflate.js';
import { addressIn, type Visit } from './checks.js';
import { admit, terms } from './handshake.js';
import { passageOf, UpgradePassage } from './passage.js';
import { describeAsker } from './refusal.js';
import { hardenedLines } from './reply.js';
import { isSecure } from './ticket.js';
import { areLawful } from './websocket-lists.js';

/** Why a polling client may not move to one more connection. */
const BEING_TRIED = 'one connection at a time may be moved to';
const HAS_MOVED = 'this session does not poll any more';

/** The first contact of a client that does not poll. */
export function connect(visit: Visit): void {
  const { desk } = visit;
  shakeHands(visit, true, (transport) => {
    // The site's stack may have taken its time: we have closed meanwhile, or others have come.
    const isWelcome = desk.open && !desk.sessions.crowd.refusal(addressIn(visit));
    if (!isWelcome) return desk.lobby.seeOff(transport, 'away');
    const session = admit(visit);
    transport.reportTo(session);
    session.open(transport, terms(desk, session, []), desk.engine.opened);
  });
}

/** A polling client asks to move. */
export function move(visit: Visit, session: Session): void {
  if (!visit.desk.options.allowUpgrades) throw new SocketioError('BAD_REQUEST');
  shakeHands(visit, false, (transport) => {
    const handover = session.handOver(transport);
    if (handover) return transport.reportTo(handover);
    const why = session.upgrading ? BEING_TRIED : HAS_MOVED;
    visit.desk.lobby.seeOff(transport, 'malformed', why);
    visit.desk.watch.repelled(session, why);
  });
}

function carriageOf({ perMessageDeflate, maxControlFrames }: Options): CarryOptions {
  return { threshold: perMessageDeflate ? perMessageDeflate.threshold : 0, maxControlFrames };
}

/**
 * No session is made before its WebSocket is there: a client that goes away in between leaves nothing behind.
 * @param ready gets a transport that has told nothing yet: call `reportTo` in it
 */
export function shakeHands(
  { desk, req, res }: Visit,
  first: boolean,
  ready: (transport: Transport) => void,
): void {
  refuseBadHandshake(req);
  const passage = passageOf(req, res);
  desk.engine.dress(req, res, first);
  const { socket, head } = passage;
  passage.accept(res, (lines) => {
    desk.lines.set(req, lines.concat(hardenedLines(res)));
    // The 101 and the first packet, which follows in this very tick, leave in one piece.
    socket.cork();
    try {
      desk.greet(req, socket, head, (connection) =>
        ready(carry(connection, socket, carriageOf(desk.options))),
      );
    } catch (error) {
      // Nobody above can answer any more.
      report(desk.options, error, { event: 'upgrade' });
      socket.destroy();
    } finally {
      desk.lines.delete(req);
      process.nextTick(() => socket.uncork());
    }
  });
}

/**
 * The same for the drafts before RFC 6455: Flash, and the browsers of its time.
 * @throws {SocketioError} `BAD_REQUEST` for keys that nobody who speaks a draft would send, and where Node has not
 * delivered an upgrade: what stands behind the headers has been read as another request then
 */
export function shakeDraftHands(
  { desk, ticket, req, res }: Visit,
  ready: (transport: Transport) => void,
): void {
  const { options } = desk;
  const offer = readOffer(req.headers);
  const passage = passageOf(req, res);
  if (!offer || !(passage instanceof UpgradePassage)) throw new SocketioError('BAD_REQUEST');
  desk.engine.dress(req, res, false);
  const { socket, head } = passage;
  const address = `${isSecure(req) ? 'wss' : 'ws'}://${req.headers.host ?? ''}${ticket.url}`;
  const late = () => {
    const about = () => ({ ...describeAsker(req, ticket), status: 101 });
    desk.watch.refused(new SocketioError('HANDSHAKE_TIMEOUT'), about, desk.sessions.get(ticket.sid ?? ''));
  };
  const limits = { maxBytes: options.maxHttpBufferSize, timeoutMs: options.handshakeTimeout, late };
  const name = ticket.transport === 'flashsocket' ? 'flashsocket' : 'websocket';
  passage.accept(res, (lines) => {
    // What stands behind the headers may still be on its way.
    const arrived = desk.lobby.wait(() => socket.destroy());
    socket.on('close', arrived);
    greetDraft({ socket, head, offer, address, lines }, limits, name, (transport) => {
      socket.off('close', arrived);
      arrived();
      ready(transport);
    });
  });
}

/** What would be refused only after the site's stack has been told of a 101, or never. @see RFC 6455, section 4.2.1 */
function refuseBadHandshake({ headers, method }: IncomingMessage): void {
  const key = headers['sec-websocket-key'];
  const version = headers['sec-websocket-version'];
  const lawful =
    method === 'GET' && /^[+/0-9A-Za-z]{22}==$/.test(key ?? '') && (version === '13' || version === '8');
  if (!lawful || !areLawful(headers)) throw new SocketioError('BAD_REQUEST');
}
