/** What every answer carries, and how a refusal looks on the wire. */
import { Buffer } from 'node:buffer';
import type { ServerResponse } from 'node:http';
import { SocketioError } from '../errors.js';
import { hangUp } from '../transport/answer.js';
import { isListed } from './origin.js';
import type { Ticket } from './ticket.js';

/** Who may embed an answer without asking by CORS. @see Fetch standard, "Cross-Origin-Resource-Policy" */
const EMBEDDING = 'Cross-Origin-Resource-Policy';

/** Whether pages of others may load it as a script: the client itself, and JSONP where a site wants that. */
function isScript({ index, rest }: Ticket): boolean {
  return index !== undefined || rest.endsWith('.js');
}

/** Whether somebody has answered already, or nobody waits for an answer any more. */
export function isOver(res: ServerResponse): boolean {
  return res.headersSent || res.writableEnded || res.destroyed;
}

/** What `harden` and `dress` set, as lines of a 101: to set and read them there one by one costs more than all checks. */
const hardening = [
  ['Cache-Control', 'Cache-Control: no-store'],
  ['X-Content-Type-Options', 'X-Content-Type-Options: nosniff'],
  ['Referrer-Policy', 'Referrer-Policy: no-referrer'],
  [EMBEDDING, `${EMBEDDING}: same-origin`],
] as const;

/** Those lines of a 101 that the site's stack has not written itself. */
export function hardenedLines(res: ServerResponse): string[] {
  const lines: string[] = [];
  for (const [name, line] of hardening) if (!res.hasHeader(name)) lines.push(line);
  return lines;
}

/** Headers that every answer has; what the site's stack has set stays, but nothing of ours is ever stored. */
export function harden(res: ServerResponse): void {
  res.setHeader('Cache-Control', 'no-store');
  if (!res.hasHeader('X-Content-Type-Options')) res.setHeader('X-Content-Type-Options', 'nosniff');
  // Addresses hold session ids.
  if (!res.hasHeader('Referrer-Policy')) res.setHeader('Referrer-Policy', 'no-referrer');
}

/** The same, with what depends on the request. */
export function dress(res: ServerResponse, ticket: Ticket, origins: readonly string[]): void {
  harden(res);
  if (!res.hasHeader(EMBEDDING)) res.setHeader(EMBEDDING, isScript(ticket) ? 'cross-origin' : 'same-origin');
  allowOrigin(res, ticket, origins);
}

/** What the option `origins` says to browsers. */
export function allowOrigin(res: ServerResponse, { origin }: Ticket, origins: readonly string[]): void {
  if (origin === undefined || res.hasHeader('Access-Control-Allow-Origin') || !isListed(origin, origins))
    return;
  vary(res, 'Origin');
  const exact = origins.includes(origin);
  res.setHeader('Access-Control-Allow-Origin', exact ? origin : '*');
  // Credentials for everybody would be a hole: `*` is the whole answer then.
  if (exact) res.setHeader('Access-Control-Allow-Credentials', 'true');
}

/** Tells caches that the answer depends on this header of the request; once. */
export function vary(res: ServerResponse, field: string): void {
  const fields = [res.getHeader('Vary') ?? []]
    .flat()
    .join(',')
    .toLowerCase()
    .split(/\s*,\s*/);
  if (!fields.includes(field.toLowerCase()) && !fields.includes('*')) res.appendHeader('Vary', field);
}

/** The answer to a preflight of a listed origin, where the site's stack has not given one. */
export function allowPreflight(res: ServerResponse, asked: string | undefined): void {
  res.setHeader('Access-Control-Allow-Methods', 'GET,POST');
  if (asked) {
    res.setHeader('Access-Control-Allow-Headers', asked);
    vary(res, 'Access-Control-Request-Headers');
  }
  res.writeHead(204, { 'Content-Length': 0 });
  res.end();
}

/** The filter of Internet Explorer takes answers that repeat a part of the request for an attack, and empties them. */
export function spareFilter(res: ServerResponse, agent: string | undefined): void {
  if (agent !== undefined && /MSIE |Trident\//.test(agent)) res.setHeader('X-XSS-Protection', '0');
}

/**
 * Turns an error to HTTP: JSON for requests, the bare message for upgrades.
 * @returns the status of the answer
 * @see engine.io 6
 */
export function refuse(res: ServerResponse, error: SocketioError, upgrade: boolean): number {
  const { status = 400 } = error;
  if (res.headersSent) res.destroy();
  else answerRefusal(res, error, status, upgrade);
  return status;
}

function answerRefusal(res: ServerResponse, error: SocketioError, status: number, upgrade: boolean): void {
  const bare = upgrade || error.wireCode === undefined;
  const body = bare ? error.message : JSON.stringify({ code: error.wireCode, message: error.message });
  hangUp(res);
  res.writeHead(status, {
    'Content-Type': bare ? 'text/html' : 'application/json',
    'Content-Length': Buffer.byteLength(body),
  });
  res.end(body);
}

/** Whatever was thrown, as something that can be told to a client; itself if it can. */
export function asRefusal(error: unknown): SocketioError {
  return isRefusal(error) ? error : new SocketioError('BAD_REQUEST');
}

function isRefusal(error: unknown): error is SocketioError {
  try {
    return error instanceof SocketioError && error.status !== undefined;
  } catch {
    // A Proxy that fails at every look.
    return false;
  }
}
