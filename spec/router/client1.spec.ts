/** The files of the clients 0.9 under the mount path: beside those of today's client, in a site that has both. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Visit } from '../../lib/router/checks.js';
import { serveClientFile } from '../../lib/router/client.js';
import { Shelf } from '../../lib/router/shelf.js';
import { readTicket } from '../../lib/router/ticket.js';
import { openBrowser } from '../support/browser.js';
import { listening } from '../support/listening.js';
import { openSite, type Site } from '../support/site.js';
import { type Answer, ask } from './raw.js';

const require = createRequire(import.meta.url);
const home = dirname(require.resolve('socket.io-client-09/package.json'));
const { version } = require('socket.io-client-09/package.json') as { readonly version: string };

const script = 'application/javascript; charset=utf-8';
const flash = 'application/x-shockwave-flash';

interface File {
  readonly path: string;
  readonly file: string;
  readonly type: string;
  /** What caches are told. */
  readonly keep: string;
}

const today = 'public, max-age=0';
const files: readonly File[] = [
  { path: '1/socket.io.js', file: 'socket.io.js', type: script, keep: today },
  { path: '1/socket.io.min.js', file: 'socket.io.min.js', type: script, keep: today },
  {
    path: `socket.io.v${version}.js`,
    file: 'socket.io.js',
    type: script,
    keep: 'public, max-age=31536000, immutable',
  },
  ...['WebSocketMain.swf', 'WebSocketMainInsecure.swf'].map((file) => {
    return { path: `static/flashsocket/${file}`, file, type: flash, keep: today };
  }),
];

/** An answer, its body byte for byte. */
async function fetched(port: number, path: string, headers: Record<string, string> = {}) {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers });
  return { status: answer.status, headers: answer.headers, body: Buffer.from(await answer.arrayBuffer()) };
}

describe('the files of client 0.9', () => {
  let site: Site;
  before(async () => {
    site = await openSite();
  });
  after(() => site.close());

  for (const { path, file, type, keep } of files) {
    it(`are served: ${path.replace(version, 'the installed version')}`, async () => {
      const { status, headers, body } = await fetched(site.port, `/socket.io/${path}?v=1`);
      assert.equal(status, 200);
      assert.ok(body.equals(await readFile(join(home, 'dist', file))), 'another content');
      assert.equal(headers.get('content-type'), type);
      assert.equal(headers.get('etag'), `"${version}"`);
      assert.equal(headers.get('cache-control'), keep);
      assert.equal(headers.get('x-content-type-options'), 'nosniff');
    });

    it(`are not sent to somebody who has them: ${path.replace(version, 'the installed version')}`, async () => {
      const known = { 'If-None-Match': `"${version}"` };
      const answer = await ask(site.port, `/socket.io/${path}`, { headers: known });
      assert.deepEqual([answer.status, answer.body], [304, '']);
      const other = { 'If-None-Match': '"4.8.4"' };
      assert.equal((await ask(site.port, `/socket.io/${path}`, { headers: other })).status, 200);
    });
  }

  it('are compressed as wished, but for those that are so already', async () => {
    const headers = { 'Accept-Encoding': 'gzip' };
    for (const { path, file, type } of files) {
      const answer = await fetched(site.port, `/socket.io/${path}`, headers);
      assert.equal(answer.headers.get('content-encoding'), type === script ? 'gzip' : null);
      // `fetch` has decompressed it.
      assert.ok(answer.body.equals(await readFile(join(home, 'dist', file))), path);
    }
  });

  it('leave those of today alone', async () => {
    const { body } = await ask(site.port, '/socket.io/socket.io.js');
    assert.match(body, /^\/\*!\n \* Socket\.IO v4\./);
  });

  it('are no session', async () => {
    await ask(site.port, '/socket.io/1/socket.io.js');
    assert.equal(site.io.engine.clientsCount, 0);
  });

  const strangers = [
    'socket.io.v0.9.17.js/',
    'socket.io.v0.9.17.min.js',
    'socket.io.v../../package.js',
    'socket.io.v0.9.%31%37.js',
    'static/flashsocket/',
    'static/flashsocket/WebSocketMain.swf/..',
    'static/flashsocket/../../package.json',
    'static/flashsocket/..%2f..%2fpackage.json',
    'static/flashsocket/WebSocketMain.swf%00.js',
    'static/WebSocketMain.swf',
  ];
  for (const name of strangers) {
    it(`are no others: ${name}`, async () => {
      const { status, body } = await ask(site.port, `/socket.io/${name}`);
      assert.deepEqual([status, body], [400, '{"code":0,"message":"Transport unknown"}']);
    });
  }

  it('are of the version that is installed, and of no other', async () => {
    const { status, body } = await ask(site.port, '/socket.io/socket.io.v0.9.16.js');
    assert.equal(status, 404);
    assert.match(body, /socket\.io-client-09 or socket\.io-client \(version: 0\.9\.16\)/);
  });

  it('are not there with serveClient: false', async () => {
    const closed = await openSite({ serveClient: false });
    for (const { path } of files) {
      // What begins like a handshake is answered as one.
      const { body } = await ask(closed.port, `/socket.io/${path}`);
      assert.match(body, path.startsWith('1/') ? /^[\w-]{20}:45:45:/ : /Transport unknown/, path);
    }
    await closed.close();
  });
});

describe('the files of client 0.9, by what a project has installed', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'client1-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function install(name: string, version: string): Promise<void> {
    const dist = join(folder, 'node_modules', name, 'dist');
    await mkdir(dist, { recursive: true });
    const description = JSON.stringify({ name: 'socket.io-client', version });
    await writeFile(join(dist, '..', 'package.json'), description);
    await writeFile(join(dist, 'socket.io.js'), `${name} ${version}`);
  }

  async function get(path: string): Promise<Answer> {
    const desk = { shelf: new Shelf([join(folder, 'main.js')]) } as unknown as Visit['desk'];
    const server = createServer((req, res) => {
      serveClientFile({ desk, req, res, ticket: readTicket(req) }, () => assert.fail('went on'));
    });
    const answer = await ask(await listening(server), path);
    server.close();
    return answer;
  }

  it('come from the client that it has, if that is an old one', async () => {
    await install('socket.io-client', '0.9.11');
    for (const path of ['/1/socket.io.js', '/socket.io.js', '/socket.io.v0.9.11.js']) {
      assert.equal((await get(path)).body, 'socket.io-client 0.9.11', path);
    }
  });

  it('come from a second one beside that of today', async () => {
    await install('socket.io-client', '4.8.4');
    await install('socket.io-client-09', '0.9.17');
    assert.equal((await get('/1/socket.io.js')).body, 'socket.io-client-09 0.9.17');
    assert.equal((await get('/socket.io.js')).body, 'socket.io-client 4.8.4');
  });

  it('are never those of today', async () => {
    await install('socket.io-client', '4.8.4');
    const { status, body } = await get('/1/socket.io.js');
    assert.equal(status, 404);
    assert.match(body, /socket\.io-client-09 or socket\.io-client \(version: 0\.x\), which is not installed/);
  });
});

describe('a page that loads client 0.9 from the mount path', function () {
  this.timeout(40_000);

  it('connects, in Chromium', async function () {
    const browser = await openBrowser();
    if (!browser) return this.skip();
    const page = '<!doctype html><body><script src="/socket.io/1/socket.io.js"></script></body>';
    const site = await openSite({}, (app) => {
      app.get('/', (_req, res) => res.type('html').send(page));
    });
    site.io.on('connection', (socket) => socket.on('echo', (text, reply) => reply(text)));
    const tab = await browser.newPage();
    await tab.goto(site.url);
    const echo = 'new Promise((resolve) => io.connect().emit("echo", "from the page", resolve))';
    assert.equal(await tab.evaluate(echo), 'from the page');
    await browser.close();
    await site.close();
  });
});
