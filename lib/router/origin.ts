/** Who may embed this server in a page: the same answer for every request, upgrade and transport. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { OriginRule } from '../option-cors.js';
import type { Birth } from '../session/household.js';

/** Tabs and printable characters; anything else in an `Origin` is an attack on somebody's log or header. */
const LAWFUL = /^[\t\x20-\x7e]*$/;

/**
 * What a browser says of a page that came over HTTP, or client 0.9 on Node of itself: `[scheme "://"] host [":" port]`.
 * `null` (sandboxed frames, local files) and the schemes of apps and extensions are nobody's own origin.
 */
const OWN = /^(?:(https?):\/\/)?([^\s/?#@:]+|\[[\da-f:.]+\])(?::(\d+))?$/i;

const defaultPorts: Readonly<Record<string, string>> = { http: '80', https: '443' };

export function isLawful(origin: string | undefined): boolean {
  return origin === undefined || LAWFUL.test(origin);
}

/**
 * Whether the origin has been allowed on this very response: by the option `cors`, or else by the site's own
 * middleware.
 */
export function isVouchedFor(origin: string | undefined, res: ServerResponse): boolean {
  const allowed = res.getHeader('Access-Control-Allow-Origin');
  return allowed === '*' || (allowed !== undefined && allowed === origin);
}

/**
 * A request without an origin comes from no page. Otherwise it is listed in the option `origins`, or our own.
 * @param admitted a request that has passed the site's stack: its application knows which proxies are trusted
 */
export function isWelcome(
  origin: string | undefined,
  req: IncomingMessage,
  origins: readonly string[],
  admitted = req,
): boolean {
  return origin === undefined || isListed(origin, origins) || isSameHost(origin, hostsOf(req, admitted));
}

/** What the stack has allowed to this session, it need not be asked again; another origin goes through it. */
export function isAdmitted(
  origin: string | undefined,
  { admission, request }: Birth,
  req: IncomingMessage,
  origins: readonly string[],
): boolean {
  if (origin === admission.origin) return true;
  return isLawful(origin) && isWelcome(origin, req, origins, request);
}

export function isListed(origin: string, origins: readonly string[]): boolean {
  return origins.includes(origin) || origins.includes('*');
}

/** What `Access-Control-Allow-Origin` says to an origin by a rule of the option `cors`; `undefined`: nothing. */
export function headerFor(origin: string | undefined, rule: OriginRule): string | undefined {
  if (typeof rule === 'string') return rule;
  return origin !== undefined && fits(origin, rule) ? origin : undefined;
}

function fits(origin: string, rule: OriginRule): boolean {
  if (typeof rule === 'string') return rule === origin;
  if (typeof rule === 'boolean') return rule;
  // Not `test`: an expression with the flag `g` or `y` would remember where it found something.
  if (rule instanceof RegExp) return origin.search(rule) !== -1;
  return rule.some((one) => fits(origin, one));
}

/** The `Host` that the client named, and the one that a trusted proxy says it named. */
function hostsOf({ headers, socket }: IncomingMessage, admitted: IncomingMessage): string[] {
  const hosts: string[] = [];
  // HTTP/2 has its own word for it.
  const host = headers.host ?? headers[':authority'];
  if (typeof host === 'string') hosts.push(host);
  const forwarded = headers['x-forwarded-host'];
  if (typeof forwarded === 'string' && isTrusted(admitted, socket.remoteAddress)) {
    hosts.push((forwarded.split(',')[0] ?? '').trim());
  }
  return hosts;
}

/** Express keeps `trust proxy` as a function of the address and the number of hops. */
function isTrusted(admitted: IncomingMessage, address: string | undefined): boolean {
  const { app } = admitted as IncomingMessage & { readonly app?: { get?(name: string): unknown } };
  const trust = app?.get?.('trust proxy fn');
  return typeof trust === 'function' && trust(address, 0) === true;
}

/** Compares hosts and ports, not schemes: TLS may end at a proxy. */
export function isSameHost(origin: string, hosts: readonly string[]): boolean {
  if (origin === 'null') return false;
  const [, scheme = 'http', name = '', port] = OWN.exec(origin) ?? [];
  if (name === '') return false;
  const host = name.toLowerCase();
  const full = `${host}:${port ?? defaultPorts[scheme.toLowerCase()]}`;
  // A `Host` without a port stands for the default port of whatever scheme the client used.
  const bare = port === undefined || port === defaultPorts[scheme.toLowerCase()];
  return hosts.some((item) => item.toLowerCase() === full || (bare && item.toLowerCase() === host));
}
