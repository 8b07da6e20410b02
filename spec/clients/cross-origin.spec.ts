/** Pages of other origins in a real browser: the site's own `cors()`, or the option `cors`, decides on every transport. */
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import cors from 'cors';
import express from 'express';
import type { Browser, Page } from 'playwright-core';
import { openBrowser } from '../support/browser.js';
import { listening } from '../support/listening.js';
import { openSite, type Site } from '../support/site.js';

const bundle = createRequire(import.meta.url).resolve('socket.io-client/dist/socket.io.js');

/** What a page saw of one attempt. */
interface Attempt {
  readonly outcome: 'connected' | 'refused';
  readonly answer?: string;
  readonly transport?: string;
}

/** A server that has pages and nothing else: its origin is all that matters. */
async function openPages(): Promise<{ readonly server: Server; readonly origin: string }> {
  const app = express();
  app.get('/client.js', (_req, res) => res.sendFile(bundle));
  app.get('/', (_req, res) => res.type('html').send('<!doctype html><script src="/client.js"></script>'));
  const server = createServer(app);
  return { server, origin: `http://localhost:${await listening(server)}` };
}

for (const by of ['cors() of the site', 'the option cors'] as const) {
  describe(`a page of another origin, by ${by}`, function () {
    this.timeout(40_000);
    let browser: Browser | undefined;
    let site: Site;
    let friend: Awaited<ReturnType<typeof openPages>>;
    let stranger: Awaited<ReturnType<typeof openPages>>;
    /** What the site has answered. */
    let statuses: number[] = [];

    beforeEach(() => {
      statuses = [];
    });

    before(async function () {
      browser = await openBrowser();
      if (!browser) this.skip();
      [friend, stranger] = await Promise.all([openPages(), openPages()]);
      const allowed = { origin: friend.origin, credentials: true };
      const own = by === 'the option cors';
      site = await openSite(own ? { cors: allowed } : {}, (app) => {
        app.use((_req, res, next) => {
          res.on('finish', () => statuses.push(res.statusCode));
          next();
        });
        if (!own) app.use(cors(allowed));
      });
      site.io.on('connection', (socket) => {
        socket.on('echo', (text, reply) => reply(text));
      });
    });

    after(async () => {
      await browser?.close();
      await site?.close();
      friend?.server.close();
      stranger?.server.close();
    });

    async function attempt(origin: string, transports: string[]): Promise<Attempt> {
      const page = await (browser as Browser).newPage();
      try {
        await page.goto(origin);
        return await connectFrom(page, site.url, transports);
      } finally {
        await page.close();
      }
    }

    for (const transports of [['polling'], ['websocket'], ['polling', 'websocket']]) {
      const way = transports.join(', then ');

      it(`connects by ${way} if its origin is named`, async () => {
        const { outcome, answer, transport } = await attempt(friend.origin, transports);
        assert.deepEqual({ outcome, answer }, { outcome: 'connected', answer: 'hello' });
        assert.equal(transport, transports.at(-1));
      });

      it(`is refused by ${way} if it is not`, async () => {
        const { outcome } = await attempt(stranger.origin, transports);
        assert.equal(outcome, 'refused');
        assert.deepEqual(statuses, [403]);
        assert.equal(site.io.sockets.sockets.size, 0, 'no session has been made for it');
      });
    }
  });
}

/** Connects in the page, with credentials; says what came of it. */
function connectFrom(page: Page, url: string, transports: string[]): Promise<Attempt> {
  return page.evaluate(
    ([to, ways]) => {
      interface Client {
        io: { engine: { transport: { name: string }; once(event: 'upgrade', listener: () => void): void } };
        on(event: string, listener: () => void): void;
        emitWithAck(name: string, text: string): Promise<string>;
        disconnect(): void;
      }
      const connect = (globalThis as unknown as { io(url: string, options: object): Client }).io;
      const socket = connect(to, { transports: ways, withCredentials: true, reconnection: false });
      return new Promise<{ outcome: 'connected' | 'refused'; answer?: string; transport?: string }>(
        (resolve) => {
          socket.on('connect_error', () => resolve({ outcome: 'refused' }));
          socket.on('connect', async () => {
            const upgraded = new Promise<void>((done) => socket.io.engine.once('upgrade', done));
            if (ways.length > 1 && socket.io.engine.transport.name !== 'websocket') await upgraded;
            const answer = await socket.emitWithAck('echo', 'hello');
            const transport = socket.io.engine.transport.name;
            socket.disconnect();
            resolve({ outcome: 'connected', answer, transport });
          });
        },
      );
    },
    [url, transports] as const,
  );
}
