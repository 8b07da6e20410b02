/** Polls over TLS, where Node hears a turn late that an answer has left: a server with much to do hears of the next poll first. */
import assert from 'node:assert/strict';
import { createServer } from 'node:https';
import { Worker } from 'node:worker_threads';
import express from 'express';
import { type Server, type Socket, socketio } from '../../lib/index.js';
import { heard, latch } from '../support/patience.js';
import { certificate, Ground } from './ground.js';
import { upgradeHeaders } from './raw.js';

/** What `tls-asker` shall ask, on which of its connections. */
interface Errand {
  readonly on: 'a' | 'b';
  readonly path: string;
  readonly method?: 'POST';
  readonly body?: string;
  /** More header lines. */
  readonly headers?: string;
  readonly next?: Errand | 'end';
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

const POLL = '/socket.io/?EIO=4&transport=polling';

async function until(done: () => boolean, what: string): Promise<void> {
  const end = performance.now() + 8_000;
  while (!done()) {
    assert.ok(performance.now() < end, `waited in vain for ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('a polling client by TLS', () => {
  let ground: Ground;
  let io: Server;
  let client: Worker;
  let page: (() => void) | undefined;
  const answers: Answer[] = [];
  const flag = new Int32Array(new SharedArrayBuffer(4));

  beforeEach(async () => {
    ground = new Ground();
    io = ground.io(socketio());
    const app = express();
    app.get('/page', (_req, res) => {
      page = () => res.end('a page');
    });
    app.use('/socket.io', io);
    const port = await ground.open(createServer(certificate(), app));
    client = new Worker(new URL('./tls-asker.mjs', import.meta.url), { workerData: { port, flag } });
    answers.length = 0;
    page = undefined;
    client.on('message', (answer: Answer) => answers.push(answer));
  });
  afterEach(async () => {
    await client.terminate();
    await ground.close();
  });

  async function next(): Promise<Answer> {
    await until(() => answers.length > 0, 'an answer');
    return answers.shift() ?? { status: 0, body: '' };
  }

  function ask(errand: Errand): Promise<Answer> {
    client.postMessage(errand);
    return next();
  }

  /** A client that is in `/`, with two connections. */
  async function arrive(): Promise<{ readonly socket: Socket; readonly path: string }> {
    const { body } = await ask({ on: 'a', path: POLL });
    const path = `${POLL}&sid=${/"sid":"([^"]+)"/.exec(body)?.[1]}`;
    const joined = heard(io as never, 'connection');
    assert.equal((await ask({ on: 'b', path, method: 'POST', body: '40' })).body, 'ok');
    assert.match((await ask({ on: 'a', path })).body, /^40/);
    const [socket] = await joined;
    return { socket: socket as Socket, path };
  }

  /** A poll has come, and waits. */
  async function polled({ conn }: Socket): Promise<void> {
    await until(() => conn.transport.writable, 'a poll');
  }

  /** Answers, and is busy with something else until the client has it and has done what it does then. */
  async function answerAndBeBusy(answer: () => void): Promise<void> {
    const done = latch();
    setImmediate(() => {
      const before = Atomics.load(flag, 0);
      answer();
      process.nextTick(() => {
        Atomics.wait(flag, 0, before, 5_000);
        done.open();
      });
    });
    await done.promise;
  }

  for (const [how, nextOf] of [
    ['that uses a connection for one answer each', () => 'end'],
    ['that comes again on another connection', (path: string) => ({ on: 'b', path })],
    ['that comes again on the same connection', (path: string) => ({ on: 'a', path })],
  ] as const)
    it(`hears each event once, one ${how}`, async () => {
      const { socket, path } = await arrive();
      client.postMessage({ on: 'a', path, next: nextOf(path) });
      await polled(socket);
      await answerAndBeBusy(() => socket.emit('n', 1));
      assert.deepEqual(await next(), { status: 200, body: '42["n",1]' });
      if (nextOf(path) === 'end') client.postMessage({ on: 'a', path });
      await polled(socket);
      socket.emit('n', 2);
      assert.deepEqual(await next(), { status: 200, body: '42["n",2]' });
      assert.equal(socket.connected, true);
    });

  it('may open a WebSocket on a connection as soon as it has the answer to something else', async () => {
    const headers = Object.entries(upgradeHeaders).map(([name, value]) => `${name}: ${value}\r\n`);
    const path = '/socket.io/?EIO=4&transport=websocket';
    client.postMessage({ on: 'a', path: '/page', next: { on: 'a', path, headers: headers.join('') } });
    await until(() => page !== undefined, 'a request');
    await answerAndBeBusy(() => page?.());
    assert.equal((await next()).status, 200);
    assert.equal((await next()).status, 101);
  });

  it('may shake hands on a connection as soon as it has the answer to something else', async () => {
    client.postMessage({ on: 'a', path: '/page', next: { on: 'a', path: POLL } });
    await until(() => page !== undefined, 'a request');
    await answerAndBeBusy(() => page?.());
    assert.equal((await next()).status, 200);
    const { status, body } = await next();
    assert.equal(status, 200);
    assert.match(body, /"sid"/);
  });
});
