/** Client 0.9.17 in a real browser, on a page of another site: by WebSocket, polling and scripts. */
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import cors from 'cors';
import express from 'express';
import type { Browser } from 'playwright-core';
import type { TransportName } from '../../lib/options.js';
import { openBrowser } from '../support/browser.js';
import { listening } from '../support/listening.js';
import { within } from '../support/patience.js';
import { furnish } from '../support/revision1-twins.js';
import { openSite, type Site } from '../support/site.js';

const bundle = createRequire(import.meta.url).resolve('socket.io-client-09/dist/socket.io.js');

const TEXT = 'é€😀 </script> "quoted" \\ \u2028 \n';

/** Runs in the page: what it heard, and by what transport; or what refused it. */
const visit = `function (url, text) {
  return new Promise(function (resolve) {
    var socket = io.connect(url, { 'force new connection': true });
    socket.on('error', function (error) { resolve('refused: ' + error); });
    socket.on('connect', function () { socket.send(text); });
    socket.on('message', function (message) {
      socket.emit('ask', message, function (answer) {
        socket.disconnect();
        resolve([socket.socket.transport.name, answer]);
      });
    });
  });
}`;

const names: readonly (readonly [TransportName, string])[] = [
  ['websocket', 'websocket'],
  ['polling', 'xhr-polling'],
  ['jsonp', 'jsonp-polling'],
];

describe('a vintage client on a page of another site', function () {
  this.timeout(40_000);
  let browser: Browser | undefined;
  let elsewhere: Server;
  let origin: string;
  let site: Site;

  before(async function () {
    browser = await openBrowser();
    if (!browser) this.skip();
    const pages = express();
    pages.get('/client.js', (_req, res) => res.sendFile(bundle));
    pages.get('/', (_req, res) => {
      res
        .type('html')
        .send('<!doctype html><meta charset="utf-8"><body><script src="/client.js"></script></body>');
    });
    elsewhere = createServer(pages);
    origin = `http://localhost:${await listening(elsewhere)}`;
  });

  after(async () => {
    await browser?.close();
    elsewhere?.close();
  });

  afterEach(() => site.close());

  async function talk(): Promise<unknown> {
    furnish(site.io);
    if (!browser) throw new Error('there is no browser');
    const page = await browser.newPage();
    try {
      await page.goto(origin);
      const talking = page.evaluate(`(${visit})(${JSON.stringify(site.url)}, ${JSON.stringify(TEXT)})`);
      return await within(talking, 'the visit', 20_000);
    } finally {
      await page.close();
    }
  }

  for (const [transport, name] of names) {
    it(`talks by ${name} where its origin is listed`, async () => {
      site = await openSite({ transports: [transport], origins: [origin] });
      assert.deepEqual(await talk(), [name, TEXT]);
    });
  }

  it('talks where the middleware of the site lets its origin in', async () => {
    site = await openSite({ transports: ['polling'] }, (app) => app.use(cors({ origin, credentials: true })));
    assert.deepEqual(await talk(), ['xhr-polling', TEXT]);
  });

  it('talks where the option cors lets its origin in', async () => {
    site = await openSite({ transports: ['polling'], cors: { origin, credentials: true } });
    assert.deepEqual(await talk(), ['xhr-polling', TEXT]);
  });

  it('is refused elsewhere', async () => {
    site = await openSite();
    assert.match(String(await talk()), /^refused: /);
  });
});
