/** What the site's stack said of CORS and security at a handshake, for the session's later answers. */

import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Admission } from '../session/household.js';
import { unadorned } from '../transport/answer.js';
import type { HeaderPairs } from '../transport/envelope.js';
import type { Ticket } from './ticket.js';

/** Said to one origin alone. */
const toOrigin: ReadonlySet<string> = new Set([
  'access-control-allow-credentials',
  'access-control-allow-origin',
  'access-control-expose-headers',
  'timing-allow-origin',
]);

/** Who may embed an answer. */
const EMBEDDING = 'cross-origin-resource-policy';

/** Said to everybody. Never a cookie, never a validator. */
const toAll: ReadonlySet<string> = new Set([
  'content-security-policy',
  'content-security-policy-report-only',
  'cross-origin-embedder-policy',
  'cross-origin-opener-policy',
  EMBEDDING,
  'origin-agent-cluster',
  'permissions-policy',
  'referrer-policy',
  'strict-transport-security',
  'vary',
  'x-content-type-options',
  'x-dns-prefetch-control',
  'x-download-options',
  'x-frame-options',
  'x-permitted-cross-domain-policies',
  'x-xss-protection',
]);

/** A site that closes each connection behind its answer has a reason: a balancer that looks at the first request alone. */
function closes(name: string, value: unknown): boolean {
  return name === 'connection' && /^close$/i.test(String(value));
}

/** What is kept once for all sessions that share it: a site says one thing, or few, at one path to few origins. */
const MOST_SHARED = 8;
const shared = new Map<string, Admission>();

/** How this client has been let in, and those headers of the answer that later answers shall repeat. */
export function admissionOf(
  { path, origin }: Pick<Ticket, 'path' | 'origin'>,
  res: ServerResponse,
): Admission {
  const headers: OutgoingHttpHeaders = {};
  // Neither paths nor headers have a line break in them, and no list of values is one text.
  let key = `${path}\n${origin}\n`;
  for (const name of res.getHeaderNames()) {
    const value = res.getHeader(name);
    if (!toAll.has(name) && !toOrigin.has(name) && !closes(name, value)) continue;
    headers[name] = value;
    key += `${name}:${Array.isArray(value) ? value.join('\n\n') : value}\n`;
  }
  const known = shared.get(key) ?? admitted(path, origin, headers);
  keep(key, known);
  return known;
}

/** The one that was used last is the last of the map. */
function keep(key: string, admission: Admission): void {
  shared.delete(key);
  shared.set(key, admission);
  const [oldest = key] = shared.keys();
  if (shared.size > MOST_SHARED) shared.delete(oldest);
}

function admitted(path: string, origin: string | undefined, headers: OutgoingHttpHeaders): Admission {
  const letterhead = [...unadorned, ...pairsOf(headers)];
  return Object.freeze({
    path,
    origin,
    headers: Object.freeze(headers),
    letterhead: Object.freeze(letterhead),
  });
}

/** Says again what the stack said to this session; what it said of CORS, only to the origin that it said it to. */
export function repeatHeaders(
  res: ServerResponse,
  ticket: Ticket,
  { headers, origin }: Pick<Admission, 'headers' | 'origin'>,
): void {
  const same = ticket.origin === origin;
  for (const name in headers) {
    const value = headers[name];
    // The usual policy is said anew: a session of revision 1 may have begun without scripts, and go on by them.
    if (name === EMBEDDING && value === 'same-origin') continue;
    if (value !== undefined && (same || !toOrigin.has(name))) res.setHeader(name, value);
  }
}

/** Each name once: where an answer has a header of its own already, Node would keep the last of several alone. */
function pairsOf(headers: OutgoingHttpHeaders): HeaderPairs {
  return Object.entries(headers).flatMap(([name, value]) => [name, [value ?? []].flat().join(', ')]);
}
