/** Scripts of other pages: no `Origin` comes with them, and what browsers say instead decides, in both dialects. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get } from 'node:http';
import cors from 'cors';
import type { Express } from 'express';
import type { Browser } from 'playwright-core';
import type { UserOptions } from '../../lib/index.js';
import { openBrowser } from '../support/browser.js';
import { openSite, type Site } from '../support/site.js';
import { type Answer, ask } from './raw.js';

const FRIEND = 'http://friend.example';
const EVIL = 'http://evil.example';
const transports = ['polling', 'websocket', 'jsonp'] as const;

type Headers = Record<string, string>;

interface Dialect {
  readonly name: string;
  readonly handshake: string;
  /** The way to the session that the handshake has told. */
  session(answer: Answer): string;
  /** The answer to somebody who is not welcome. */
  refused({ status, body }: Answer): boolean;
}

const dialects: readonly Dialect[] = [
  {
    name: 'revision 1',
    handshake: '/socket.io/1/?jsonp=3',
    session: ({ body }) => `/socket.io/1/jsonp-polling/${/"([\w-]{20}):/.exec(body)?.[1]}?i=3`,
    refused: ({ status, body }) =>
      body === 'io.j[3](new Error("handshake bad origin"));' ||
      (status === 403 && body === 'handshake bad origin'),
  },
  {
    name: 'Engine.IO 3',
    handshake: '/socket.io/?EIO=3&transport=polling&j=3',
    session: ({ body }) =>
      `/socket.io/?EIO=3&transport=polling&j=3&sid=${/sid\\":\\"([\w-]{20})/.exec(body)?.[1]}`,
    refused: ({ status, body }) => status === 403 && body === '{"code":4,"message":"Forbidden"}',
  },
];

/** Of a page of the site itself, or of nobody who says anything. */
const welcome = (port: number): readonly Headers[] => [
  {},
  { Referer: '' },
  { Referer: `http://127.0.0.1:${port}/page?a=b` },
  { 'Sec-Fetch-Site': 'same-origin' },
  { 'Sec-Fetch-Site': 'none' },
  // The site behind a proxy has another name for its pages: the browser knows better.
  { 'Sec-Fetch-Site': 'same-origin', Referer: 'https://public.example/' },
];

const unwelcome: readonly Headers[] = [
  { Origin: EVIL },
  { Referer: `${EVIL}/page` },
  { Referer: 'file:///page' },
  { Referer: 'about:blank' },
  { Referer: 'no address' },
  { 'Sec-Fetch-Site': 'cross-site' },
  { 'Sec-Fetch-Site': 'same-site' },
  { 'Sec-Fetch-Site': 'same-origin, cross-site' },
  { 'Sec-Fetch-Site': '' },
  { 'Sec-Fetch-Site': 'cross-site', Referer: `${EVIL}/` },
  { 'Sec-Fetch-Site': 'cross-site', Referer: `${EVIL}/?${FRIEND}` },
  { 'Sec-Fetch-Site': 'cross-site', Referer: 'http://friend.example.evil/' },
  { Origin: EVIL, Referer: `${FRIEND}/` },
];

const doors: Record<string, readonly [UserOptions, (app: Express) => void]> = {
  'the option origins': [{ origins: [FRIEND] }, () => {}],
  'the option cors, a list': [{ cors: { origin: [FRIEND], credentials: true } }, () => {}],
  'the option cors, a function': [
    { cors: { origin: (page, done) => done(null, page === undefined || page === FRIEND) } },
    () => {},
  ],
  'cors() before the mount': [{}, (app) => app.use(cors({ origin: FRIEND, credentials: true }))],
  'origins, every time': [{ origins: [FRIEND], admit: 'every' }, () => {}],
};

for (const { name, handshake, session, refused } of dialects) {
  describe(`a script of ${name}`, () => {
    let site: Site;
    afterEach(() => site.close());

    /** Opens a site, and a session in it by a script of the site's own page. */
    async function open(options: UserOptions = {}, prepare?: (app: Express) => void): Promise<string> {
      site = await openSite({ transports, ...options }, prepare);
      return session(await ask(site.port, handshake));
    }

    it('is read by a page of the site, whatever its browser says', async () => {
      const path = await open();
      for (const headers of welcome(site.port)) {
        assert.match((await ask(site.port, handshake, { headers })).body, /[\w-]{20}/);
        const form = { method: 'POST', headers, body: 'x=' };
        assert.equal((await ask(site.port, path, form)).status, 200, JSON.stringify(headers));
      }
    });

    it('is refused to pages elsewhere, before a session exists and after', async () => {
      const path = await open();
      const clients = site.io.engine.clientsCount;
      for (const headers of unwelcome) {
        const said = JSON.stringify(headers);
        assert.ok(refused(await ask(site.port, handshake, { headers })), said);
        assert.ok(refused(await ask(site.port, path, { headers })), said);
        assert.ok(refused(await ask(site.port, path, { method: 'POST', headers, body: 'x=' })), said);
      }
      assert.equal(site.io.engine.clientsCount, clients);
    });

    for (const [door, [options, prepare]] of Object.entries(doors)) {
      it(`is read by a friend where that is allowed: ${door}`, async () => {
        await open(options, prepare);
        for (const headers of [
          { Referer: `${FRIEND}/page` },
          { 'Sec-Fetch-Site': 'cross-site', Referer: `${FRIEND}/` },
        ]) {
          const path = session(await ask(site.port, handshake, { headers }));
          const { status } = await ask(site.port, path, { method: 'POST', headers, body: 'x=' });
          assert.equal(status, 200, JSON.stringify(headers));
        }
        assert.ok(refused(await ask(site.port, handshake, { headers: { Referer: EVIL } })));
      });
    }

    it('is read by everybody where the site says so', async () => {
      await open({ origins: '*' });
      for (const headers of unwelcome) {
        assert.equal(refused(await ask(site.port, handshake, { headers })), false);
      }
    });
  });
}

describe('an endless page', () => {
  it('is shown in pages of the site, and is refused to others, though they say no Origin', async () => {
    const site = await openSite({ transports: ['polling', 'htmlfile'] });
    const path = async (): Promise<string> =>
      `/socket.io/1/htmlfile/${(await ask(site.port, '/socket.io/1/')).body.split(':')[0]}`;
    for (const headers of unwelcome)
      assert.equal((await ask(site.port, await path(), { headers })).status, 403, JSON.stringify(headers));
    for (const headers of welcome(site.port)) {
      const [page] = await once(
        get({ host: '127.0.0.1', port: site.port, path: await path(), headers }),
        'response',
      );
      assert.equal(page.statusCode, 200, JSON.stringify(headers));
      page.destroy();
    }
    await site.close();
  });
});

describe('a session of revision 1', () => {
  it('may be embedded where it goes on by scripts, though it has begun without them', async () => {
    const site = await openSite({ transports, origins: [FRIEND] });
    const { body } = await ask(site.port, '/socket.io/1/', { headers: { Origin: FRIEND } });
    const path = `/socket.io/1/jsonp-polling/${body.split(':')[0]}?i=0`;
    const { headers } = await ask(site.port, path, { headers: { Referer: `${FRIEND}/` } });
    assert.equal(headers['cross-origin-resource-policy'], 'cross-origin');
    await site.close();
  });
});

describe('a page elsewhere that loads a script of the site', function () {
  this.timeout(40_000);
  let browser: Browser | undefined;

  before(async function () {
    browser = await openBrowser();
    if (!browser) this.skip();
  });
  after(() => browser?.close());

  for (const policy of ['no-referrer', 'unsafe-url'] as const) {
    for (const { name, handshake } of dialects) {
      it(`gets nothing out of it, in Chromium, ${name}, with ${policy}`, async () => {
        const site = await openSite({ transports });
        // Another port is another origin, and the same site; another name is another site.
        const page = await openSite({}, (app) => {
          app.get('/', (_req, res) => {
            res.set('Referrer-Policy', policy).type('html').send('<!doctype html><body></body>');
          });
        });
        const tab = await browser?.newPage();
        for (const host of ['127.0.0.1', 'localhost']) {
          await tab?.goto(`http://${host}:${page.port}/`);
          const told = await tab?.evaluate(
            `new Promise((resolve) => {
              const tell = (text) => resolve(String(text));
              window.io = { j: { 3: tell } };
              window.___eio = { 3: tell };
              const script = document.createElement('script');
              script.src = ${JSON.stringify(`${site.url}${handshake}`)};
              script.onerror = () => resolve('nothing');
              document.body.append(script);
            })`,
          );
          assert.match(String(told), /^(nothing|Error: handshake bad origin)$/);
        }
        assert.equal(site.io.engine.clientsCount, 0);
        await tab?.close();
        await page.close();
        await site.close();
      });
    }
  }
});
