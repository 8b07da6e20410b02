/** Which request goes where: to a session that it names, or through the steps of its dialect. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { SocketioError } from '../errors.js';
import { report } from '../namespace/report.js';
import { Crowded } from '../session/crowd.js';
import type { Admission } from '../session/household.js';
import type { Session } from '../session/session.js';
import { bringsBody, hangUp, isQueued } from '../transport/answer.js';
import { tabled } from '../transport/header.js';
import { hasGone, isAnswered, isUnended, Unended } from './begun.js';
import { type Visit, walk } from './checks.js';
import type { Desk } from './desk.js';
import type { Dialect } from './dialect.js';
import { engine } from './engine-requests.js';
import { isAdmitted } from './origin.js';
import { inTurn } from './out-of-turn.js';
import type { LateCode } from './passage.js';
import { describeAsker, describeRefusal } from './refusal.js';
import { repeatHeaders } from './repeated.js';
import { allowOrigin, asRefusal, dress } from './reply.js';
import { revision1 } from './revision1.js';
import { readTicket, showTicket, type Ticket } from './ticket.js';

/** A request that names a session of ours. */
interface Found {
  readonly ticket: Ticket;
  readonly session: Session;
}

const dialects: Readonly<Record<Ticket['dialect'], Dialect>> = { engine, revision1 };

export class Routes {
  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** Serves a request that comes through the site's stack. */
  handle(req: IncomingMessage, res: ServerResponse): void {
    const { origins, handshakeTimeout } = this.#desk.options;
    const late = (): void => this.#unended(req, res);
    // A deadline has answered before the stack let this through, or the client has gone.
    if (hasGone(req) || isAnswered(res, handshakeTimeout, late)) return;
    const ticket = readTicket(req, tabled);
    // An upgrade that is accepted gets the rest with its 101, as lines.
    if (ticket.upgrade) allowOrigin(res, ticket, origins);
    else dress(res, ticket, origins);
    showTicket(req, ticket);
    if (!ticket.upgrade && isEncumbered(req, ticket)) hangUp(res);
    const visit = { desk: this.#desk, ticket, req, res };
    const halted = (error?: unknown): void => this.#refuse(error, visit);
    this.#desk.engine.pass(req, res, (error) => {
      if (error) return halted(error);
      // A middleware may have answered, and gone on all the same.
      if (isAnswered(res, handshakeTimeout, late)) return;
      inTurn(visit, () => walk(dialects[ticket.dialect], visit, halted));
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
    if (!found) return false;
    const { ticket, session } = found;
    if (!isAdmitted(ticket.origin, session.birth, req, options.origins)) return false;
    const desk = this.#desk;
    const { admission } = session.birth;
    // The usual poll: its answer is as this client's answers always are, and need not be given headers one by one.
    if (!desk.engine.curious && carriesLetterhead(ticket, admission)) {
      this.#serve({ desk, ticket, req, res, session, letterhead: admission.letterhead });
      return true;
    }
    const visit = { desk, ticket, req, res };
    adorn(visit, session);
    if (desk.engine.curious) this.#present(visit);
    else this.#serve(visit);
    return true;
  }

  #unended(req: IncomingMessage, res: ServerResponse): void {
    this.#refuse(new Unended(), { desk: this.#desk, ticket: readTicket(req, tabled), req, res });
  }

  /** The site's stack has taken too long. */
  late(req: IncomingMessage, res: ServerResponse, code: LateCode): void {
    const visit = { desk: this.#desk, ticket: readTicket(req, tabled), req, res };
    if (res.headersSent) return isUnended(req) ? this.#refuse(new Unended(), visit) : void res.destroy();
    dress(res, visit.ticket, this.#desk.options.origins);
    this.#refuse(new SocketioError(code), visit);
  }

  /** Somebody looks at the requests of known sessions. */
  #present(visit: Visit): void {
    const { desk, req, res, ticket } = visit;
    showTicket(req, ticket);
    const late = (): void => this.#refuse(new Unended(), visit);
    desk.engine.pass(req, res, (error) => {
      if (error) this.#refuse(error, visit);
      else if (!isAnswered(res, desk.options.handshakeTimeout, late)) this.#serve(visit);
    });
  }

  #serve(visit: Visit): void {
    // A closure for each poll would be memory for nothing.
    if (isQueued(visit.res)) inTurn(visit, () => this.#serveNow(visit));
    else this.#serveNow(visit);
  }

  #serveNow(visit: Visit): void {
    try {
      dialects[visit.ticket.dialect].serve(visit);
    } catch (error) {
      if (visit.session && visit.letterhead) adorn(visit, visit.session);
      this.#refuse(error, visit);
    }
  }

  #find(req: IncomingMessage): Found | undefined {
    // Every request of the site passes here: look before reading.
    if (!req.url?.includes('sid=') && !req.url?.includes('/1/')) return undefined;
    const ticket = readTicket(req);
    const session = this.#desk.sessions.get(ticket.sid ?? '');
    return session?.birth.admission.path === ticket.path ? { ticket, session } : undefined;
  }

  #refuse(error: unknown, { req, res, ticket }: Visit): void {
    const refusal = asRefusal(error);
    // What no client has caused is told to the owner, too.
    if (refusal !== error || refusal instanceof Unended)
      report(this.#desk.options, error, { event: 'request' });
    if (ticket.upgrade && !res.headersSent) dress(res, ticket, this.#desk.options.origins);
    if (refusal instanceof Crowded && !res.headersSent) res.setHeader('Retry-After', refusal.retryAfter);
    const status = this.#say(refusal, res, ticket);
    const { watch, sessions } = this.#desk;
    watch.refused(refusal, () => ({ ...describeAsker(req, ticket), status }), sessions.get(ticket.sid ?? ''));
    this.#desk.engine.refused(() => {
      showTicket(req, ticket);
      return describeRefusal(req, refusal, ticket);
    });
  }

  /** Whoever waits for the headers may throw, and again: then there is no answer. @returns its status */
  #say(refusal: SocketioError, res: ServerResponse, ticket: Ticket): number {
    try {
      return dialects[ticket.dialect].refuse(res, refusal, ticket);
    } catch (error) {
      report(this.#desk.options, error, { event: 'request' });
      res.destroy();
      return refusal.status ?? 400;
    }
  }
}

/** Whether there is a body that nobody is going to read: it could hold the connection for minutes after the answer. */
function isEncumbered(req: IncomingMessage, { method, sid }: Ticket): boolean {
  return !(method === 'POST' && sid !== undefined) && bringsBody(req);
}

/** Whether an answer is written by a transport that has all its headers in one piece. */
function carriesLetterhead({ dialect, upgrade, origin }: Ticket, admission: Admission): boolean {
  return dialect === 'engine' && !upgrade && origin === admission.origin;
}

/** Puts on an answer what this client's answers have. */
function adorn({ desk, ticket, res }: Visit, session: Session): void {
  if (res.headersSent) return;
  repeatHeaders(res, ticket, session.birth.admission);
  dress(res, ticket, desk.options.origins);
}
