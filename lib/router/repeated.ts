/** What the site's stack said of CORS and security at a handshake, for the session's later answers. */

import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { isDeepStrictEqual } from 'node:util';
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
  // A site that closes each connection behind its answer has a reason: a balancer that looks at the first request alone.
  'connection',
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

/** Sets of headers that are kept once for all sessions that share them; a site has one or few. */
const MOST_SHARED = 8;
const shared: Repeated[] = [];

/** Headers that later answers have: by name, and as a list that goes to Node as it is, for the origin they were said to. */
type Repeated = Pick<Admission, 'headers' | 'letterhead'>;

/** Those headers of an answer that later answers shall repeat. */
export function headersToRepeat(res: ServerResponse): Repeated {
  const kept: OutgoingHttpHeaders = {};
  for (const [name, value] of Object.entries(res.getHeaders())) {
    if (toAll.has(name) || toOrigin.has(name)) kept[name] = value;
  }
  return share(kept);
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
    if (value !== undefined && (same || toAll.has(name))) res.setHeader(name, value);
  }
}

/** Idle sessions are many: equal headers are one object. */
function share(headers: OutgoingHttpHeaders): Repeated {
  const known = shared.findIndex((item) => isDeepStrictEqual(item.headers, headers));
  const [kept = newlyShared(headers)] = known === -1 ? [] : shared.splice(known, 1);
  shared.unshift(kept);
  shared.length = Math.min(shared.length, MOST_SHARED);
  return kept;
}

function newlyShared(headers: OutgoingHttpHeaders): Repeated {
  return { headers: Object.freeze(headers), letterhead: Object.freeze([...unadorned, ...pairsOf(headers)]) };
}

function pairsOf(headers: OutgoingHttpHeaders): HeaderPairs {
  return Object.entries(headers).flatMap(([name, value]) =>
    [value ?? []].flat().flatMap((one) => [name, String(one)]),
  );
}
