/** What a request asks for, read once from its method, URL and headers. */
import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { Generation, TransportName } from '../options.js';
import { headerOf } from '../transport/header.js';
import { type Address, readAddress } from './address.js';
import { pageOf } from './page.js';
import { B64, EIO, J, type Query, Search, SID, TRANSPORT } from './search.js';

export interface Ticket {
  /** In whose words it is asked, and has to be answered: those of Engine.IO, or of revision 1. */
  readonly dialect: 'engine' | 'revision1';
  readonly method: string;
  /** As the client sent it, mount path and query included. */
  readonly url: string;
  /** The mount path, as it stands in `url`, with or without a slash behind it. */
  readonly path: string;
  /** What of `path` is behind the mount path; as the stack has left it. */
  readonly rest: string;
  readonly search: Search;
  /** `undefined`: none that this library knows. */
  readonly generation: Generation | undefined;
  /** `undefined`: none that this library knows. */
  readonly transport: TransportName | undefined;
  /** The place of the function that a JSONP answer calls: digits. */
  readonly index: string | undefined;
  /** The session that is named, if one is: a string of any content. */
  readonly sid: string | undefined;
  /** Whether the request wants to become a WebSocket. */
  readonly upgrade: boolean;
  /** Whether the client can't read binary frames (`b64`). */
  readonly textOnly: boolean;
  /** Whose page asks: the `Origin`, or what tells it where the answer is a script; `undefined`: none, or our own. */
  readonly origin: string | undefined;
  /** Whether the session shall end (`?disconnect`). */
  readonly leaving: boolean;
}

const generations: ReadonlyMap<unknown, Generation> = new Map([
  ['3', 3],
  ['4', 4],
]);

const transports: ReadonlyMap<unknown, TransportName> = new Map([
  ['polling', 'polling'],
  ['websocket', 'websocket'],
]);

/** What revision 1 calls the transports. */
const names1: ReadonlyMap<unknown, TransportName> = new Map([
  ['websocket', 'websocket'],
  ['flashsocket', 'flashsocket'],
  ['htmlfile', 'htmlfile'],
  ['xhr-polling', 'polling'],
  ['jsonp-polling', 'jsonp'],
]);

/** Nothing but a number ever stands in a script. */
const INDEX = /^[0-9]{1,9}$/;

/**
 * @param header how single headers are read
 * @see engine.io-protocol v4, "Query parameters"; revision 1, "URLs"
 */
export function readTicket(req: IncomingMessage, header = headerOf): Ticket {
  const url = originalUrl(req);
  const path = pathOf(url);
  const search = new Search(url.slice(path.length + 1));
  const eio = search.value(EIO);
  // Clients of Engine.IO say what they are; a mount path may end with a number, too.
  const address = eio === undefined ? readAddress(path, pathOf(req.url ?? '/')) : undefined;
  return address && isRevision1(address, search.all)
    ? ofRevision1(req, header, url, search, address)
    : ofEngine(req, header, url, search, path, eio);
}

// Every poll has a ticket: each is written out whole, since an object put together from others costs ten times as much.

function ofEngine(
  req: IncomingMessage,
  header: typeof headerOf,
  url: string,
  search: Search,
  path: string,
  eio: string | string[] | undefined,
): Ticket {
  const sid = search.value(SID);
  const j = search.value(J);
  const transport = transportOf(search.value(TRANSPORT), j);
  const index = transport === 'jsonp' ? String(j) : undefined;
  const upgrade = isUpgrade(req, header);
  return {
    dialect: 'engine',
    method: req.method ?? 'GET',
    url,
    path,
    rest: pathOf(req.url ?? '/'),
    search,
    generation: generations.get(eio),
    transport,
    index,
    // A repeated sid names no session; an empty one neither, but it is not a handshake.
    sid: sid === undefined ? undefined : String(sid),
    upgrade,
    textOnly: Boolean(search.value(B64)) || j !== undefined,
    origin: pageAsking(req, header, upgrade, index !== undefined),
    leaving: false,
  };
}

function isRevision1({ revision }: Address, { transport }: Query): boolean {
  return revision === '1' || transport === undefined;
}

/** A path that names no session is a handshake, whatever else it names. */
function ofRevision1(
  req: IncomingMessage,
  header: typeof headerOf,
  url: string,
  search: Search,
  { mount, revision, transport, sid }: Address,
): Ticket {
  const query = search.all;
  const known = names1.get(transport);
  const index = sid === '' ? digits(query.jsonp) : known === 'jsonp' ? (digits(query.i) ?? '0') : undefined;
  const upgrade = isUpgrade(req, header);
  return {
    dialect: 'revision1',
    method: req.method ?? 'GET',
    url,
    path: mount,
    rest: pathOf(req.url ?? '/'),
    search,
    generation: revision === '1' ? 1 : undefined,
    transport: known,
    index,
    sid: sid === '' ? undefined : sid,
    upgrade,
    textOnly: false,
    origin: pageAsking(req, header, upgrade, index !== undefined || known === 'htmlfile'),
    leaving: query.disconnect !== undefined,
  };
}

/** Only elements of a page ask without an `Origin`; a WebSocket is none, whatever its address says. */
function pageAsking(
  req: IncomingMessage,
  header: typeof headerOf,
  upgrade: boolean,
  byElement: boolean,
): string | undefined {
  return byElement && !upgrade ? pageOf(req.headers) : originOf(req, header, upgrade);
}

/** Browsers that spoke version 8 of the WebSocket draft had another name for it. @see hybi-08, section 5.1 */
function originOf(req: IncomingMessage, header: typeof headerOf, upgrade: boolean): string | undefined {
  const origin = header(req, 'origin');
  return origin === undefined && upgrade ? header(req, 'sec-websocket-origin') : origin;
}

function digits(value: unknown): string | undefined {
  return typeof value === 'string' && INDEX.test(value) ? value : undefined;
}

/** An answer is a script only where `j` says which function it calls; what calls none, or more than one, is unknown. */
function transportOf(transport: unknown, j: unknown): TransportName | undefined {
  const known = transports.get(transport);
  if (known !== 'polling' || j === undefined) return known;
  return INDEX.test(String(j)) ? 'jsonp' : undefined;
}

/** Puts on a request what Engine.IO's users read there: the address as the client sent it, and its query. */
export function showTicket(req: IncomingMessage, { url, search }: Ticket): void {
  req.url = url;
  (req as { _query?: Query })._query = search.all;
}

/** What the client sent: Express and Connect take the mount path off `req.url` and keep the whole here. */
export function originalUrl(req: IncomingMessage): string {
  return (req as { originalUrl?: string }).originalUrl ?? req.url ?? '/';
}

/** Who asks, as far as Express trusts the proxies before it. */
export function addressOf(req: IncomingMessage): string {
  return (req as { readonly ip?: string }).ip ?? req.socket.remoteAddress ?? '';
}

/** Whether the request came by TLS, as far as Express trusts the proxies before it. */
export function isSecure(req: IncomingMessage): boolean {
  return (
    (req as { readonly secure?: boolean }).secure ?? (req.socket as Partial<TLSSocket>).encrypted === true
  );
}

/** A URL without its query. */
export function pathOf(url: string): string {
  const mark = url.indexOf('?');
  return mark === -1 ? url : url.slice(0, mark);
}

/**
 * Whether the request asks for a WebSocket on this very connection. A proxy that forwards `Upgrade` and says
 * `Connection: close` would not carry one: such a request gets an answer that the client can fall back on.
 * @see RFC 6455, section 4.2.1
 */
export function isUpgrade(req: IncomingMessage, header = headerOf): boolean {
  if (header(req, 'upgrade')?.toLowerCase() !== 'websocket') return false;
  const tokens = (header(req, 'connection') ?? '').toLowerCase().split(',');
  return tokens.some((token) => token.trim() === 'upgrade');
}
