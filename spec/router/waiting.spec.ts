/** What is kept of a poll while it waits. */
import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import express from 'express';
import { type Server, socketio, type UserOptions } from '../../lib/index.js';
import { heard } from '../support/patience.js';
import { Ground } from './ground.js';
import { ask } from './raw.js';

/** What Node tells those who watch a process from outside. */
const CHANNEL = 'http.server.request.start';

describe('a poll that waits', () => {
  const watcher = new EventEmitter();
  const seen = (message: unknown) => {
    const { request } = message as { readonly request: IncomingMessage };
    if (request.url?.includes('sid=') && request.method === 'GET') watcher.emit('poll', request);
  };
  let ground: Ground;
  let io: Server;
  let port: number;

  beforeEach(() => {
    ground = new Ground();
    subscribe(CHANNEL, seen);
  });
  afterEach(async () => {
    unsubscribe(CHANNEL, seen);
    await ground.close();
  });

  async function open(options: UserOptions = {}): Promise<void> {
    io = ground.io(socketio(options));
    const app = express();
    app.use('/socket.io', io);
    ({ port } = await ground.serve(app));
  }

  /** A client comes and polls. @returns its poll, as the server has it */
  async function poll(headers: Record<string, string>, ofPoll = headers): Promise<IncomingMessage> {
    const path = '/socket.io/?EIO=4&transport=polling';
    const { body } = await ask(port, path, { headers });
    const { sid } = JSON.parse(body.slice(1));
    const polled = heard(watcher, 'poll');
    // It ends without an answer, with its server.
    void ask(port, `${path}&sid=${sid}`, { headers: ofPoll }).catch(() => undefined);
    const [request] = await polled;
    return request as IncomingMessage;
  }

  const browser = { 'User-Agent': 'a browser', Accept: '*/*' };

  it('shares its headers with the polls of clients of the same kind', async () => {
    await open();
    const [first, second] = [await poll(browser), await poll(browser)];
    assert.notEqual(first, second);
    assert.equal(first.rawHeaders, second.rawHeaders);
    assert.equal(first.headers['user-agent'], 'a browser');
    assert.equal(first.headers.host, `127.0.0.1:${port}`);
    assert.notEqual((await poll({ ...browser, Cookie: 'a=1' })).rawHeaders, first.rawHeaders);
  });

  it('keeps what it has said otherwise than the handshake', async () => {
    await open();
    const { headers, rawHeaders } = await poll(browser, { ...browser, 'X-Late': 'yes' });
    assert.equal(headers['x-late'], 'yes');
    assert.equal(rawHeaders[rawHeaders.indexOf('X-Late') + 1], 'yes');
  });

  it('is left alone where the site’s stack has seen it', async () => {
    await open({ admit: 'every' });
    const [first, second] = [await poll(browser), await poll(browser)];
    assert.notEqual(first.rawHeaders, second.rawHeaders);
    assert.deepEqual(first.rawHeaders, second.rawHeaders);
  });
});
