/** Clients 0.7 to 0.9 in a real browser: by WebSocket, polling, scripts and the endless page of Internet Explorer. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import type { Express } from 'express';
import type { Browser, Page } from 'playwright-core';
import type { TransportName } from '../../lib/options.js';
import { pageLimits } from '../../lib/transport/htmlfile.js';
import { openBrowser } from '../support/browser.js';
import { FlashPlugin } from '../support/flash-plugin.js';
import { heard, within } from '../support/patience.js';
import { furnish } from '../support/revision1-twins.js';
import { openSite, type Site } from '../support/site.js';

const require = createRequire(import.meta.url);

const bundles: Readonly<Record<string, string>> = {
  '0.7.11': require.resolve('socket.io-client-07/dist/socket.io.js'),
  '0.8.7': require.resolve('socket.io-client-08/dist/socket.io.js'),
  '0.9.0': require.resolve('socket.io-client-090/dist/socket.io.js'),
  '0.9.6': require.resolve('socket.io-client-096/dist/socket.io.js'),
  '0.9.11': require.resolve('socket.io-client-0911/dist/socket.io.js'),
  '0.9.17': require.resolve('socket.io-client-09/dist/socket.io.js'),
};

const transports: readonly TransportName[] = ['websocket', 'htmlfile', 'polling', 'jsonp'];

/** Clients before 0.8.3 read no line breaks in bare text. */
const TEXT = 'é€😀 </script><!-- "quoted" \\\\n it\'s';
const DATA = { text: `${TEXT} \n \u2028 \u2029 \\/`, list: [1, null, { deep: true }] };

/** What Internet Explorer had: a document without a window around it, whose frames show what has loaded so far. */
const internetExplorer = `
  window.CollectGarbage = function () {};
  window.ActiveXObject = function (name) {
    if (name !== 'htmlfile') throw new Error(name);
    var frame = document.createElement('iframe');
    document.body.appendChild(frame);
    frame.contentDocument.parentWindow = frame.contentWindow;
    return frame.contentDocument;
  };`;

function servePages(app: Express): void {
  for (const [version, bundle] of Object.entries(bundles)) {
    app.get(`/${version}.js`, (_req, res) => res.sendFile(bundle));
    app.get(`/${version}`, (_req, res) => {
      res
        .type('html')
        .send(
          '<!doctype html><meta charset="utf-8"><body>' +
            `<script>${internetExplorer}</script><script src="/${version}.js"></script></body>`,
        );
    });
  }
}

/** The client's part of a visit, in the words of its time. */
const visit = `function (text, data) {
  return new Promise(function (resolve, reject) {
    var socket = io.connect(location.origin, { 'force new connection': true });
    var told = { transport: '', messages: [], asked: null, reason: null };
    socket.on('error', reject);
    socket.on('connect', function () {
      told.transport = socket.socket.transport.name;
      socket.send(text);
      socket.json.send(data);
      for (var count = 0; count < 20; count++) socket.send(String(count));
    });
    socket.on('message', function (message) {
      told.messages.push(message);
      if (told.messages.length === 22) {
        socket.emit('ask', 1, data, function () {
          told.asked = Array.prototype.slice.call(arguments);
          socket.emit('kick');
        });
      }
    });
    socket.on('disconnect', function (reason) {
      told.reason = reason;
      resolve(told);
    });
  });
}`;

const names: Readonly<Record<string, string>> = { polling: 'xhr-polling', jsonp: 'jsonp-polling' };

describe('a vintage client in a browser', function () {
  this.timeout(40_000);
  let browser: Browser | undefined;
  let site: Site;
  let page: Page | undefined;

  before(async function () {
    browser = await openBrowser();
    if (!browser) this.skip();
  });
  after(() => browser?.close());
  afterEach(async () => {
    await page?.close();
    await site.close();
  });

  async function arrive(version: string, transport: TransportName): Promise<Page> {
    site = await openSite({ generations: [1], transports: [transport] }, servePages);
    furnish(site.io);
    if (!browser) throw new Error('there is no browser');
    page = await browser.newPage();
    // An endless page never loads.
    await page.goto(`${site.url}/${version}`, { waitUntil: 'commit' });
    await page.waitForFunction('window.io && document.readyState !== "loading"');
    return page;
  }

  for (const version of Object.keys(bundles)) {
    for (const transport of transports) {
      it(`${version} talks by ${names[transport] ?? transport}, and leaves when it is told to`, async () => {
        const page = await arrive(version, transport);
        const args = `${JSON.stringify(TEXT)}, ${JSON.stringify(DATA)}`;
        const told = await within(page.evaluate(`(${visit})(${args})`), 'the visit', 20_000);
        assert.deepEqual(told, {
          transport: names[transport] ?? transport,
          messages: [TEXT, DATA, ...Array.from({ length: 20 }, (_, count) => String(count))],
          asked: [1, DATA],
          reason: 'booted',
        });
        assert.deepEqual(site.complaints, []);
      });
    }
  }

  for (const version of Object.keys(bundles)) {
    it(`${version} talks by flashsocket, with a stand-in for Flash, and leaves when it is told to`, async () => {
      site = await openSite(
        {
          generations: [1],
          transports: ['flashsocket'],
          flashPolicy: { domains: ['127.0.0.1'], ports: ['*'] },
        },
        servePages,
      );
      furnish(site.io);
      if (!browser) throw new Error('there is no browser');
      page = await browser.newPage();
      const flash = await FlashPlugin.install(page, site.url);
      await page.goto(`${site.url}/${version}`);
      const visiting = page.evaluate(`(${visit})(${JSON.stringify(TEXT)}, ${JSON.stringify(DATA)})`);
      await flash.start();
      const told = await within(visiting, 'the visit', 20_000);
      assert.deepEqual(told, {
        transport: 'flashsocket',
        messages: [TEXT, DATA, ...Array.from({ length: 20 }, (_, count) => String(count))],
        asked: [1, DATA],
        reason: 'booted',
      });
      assert.match(flash.urls.join(), /^ws:\/\/127\.0\.0\.1:[0-9]+\/socket\.io\/1\/flashsocket\/[\w-]{20}$/);
    });
  }

  for (const version of Object.keys(bundles)) {
    it(`${version} comes again when its endless page has grown too large`, async () => {
      const { bytes } = pageLimits;
      Object.assign(pageLimits, { bytes: 2_000 });
      try {
        const page = await arrive(version, 'htmlfile');
        const first = heard(site.io as never, 'connection');
        await page.evaluate(`window.socket = io.connect(location.origin, { 'reconnection delay': 50 }); 1`);
        await first;
        const second = heard(site.io as never, 'connection');
        site.io.send('x'.repeat(3_000));
        await second;
      } finally {
        Object.assign(pageLimits, { bytes });
      }
    });
  }
});
