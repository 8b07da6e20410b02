/** The files of the client, for pages: a fixed table of names. */
import { Buffer } from 'node:buffer';
import type { ServerResponse } from 'node:http';
import { type Encoding, preferred } from '../transport/encoding.js';
import type { Step } from './checks.js';
import { isOver, vary } from './reply.js';
import type { Bundle, Copy, Source } from './shelf.js';
import { pathOf, type Ticket } from './ticket.js';

const script = 'application/javascript; charset=utf-8';
const map = 'application/json; charset=utf-8';
const flash = 'application/x-shockwave-flash';

const client: Source = { names: ['socket.io-client'] };
/** Beside the client of today it needs a name of its own; alone, it may have that of today. */
const client1: Source = { names: ['socket.io-client-09', 'socket.io-client'], versions: /^0\./ };

const bundle1: Bundle = { source: client1, file: 'dist/socket.io.js', type: script };

/** All that is served, by what stands behind the mount path. Nothing from a URL ever becomes a part of a file's path. */
const bundles: ReadonlyMap<string, Bundle> = new Map<string, Bundle>([
  ...['socket.io.js', 'socket.io.min.js', 'socket.io.msgpack.min.js', 'socket.io.esm.min.js'].flatMap(
    (name): [string, Bundle][] => [
      [`/${name}`, { source: client, file: `dist/${name}`, type: script }],
      [`/${name}.map`, { source: client, file: `dist/${name}.map`, type: map }],
    ],
  ),
  ['/1/socket.io.js', bundle1],
  ['/1/socket.io.min.js', { source: client1, file: 'dist/socket.io.min.js', type: script }],
  ...['WebSocketMain.swf', 'WebSocketMainInsecure.swf'].map((name): [string, Bundle] => [
    `/static/flashsocket/${name}`,
    { source: client1, file: `dist/${name}`, type: flash },
  ]),
]);

/** Parts of a path that may lead to us; a request may have thousands. */
const DEEPEST_MOUNT = 8;

/** The bundle of revision 1 under the name of one version; there is only the one that is installed. */
const VERSIONED = /^\/socket\.io\.v(0\.[0-9]{1,3}\.[0-9]{1,3})\.js$/;

/** What is asked for, and which version of it, if that is said. */
interface Wish {
  readonly bundle: Bundle;
  readonly version?: string | undefined;
}

/** What has its version in its name never changes. */
const FOR_EVER = 'public, max-age=31536000, immutable';

const offered = ['br', 'gzip', 'deflate'] as const;

/** Serves a file if one of the table is asked for. */
export const serveClientFile: Step = ({ desk, ticket, req, res }, next) => {
  const wish = desk.shelf && wishFor(ticket);
  if (!desk.shelf || !wish || (req.method !== 'GET' && req.method !== 'HEAD')) return next();
  const { bundle, version } = wish;
  // Flash files are compressed already.
  const encoding = bundle.type === flash ? undefined : preferred(req.headers['accept-encoding'], offered);
  desk.shelf.fetch(bundle, encoding).then((copy) => {
    if (isOver(res)) return;
    if (!copy || (version !== undefined && version !== copy.version)) return answerMissing(res, wish);
    const etag = `"${copy.version}"`;
    res.setHeader('Cache-Control', version === undefined ? 'public, max-age=0' : FOR_EVER);
    res.setHeader('ETag', etag);
    vary(res, 'Accept-Encoding');
    if (isFresh(req.headers['if-none-match'], etag)) res.writeHead(304).end();
    else answerWith(res, copy, bundle, encoding);
  }, next);
};

/** An HTTP server without a stack cuts nothing off: there the names stand behind whatever leads here. */
function wishFor({ rest, url }: Ticket): Wish | undefined {
  let wish = named(rest);
  if (wish || rest !== pathOf(url)) return wish;
  for (let at = rest.indexOf('/', 1), level = 0; !wish && at !== -1 && level < DEEPEST_MOUNT; level += 1) {
    wish = named(rest.slice(at));
    at = rest.indexOf('/', at + 1);
  }
  return wish;
}

function named(rest: string): Wish | undefined {
  const bundle = bundles.get(rest);
  if (bundle) return { bundle };
  const [, version] = VERSIONED.exec(rest) ?? [];
  return version === undefined ? undefined : { bundle: bundle1, version };
}

function answerWith(res: ServerResponse, { body }: Copy, { type }: Bundle, encoding?: Encoding): void {
  if (encoding) res.setHeader('Content-Encoding', encoding);
  res.writeHead(200, { 'Content-Type': type, 'Content-Length': body.length });
  // Node leaves the body of an answer to HEAD out.
  res.end(body);
}

function answerMissing(res: ServerResponse, { bundle: { source, file }, version }: Wish): void {
  const names = source.names.join(' or ');
  const wanted = version ?? (source.versions ? '0.x' : 'any');
  const text = `${file} is served from the package ${names} (version: ${wanted}), which is not installed, or has no such file.\n`;
  res.writeHead(404, {
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
  });
  res.end(text);
}

/** @see RFC 9110, section 13.1.2: weak comparison */
function isFresh(known: string | undefined, etag: string): boolean {
  if (known === undefined) return false;
  return known.split(',').some((item) => item.trim() === '*' || item.trim().replace(/^W\//, '') === etag);
}
