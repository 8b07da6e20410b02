/** The client's files under the mount path, beside the genuine server; and in a browser. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, get } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { socketio } from '../../lib/index.js';
import type { Visit } from '../../lib/router/checks.js';
import { serveClientFile } from '../../lib/router/client.js';
import { Shelf } from '../../lib/router/shelf.js';
import { readTicket } from '../../lib/router/ticket.js';
import { openBrowser } from '../support/browser.js';
import { listening } from '../support/listening.js';
import { openTwins, type Twins } from '../support/raw-twins.js';
import { openSite, type Site } from '../support/site.js';
import { ask } from './raw.js';

const { version } = createRequire(import.meta.url)('socket.io-client/package.json') as {
  readonly version: string;
};
const ETAG = `"${version}"`;

const files = [
  'socket.io.js',
  'socket.io.min.js',
  'socket.io.msgpack.min.js',
  'socket.io.esm.min.js',
].flatMap((name) => [name, `${name}.map`]);

/** The bytes of an answer, and its headers. */
function bytes(port: number, path: string, headers: Record<string, string>) {
  return new Promise<{ readonly body: Buffer; readonly headers: NodeJS.Dict<string | string[]> }>(
    (resolve, reject) => {
      get({ port, host: '127.0.0.1', path, headers, agent: false }, (res) => {
        const chunks: Buffer[] = [];
        res.on('data', (chunk: Buffer) => chunks.push(chunk));
        res.on('end', () => resolve({ body: Buffer.concat(chunks), headers: res.headers }));
      }).on('error', reject);
    },
  );
}

const opened: Record<string, (body: Buffer) => Buffer> = {
  br: brotliDecompressSync,
  gzip: gunzipSync,
  deflate: inflateSync,
  '': (body) => body,
};

describe("the client's files, beside the genuine server", () => {
  let twins: Twins;
  before(async () => {
    twins = await openTwins({});
  });
  after(() => twins.close());

  for (const file of files) {
    it(`serves the same ${file}`, async () => {
      const path = `/socket.io/${file}?v=1`;
      const here = await ask(twins.here, path);
      const there = await ask(twins.there, path);
      assert.equal(here.status, 200);
      assert.ok(here.body === there.body, 'another content');
      for (const name of ['content-type', 'cache-control', 'etag', 'content-encoding']) {
        assert.equal(here.headers[name], there.headers[name], name);
      }
      assert.equal(here.headers.etag, ETAG);
      assert.equal(here.headers['content-length'], String(Buffer.byteLength(here.body)));
      assert.equal(here.headers['x-content-type-options'], 'nosniff');
    });
  }

  const wishes = [
    'gzip',
    'br',
    'deflate',
    'gzip,br,deflate',
    'deflate, gzip;q=0.9, br;q=0.1',
    'gzip;q=0, br',
    '*',
    'identity, gzip;q=0.5',
    'gzip;q=0',
    'identity',
    'zstd',
    'BR',
    'x-gzip, *;q=0.1',
    '*;q=0.5, gzip;q=0.1',
    'deflate, *',
  ];
  for (const accepted of wishes) {
    it(`compresses as wished: ${accepted}`, async () => {
      const path = '/socket.io/socket.io.min.js';
      const headers = { 'Accept-Encoding': accepted };
      const plain = await bytes(twins.here, path, {});
      // The second answer is the one that was kept.
      for (let round = 0; round < 2; round += 1) {
        const here = await bytes(twins.here, path, headers);
        const there = await bytes(twins.there, path, headers);
        const encoding = String(here.headers['content-encoding'] ?? '');
        assert.equal(encoding, String(there.headers['content-encoding'] ?? ''));
        assert.ok(opened[encoding]?.(here.body).equals(plain.body));
        assert.match(String(here.headers.vary), /Accept-Encoding/);
      }
    });
  }

  for (const [known, status] of [
    [ETAG, 304],
    [`W/${ETAG}`, 304],
    ['"1.0.0"', 200],
  ] as const) {
    it(`answers ${status} to somebody who knows ${known}`, async () => {
      const headers = { 'If-None-Match': known };
      for (const port of [twins.here, twins.there]) {
        const answer = await ask(port, '/socket.io/socket.io.js', { headers });
        assert.equal(answer.status, status);
        if (status === 304) assert.equal(answer.body, '');
      }
    });
  }

  it('answers 304 to somebody who knows one of several, or any', async () => {
    for (const known of [`"1.0.0", W/${ETAG}`, '*']) {
      const answer = await ask(twins.here, '/socket.io/socket.io.js', {
        headers: { 'If-None-Match': known },
      });
      assert.equal(answer.status, 304);
      assert.equal(answer.headers.etag, ETAG);
      assert.equal(answer.headers['cache-control'], 'public, max-age=0');
    }
  });

  it('answers HEAD with the headers alone', async () => {
    const got = await ask(twins.here, '/socket.io/socket.io.js');
    const { status, body, headers } = await ask(twins.here, '/socket.io/socket.io.js', { method: 'HEAD' });
    assert.deepEqual([status, body], [200, '']);
    assert.equal(headers['content-length'], got.headers['content-length']);
  });

  const strangers = [
    'socket.io.slim.js',
    'socket.io.js/',
    'x/socket.io.js',
    '..%2fsocket.io.js',
    '%2e%2e/package.json',
    '../package.json',
    'package.json',
    'SOCKET.IO.JS',
    '__proto__',
    'socket.io.js%00',
  ];
  for (const name of strangers) {
    it(`serves no ${name}, as the genuine server does not`, async () => {
      const here = await ask(twins.here, `/socket.io/${name}`);
      const there = await ask(twins.there, `/socket.io/${name}`);
      assert.deepEqual([here.status, here.body], [400, '{"code":0,"message":"Transport unknown"}']);
      assert.equal(there.status, 400);
    });
  }

  it('gives a file to GET and HEAD alone', async () => {
    const { status } = await ask(twins.here, '/socket.io/socket.io.js', { method: 'POST', body: 'x' });
    assert.equal(status, 400);
  });
});

describe('serveClient: false', () => {
  it('serves no file, as with the genuine server', async () => {
    const twins = await openTwins({ serveClient: false });
    for (const port of [twins.here, twins.there]) {
      const { status, body } = await ask(port, '/socket.io/socket.io.js');
      assert.deepEqual([status, body], [400, '{"code":0,"message":"Transport unknown"}']);
    }
    await twins.close();
  });
});

describe('a shelf', () => {
  const bundle = { source: { names: ['socket.io-client'] }, file: 'dist/socket.io.js', type: 'x' };

  it("looks into the user's program first", async () => {
    const folder = await mkdtemp(join(tmpdir(), 'shelf-'));
    const modules = join(folder, 'node_modules', 'socket.io-client');
    await mkdir(join(modules, 'dist'), { recursive: true });
    await writeFile(join(modules, 'package.json'), '{"name":"socket.io-client","version":"9.9.9"}');
    await writeFile(join(modules, 'dist', 'socket.io.js'), 'nine');
    const shelf = new Shelf([join(folder, 'main.js'), import.meta.filename]);
    const copy = await shelf.fetch(bundle, undefined);
    assert.deepEqual([copy?.version, copy?.body.toString()], ['9.9.9', 'nine']);
    // An old version may lack a file; another version's file would not fit to the rest.
    assert.equal(await shelf.fetch({ ...bundle, file: 'dist/socket.io.esm.min.js' }, 'gzip'), undefined);
    await rm(folder, { recursive: true });
  });

  it('has nothing of a package that is not installed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'shelf-'));
    assert.equal(await new Shelf([join(folder, 'main.js')]).fetch(bundle, undefined), undefined);
    assert.equal(await new Shelf([]).fetch(bundle, 'br'), undefined);
    await rm(folder, { recursive: true });
  });

  it('is empty where there is no client: the answer says so', async () => {
    const desk = { shelf: new Shelf([]) } as unknown as Visit['desk'];
    const server = createServer((req, res) => {
      serveClientFile({ desk, req, res, ticket: readTicket(req) }, () => assert.fail('went on'));
    });
    const { status, body, headers } = await ask(await listening(server), '/socket.io.js');
    server.close();
    assert.equal(status, 404);
    assert.match(body, /socket\.io-client.* not installed/);
    assert.equal(headers['content-type'], 'text/plain; charset=utf-8');
  });

  it('is served behind any path where nothing is cut off, as by a server without a stack', async () => {
    const io = socketio();
    const server = createServer(io);
    const port = await listening(server);
    const statusOf = async (path: string): Promise<number> => (await ask(port, path)).status;
    for (const path of ['/socket.io.js', '/socket.io/socket.io.js', '/a/b/socket.io.min.js.map'])
      assert.equal(await statusOf(path), 200, path);
    for (const path of [
      '/socket.io/socket.io.js/',
      '/socket.io/xsocket.io.js',
      `${'/'.repeat(4_000)}socket.io.js`,
    ])
      assert.equal(await statusOf(path), 400, path);
    await io.close();
    await new Promise((resolve) => server.close(resolve));
  });

  it('keeps what it has made', async () => {
    const shelf = new Shelf();
    const [one, two] = await Promise.all([shelf.fetch(bundle, 'br'), shelf.fetch(bundle, 'br')]);
    assert.ok(one);
    assert.equal(one, two);
  });
});

describe('a page that loads the client from the mount path', function () {
  this.timeout(40_000);
  let site: Site;

  before(async () => {
    site = await openSite({}, (app) => {
      app.get('/', (_req, res) => {
        res.type('html').send('<!doctype html><script src="/socket.io/socket.io.js"></script>');
      });
    });
    site.io.on('connection', (socket) => {
      socket.on('echo', (text, reply) => reply(text));
    });
  });
  after(() => site.close());

  it('connects, in Chromium', async function () {
    const browser = await openBrowser();
    if (!browser) return this.skip();
    const page = await browser.newPage();
    await page.goto(site.url);
    const answer = await page.evaluate('io().emitWithAck("echo", "from the page")');
    await browser.close();
    assert.equal(answer, 'from the page');
  });
});
