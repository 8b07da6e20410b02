/** Clients 1.x and 2.x in a real browser, on pages of the site and of another: by polling, WebSocket and JSONP. */
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import cors from 'cors';
import express, { type Express } from 'express';
import type { Browser } from 'playwright-core';
import { openBrowser } from '../support/browser.js';
import { listening } from '../support/listening.js';
import { openSite, type Site } from '../support/site.js';

const require = createRequire(import.meta.url);

const bundles: Readonly<Record<string, string>> = {
  '1.7.4': require.resolve('socket.io-client-1/dist/socket.io.js'),
  '2.5.0': require.resolve('socket.io-client-2/dist/socket.io.js'),
};

/** The client's options, and the transport that it shall end up with, in the server's words. */
interface Way {
  readonly options: Readonly<Record<string, unknown>>;
  readonly last: string;
}

const ways: Readonly<Record<string, Way>> = {
  polling: { options: { transports: ['polling'] }, last: 'polling' },
  websocket: { options: { transports: ['websocket'] }, last: 'websocket' },
  'polling, then websocket': { options: { transports: ['polling', 'websocket'] }, last: 'websocket' },
  JSONP: { options: { transports: ['polling'], forceJSONP: true, jsonp: true }, last: 'jsonp' },
  'JSONP, then websocket': {
    options: { transports: ['polling', 'websocket'], forceJSONP: true, jsonp: true },
    last: 'websocket',
  },
};

const TEXT = 'é€😀 \u2028 </script> \\n \n "quoted" \\\\n';

/** What a page has to tell of its visit. */
interface Visit {
  readonly echo: unknown;
  readonly asked: unknown;
  readonly order: unknown[];
  readonly bytes: number[];
  readonly reason: string;
}

function servePages(app: Express): void {
  for (const [version, bundle] of Object.entries(bundles)) {
    app.get(`/${version}.js`, (_req, res) => res.sendFile(bundle));
    app.get(`/${version}`, (_req, res) => {
      res
        .type('html')
        .send(`<!doctype html><meta charset="utf-8"><body><script src="/${version}.js"></script></body>`);
    });
  }
}

describe('an old client in a browser', function () {
  this.timeout(40_000);
  let browser: Browser | undefined;
  let site: Site;
  let elsewhere: Server;
  let origins: Readonly<Record<string, string>> = {};
  /** The transport of the latest visitor when it left. */
  let carried = '';

  before(async function () {
    browser = await openBrowser();
    if (!browser) this.skip();
    const pages = express();
    servePages(pages);
    elsewhere = createServer(pages);
    const other = `http://localhost:${await listening(elsewhere)}`;
    site = await openSite({ transports: ['polling', 'websocket', 'jsonp'] }, (app) => {
      servePages(app);
      app.use(cors({ origin: other, credentials: true }));
    });
    origins = { 'the site': site.url, 'another site': other };
    site.io.on('connection', (socket) => {
      socket.on('echo', (text, reply) => reply(text));
      socket.on('mirror', (data, reply) => reply(data));
      socket.on('count', () => {
        for (let index = 0; index < 30; index++) socket.emit('n', index);
        socket.emit('question', (answer: unknown) => socket.emit('answered', answer));
      });
      socket.on('done', () => {
        carried = socket.conn.transport.name;
        socket.disconnect(true);
      });
    });
  });

  after(async () => {
    await browser?.close();
    await site?.close();
    elsewhere?.close();
  });

  async function visit(origin: string, version: string, way: Way): Promise<Visit> {
    const page = await (browser as Browser).newPage();
    try {
      // The compiler marks inner functions by a helper that no page has.
      await page.addInitScript('globalThis.__name = (named) => named');
      await page.goto(`${origin}/${version}`);
      return await page.evaluate(talk, [site.url, way.options, way.last, TEXT] as const);
    } finally {
      await page.close();
    }
  }

  for (const version of Object.keys(bundles)) {
    for (const [name, way] of Object.entries(ways)) {
      for (const where of ['the site', 'another site']) {
        it(`${version} on a page of ${where} by ${name}`, async () => {
          const told = await visit(origins[where] ?? '', version, way);
          assert.deepEqual(told, {
            echo: TEXT,
            asked: 'answer 😀',
            order: Array.from({ length: 30 }, (_, index) => index),
            bytes: [0, 4, 10, 255],
            reason: 'io server disconnect',
          });
          assert.equal(carried, way.last);
        });
      }
    }
  }
});

/** Runs in the page. */
async function talk([url, options, last, text]: readonly [
  url: string,
  options: object,
  last: string,
  text: string,
]): Promise<Visit> {
  interface Client {
    readonly io: { readonly engine: { readonly transport: { readonly name: string } } };
    on(event: string, listener: (...args: never[]) => void): void;
    emit(event: string, ...args: unknown[]): void;
  }
  const lookup = (globalThis as unknown as { io(url: string, options: object): Client }).io;
  const socket = lookup(url, { ...options, reconnection: false });
  const ask = (event: string, data: unknown): Promise<unknown> =>
    new Promise((resolve) => socket.emit(event, data, resolve));
  const next = (event: string): Promise<unknown> => new Promise((resolve) => socket.on(event, resolve));
  const order: unknown[] = [];
  socket.on('n', (index) => order.push(index));
  socket.on('question', (reply: (answer: string) => void) => reply('answer 😀'));
  await next('connect');
  while (last === 'websocket' && socket.io.engine.transport.name !== last) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const echo = await ask('echo', text);
  const mirrored = (await ask('mirror', new Uint8Array([0, 4, 10, 255]).buffer)) as
    | ArrayBuffer
    | { base64: true; data: string };
  const bytes =
    mirrored instanceof ArrayBuffer
      ? [...new Uint8Array(mirrored)]
      : Array.from(atob(mirrored.data), (char) => char.charCodeAt(0));
  const answered = next('answered');
  socket.emit('count');
  const asked = await answered;
  const gone = next('disconnect');
  socket.emit('done');
  return { echo, asked, order, bytes, reason: String(await gone) };
}
