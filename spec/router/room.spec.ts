/** What Express finds on a request that is for us. */
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import connect from 'connect';
import express from 'express';
import { isRoute, makeRoom } from '../../lib/router/room.js';

const express4 = createRequire(import.meta.url)('express4') as typeof express;

type Own = readonly (string | symbol)[];

/** What a request and its response have of their own when they come to a middleware, and had not before. */
async function added(
  site: { use(path: string, handler: RequestListener): unknown } & RequestListener,
): Promise<Own> {
  let found: Own = [];
  site.use('/a', (req, res) => {
    found = [...keysOf(req, res)].filter((key) => !before.has(key));
    assert.equal((req as { originalUrl?: string }).originalUrl, '/a/b?c=d');
    assert.equal(req.url, '/b?c=d');
    res.end('answered');
  });
  let before = new Set<string | symbol>();
  const server = createServer((req, res) => {
    makeRoom(req, res);
    before = keysOf(req, res);
    site(req, res);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    const response = await fetch(`http://127.0.0.1:${port}/a/b?c=d`, { headers: { Connection: 'close' } });
    assert.deepEqual([response.status, response.statusText, await response.text()], [200, 'OK', 'answered']);
  } finally {
    server.close();
  }
  return found;
}

const keysOf = (req: IncomingMessage, res: ServerResponse): Set<string | symbol> =>
  new Set([...Reflect.ownKeys(req), ...Reflect.ownKeys(res)]);

describe('the room on a request', () => {
  it('is enough for all that Express puts there, once the symbol is known that its router does not export', async () => {
    const first = await added(express());
    assert.deepEqual(
      first.filter((key) => !isRoute(key)),
      [],
    );
    assert.deepEqual(await added(express()), []);
  });

  it('is enough for an Express 4 but for the query, which is no property of its own in others', async () => {
    assert.deepEqual(await added(express4()), ['query']);
  });

  it('is no hindrance to Connect', async () => {
    assert.deepEqual(await added(connect()), []);
  });
});
