/** The files of the client, for pages: a fixed table of names. */
import type { ServerResponse } from 'node:http';
import { type Encoding, preferred } from '../transport/encoding.js';
import type { Step } from './checks.js';
import { isOver, vary } from './reply.js';
import type { Bundle, Copy } from './shelf.js';

const script = 'application/javascript; charset=utf-8';
const map = 'application/json; charset=utf-8';

/** All that is served, by what stands behind the mount path. Nothing from a URL ever becomes a part of a file's path. */
const bundles: ReadonlyMap<string, Bundle> = new Map(
  ['socket.io.js', 'socket.io.min.js', 'socket.io.msgpack.min.js', 'socket.io.esm.min.js'].flatMap((name) => [
    [`/${name}`, { package: 'socket.io-client', file: `dist/${name}`, type: script }],
    [`/${name}.map`, { package: 'socket.io-client', file: `dist/${name}.map`, type: map }],
  ]),
);

const offered = ['br', 'gzip', 'deflate'] as const;

/** Serves a file if one of the table is asked for. */
export const serveClientFile: Step = ({ desk, ticket, req, res }, next) => {
  const bundle = desk.shelf && bundles.get(ticket.rest);
  if (!desk.shelf || !bundle || (req.method !== 'GET' && req.method !== 'HEAD')) return next();
  const encoding = preferred(req.headers['accept-encoding'], offered);
  desk.shelf.fetch(bundle, encoding).then((copy) => {
    if (isOver(res)) return;
    if (!copy) return answerMissing(res, bundle);
    res.setHeader('Cache-Control', 'public, max-age=0');
    res.setHeader('ETag', copy.etag);
    vary(res, 'Accept-Encoding');
    if (isFresh(req.headers['if-none-match'], copy.etag)) res.writeHead(304).end();
    else answerWith(res, copy, bundle, encoding);
  }, next);
};

function answerWith(res: ServerResponse, { body }: Copy, { type }: Bundle, encoding?: Encoding): void {
  if (encoding) res.setHeader('Content-Encoding', encoding);
  res.writeHead(200, { 'Content-Type': type, 'Content-Length': body.length });
  // Node leaves the body of an answer to HEAD out.
  res.end(body);
}

function answerMissing(res: ServerResponse, { package: name, file }: Bundle): void {
  const text = `${file} is served from the package ${name}, which is not installed, or has no such file.\n`;
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
