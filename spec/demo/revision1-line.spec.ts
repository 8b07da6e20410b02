/** The line for clients 0.7 to 0.9 on a bare page, against the genuine server of that time. */
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import express from 'express';
import type { Browser, Page } from 'playwright-core';
import { clientsOf, scriptFile } from '../../demo-app/clients.js';
import { openBrowser } from '../support/browser.js';
import { Line } from '../support/line.js';
import { listening } from '../support/listening.js';

/** What is used of the server of 2014, which has no types. */
interface Genuine {
  set(name: string, value: unknown): Genuine;
  readonly sockets: { on(event: 'connection', listener: (socket: GenuineSocket) => void): void };
}

interface GenuineSocket {
  on(event: string, listener: (data: unknown, reply: (answer: unknown) => void) => void): void;
  emit(event: string, data: unknown): void;
  packet(packet: object): void;
  disconnect(): void;
}

const { listen }: { listen(server: Server, options: object): Genuine } = createRequire(import.meta.url)(
  'socket.io-09',
);
const publicFolder = fileURLToPath(new URL('../../demo-app/public', import.meta.url));
const [client] = clientsOf([1]);

/** Puts the line on the page, as `line`, and what it tells into `told`; text, since it runs there and not here. */
const onThePage = (transports: readonly string[]) => `import('/js/lines/revision1.js').then(({ connect }) => {
  window.told = [];
  const note = (name) => (code) => window.told.push(code ? name + ' ' + code : name);
  const ports = { lost: note('lost'), refused: note('refused'), ended: note('ended') };
  window.line = connect(${JSON.stringify(transports)}, ports);
  window.heard = new Promise((resolve) => window.line.on('said', resolve));
  window.line.on('welcome', () => window.told.push('welcome'));
})`;

describe('the line for clients 0.7 to 0.9', function () {
  this.timeout(30_000);
  const app = express();
  const server = createServer(app);
  let browser: Browser | undefined;
  let line: Line;
  let url: string;
  let admitted = true;
  let signedIn = true;
  let last: GenuineSocket | undefined;

  before(async function () {
    assert.ok(client);
    const file = scriptFile(client);
    app.use(express.static(publicFolder));
    app.get('/client.js', (_req, res) => res.sendFile(file));
    app.get('/', (_req, res) =>
      signedIn ? res.send('<script src="/client.js"></script>') : res.redirect('/js'),
    );
    const io = listen(server, { log: false });
    io.set('authorization', (_request: unknown, done: (error: unknown, yes: boolean) => void) =>
      done(null, admitted),
    );
    io.sockets.on('connection', (socket) => {
      last = socket;
      socket.on('say', (data, reply) => {
        reply({ ok: true, echo: data });
        socket.emit('said', { message: data });
      });
      socket.emit('welcome', {});
    });
    line = new Line(await listening(server));
    url = `http://127.0.0.1:${await line.start()}/`;
    browser = await openBrowser();
    if (!browser) this.skip();
  });

  beforeEach(() => {
    admitted = true;
    signedIn = true;
    line.mend();
  });

  after(async () => {
    await browser?.close();
    line.close();
    server.close();
    server.closeAllConnections();
  });

  /** A page with a line that is not open yet. */
  async function visit(transports: readonly string[] = ['websocket']): Promise<Page> {
    assert.ok(browser);
    const page = await (await browser.newContext()).newPage();
    await page.clock.install();
    await page.goto(url);
    await page.evaluate(onThePage(transports));
    return page;
  }

  const open = (page: Page) => page.evaluate('void window.line.open()');

  async function guest(transports?: readonly string[]): Promise<Page> {
    const page = await visit(transports);
    await open(page);
    await told(page, 'welcome');
    return page;
  }

  /** Waits until that has been told so many times. */
  const told = (page: Page, what: string, times = 1) =>
    page.waitForFunction(`window.told.filter((one) => one === '${what}').length >= ${times}`);

  for (const transport of ['websocket', 'xhr-polling']) {
    it(`carries bytes as text, and hands them over as bytes, over ${transport}`, async () => {
      const page = await guest([transport]);
      const echo = await page.evaluate(`(async () => {
        const picture = { bytes: new Uint8Array([0, 127, 128, 255]), width: 2 };
        const { echo } = await window.line.ask('say', { text: 'Hi', picture }, 5000);
        const { message } = await window.heard;
        const bytes = [echo, message].map(({ picture }) => picture.bytes);
        return { text: echo.text, are: bytes.every((b) => b instanceof Uint8Array), list: bytes.map((b) => [...b]) };
      })()`);
      const sent = [0, 127, 128, 255];
      assert.deepEqual(echo, { text: 'Hi', are: true, list: [sent, sent] });
      await page.context().close();
    });
  }

  it('tells that the line is lost, and comes back by itself', async () => {
    const page = await guest();
    line.cut();
    await told(page, 'lost');
    assert.equal(await page.evaluate('window.line.up'), false);
    line.mend();
    await told(page, 'welcome', 2);
    assert.equal(await page.evaluate('window.line.up'), true);
    await page.context().close();
  });

  it('tells that the server has ended it', async () => {
    const page = await guest();
    last?.disconnect();
    await told(page, 'ended');
    await page.context().close();
  });

  for (const [who, reason] of [
    ['is signed in', 'HOUSE_FULL'],
    ['is not', 'NAME_NEEDED'],
  ] as const) {
    it(`makes a refused handshake of who ${who} ${reason}`, async () => {
      const page = await visit();
      admitted = false;
      signedIn = who === 'is signed in';
      await open(page);
      await told(page, `refused ${reason}`);
      admitted = true;
      await open(page);
      await told(page, 'welcome');
      await page.context().close();
    });
  }

  it('takes a refusal after the handshake for one, too, and not for an end', async () => {
    const page = await guest();
    last?.packet({ type: 'error', reason: 'unauthorized' });
    await told(page, 'refused HOUSE_FULL');
    assert.deepEqual(await page.evaluate('window.told'), ['welcome', 'refused HOUSE_FULL']);
    await open(page);
    await told(page, 'welcome', 2);
    await page.context().close();
  });

  it('tries again when there was no server at first', async () => {
    const page = await visit();
    line.cut();
    await open(page);
    await told(page, 'lost');
    line.mend();
    await page.clock.fastForward(4_000);
    await told(page, 'welcome');
    await page.context().close();
  });
});
