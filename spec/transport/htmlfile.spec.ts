/** Frames over one endless page. */
import assert from 'node:assert/strict';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { Socket as TcpSocket } from 'node:net';
import { mock } from 'node:test';
import compression from 'compression';
import express, { type RequestHandler } from 'express';
import fc from 'fast-check';
import helmet from 'helmet';
import {
  answerByPage,
  HtmlfileTransport,
  type PageLimits,
  pageLimits,
} from '../../lib/transport/htmlfile.js';
import { HtmlfilePage } from '../support/htmlfile-page.js';
import { listening } from '../support/listening.js';
import { latch } from '../support/patience.js';
import { batchOf, givesWay, Listener } from './listener.js';

const HEAD = `<html><body><script>var _ = function (msg) { parent.s._(msg, document); };</script>${' '.repeat(173)}`;
/** More than operating systems keep for a connection. */
const huge = 'x'.repeat(30_000_000);
/** What clients since 0.9.15 do to what they are told. */
const edited = (text: string): string => text.replace(/\\\//g, '/');

describe('htmlfile', () => {
  let server: Server;
  let port: number;
  let up: Listener;
  let opened: ReturnType<typeof latch<{ transport: HtmlfileTransport; res: ServerResponse }>>;
  let page: HtmlfilePage | undefined;

  async function serve(limits: PageLimits = pageLimits, ...before: RequestHandler[]): Promise<void> {
    const app = express();
    app.disable('x-powered-by');
    for (const handler of before) app.use(handler);
    app.get('/none', (_req, res) => answerByPage(res, '7:::1+0'));
    app.get('/', (_req, res) => {
      const transport = new HtmlfileTransport(res, up, limits);
      opened.open({ transport, res });
    });
    server = createServer(app);
    port = await listening(server);
  }

  beforeEach(() => {
    up = new Listener();
    opened = latch<{ transport: HtmlfileTransport; res: ServerResponse }>();
  });
  afterEach(async () => {
    mock.restoreAll();
    page?.socket.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  async function joined(limits?: PageLimits, ...before: RequestHandler[]) {
    await serve(limits, ...before);
    page = new HtmlfilePage(port);
    return { page, ...(await opened.promise) };
  }

  it('begins with a page of exactly 256 characters, before anything is said', async () => {
    const { page } = await joined();
    const [head] = await page.arrived(1);
    assert.equal(head?.toString(), HEAD);
    assert.equal(head?.length, 256);
    assert.match(page.head, /^HTTP\/1\.1 200 OK\r\n/);
    assert.match(page.head, /\r\nContent-Type: text\/html; charset=UTF-8\r\n/i);
    assert.match(page.head, /\r\nTransfer-Encoding: chunked(\r\n|$)/i);
    assert.match(page.head, /\r\nCache-Control: no-store, no-transform\r\n/i);
    assert.match(page.head, /\r\nConnection: keep-alive\r\n/i);
  });

  it('H29 says each packet in a script, what leaves together in one chunk and one write', async () => {
    const { page, transport } = await joined();
    await page.arrived(1);
    transport.send(batchOf('1::'));
    const [, script] = await page.arrived(2);
    assert.equal(script?.toString(), '<script>_("1::");</script>');
    assert.equal(script?.length, 0x1a);
    const writes = mock.method(TcpSocket.prototype as { _writev(...args: unknown[]): void }, '_writev');
    transport.send(batchOf('2::', '3:::a'));
    const chunks = await page.arrived(3);
    assert.equal(chunks[2]?.toString(), '<script>_("2::");</script><script>_("3:::a");</script>');
    assert.equal(writes.mock.callCount(), 1);
    assert.deepEqual(page.told, ['1::', '2::', '3:::a']);
  });

  it('H16 is a whole page where there is no session', async () => {
    await serve();
    page = new HtmlfilePage(port, '/none');
    await page.over();
    assert.equal(page.text, `${HEAD}<script>_("7:::1+0");</script>`);
    assert.equal(page.complete, true);
  });

  it('H30 escapes what could end a script, a line or a string', async () => {
    const { page, transport } = await joined();
    transport.send(batchOf('3:::b\u2028/x<é😀'));
    assert.deepEqual(await page.heard(1), ['3:::b\u2028/x<é😀']);
    assert.match(page.text, /<script>_\("3:::b\\u2028\\\/x\\u003cé😀"\);<\/script>$/);
  });

  it('tells the page any text as it is', async () => {
    const { page, transport } = await joined();
    const texts = fc.sample(fc.string({ unit: 'binary', maxLength: 20 }), 100);
    for (const text of texts) transport.send(batchOf(text));
    assert.deepEqual(await page.heard(100), texts);
    assert.equal(page.text.split('</script>').length - 1, 101);
  });

  it('tells several packets so that no client miscounts them', async () => {
    const { page, transport } = await joined();
    transport.send(batchOf('3:::a\\/b', '3:::c'));
    assert.deepEqual((await page.heard(2)).map(edited), ['3:::a/b', '3:::c']);
  });

  it('lets others have their turns while it takes thousands of messages, however fast', async () => {
    const { page, transport } = await joined();
    await page.arrived(1);
    await givesWay(transport, up);
  });

  it('is not writable while the client does not read, and says when it is again', async () => {
    const { page, transport } = await joined();
    await page.arrived(1);
    page.socket.pause();
    transport.send(batchOf(huge));
    assert.deepEqual([transport.writable, up.writables], [false, 0]);
    assert.ok(transport.buffered > huge.length);
    let drained = false;
    transport.drained(() => {
      drained = true;
    });
    page.socket.resume();
    await up.until(() => up.writables === 1, 'the transport to be writable');
    assert.deepEqual([transport.writable, transport.buffered, drained], [true, 0, true]);
  });

  it('tells when the last word has left', async () => {
    const { page, transport } = await joined();
    transport.send(batchOf('1::'));
    await new Promise<void>((resolve) => transport.drained(resolve));
    assert.equal(transport.buffered, 0);
    const calls: string[] = [];
    transport.drained(() => calls.push('at once'));
    assert.deepEqual(calls, ['at once']);
    await page.heard(1);
  });

  it('lets nobody wait for what can leave no more', async () => {
    const { page, transport } = await joined();
    await page.arrived(1);
    page.socket.pause();
    transport.send(batchOf(huge));
    const drained = new Promise<void>((resolve) => transport.drained(resolve));
    page.socket.resetAndDestroy();
    await drained;
    await up.ended();
    assert.deepEqual([transport.writable, transport.buffered], [false, 0]);
  });

  it('ends the session when the frame is gone', async () => {
    const { page, transport } = await joined();
    await page.arrived(1);
    page.socket.destroy();
    await up.ended();
    transport.close('orderly');
    transport.close('abort');
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(up.ends, [['transport close', undefined]]);
  });

  it('is closed behind what has been said', async () => {
    const { page, transport } = await joined();
    transport.send(batchOf('0::'));
    transport.close('orderly');
    assert.equal(transport.writable, false);
    await page.over();
    assert.deepEqual([page.told, page.complete], [['0::'], true]);
    await up.ended();
    assert.deepEqual(up.ends, [['transport close', undefined]]);
  });

  it('sends the client for a new session when it is closed without a goodbye', async () => {
    const { page, transport } = await joined();
    transport.send(batchOf('0::/chat'));
    transport.close('orderly');
    await page.over();
    assert.deepEqual([page.told, page.complete], [['0::/chat', '7:::1+0'], true]);
  });

  it('is cut by an abort, also behind a goodbye that nobody takes', async () => {
    const { page, transport } = await joined();
    await page.arrived(1);
    page.socket.pause();
    transport.send(batchOf(huge));
    transport.close('orderly');
    transport.close('abort');
    await up.ended();
    page.socket.resume();
    await page.over();
    assert.equal(page.complete, false);
  });

  it('sends the client for a new session when the page has grown too large', async () => {
    const { page, transport } = await joined({ ...pageLimits, bytes: 10 });
    transport.send(batchOf('3:::a'));
    assert.equal(transport.writable, true);
    transport.send(batchOf('3:::b'));
    assert.equal(transport.writable, false);
    await page.over();
    assert.deepEqual([page.told, page.complete], [['3:::a', '3:::b', '7:::1+0'], true]);
    await up.ended();
    assert.deepEqual(up.ends, [['transport close', undefined]]);
  });

  it('sends the client for a new session when the page has grown too old', async () => {
    const { page } = await joined({ ...pageLimits, ms: 40 });
    await page.over();
    assert.deepEqual([page.told, page.complete], [['7:::1+0'], true]);
  });

  it('lets a page live for a day and 64 MiB', () => {
    const { bytes, ms } = pageLimits;
    assert.deepEqual([bytes, ms], [64 * 1024 * 1024, 24 * 3_600_000]);
  });

  it('is not kept back by a compressor', async () => {
    const { page, transport } = await joined(pageLimits, compression({ threshold: 0 }));
    transport.send(batchOf('1::'));
    assert.deepEqual(await page.heard(1), ['1::']);
    assert.doesNotMatch(page.head, /Content-Encoding/i);
  });

  it('is flushed through a compressor that does not care for no-transform', async () => {
    let flushed = 0;
    const { page, transport } = await joined(pageLimits, (_req, res, next) => {
      Object.assign(res, { flush: () => flushed++ });
      next();
    });
    transport.send(batchOf('1::'));
    await page.heard(1);
    assert.equal(flushed, 2);
  });

  it('may stand in a frame and run its scripts, whatever the site has set for its pages', async () => {
    const { page } = await joined(pageLimits, helmet());
    await page.arrived(1);
    assert.doesNotMatch(page.head, /X-Frame-Options/i);
    assert.match(
      page.head,
      /\r\nContent-Security-Policy: default-src 'none'; script-src 'unsafe-inline'\r\n/,
    );
  });
});
