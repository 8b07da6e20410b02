/** WebSockets of the drafts hixie-75 and hixie-76, through the site's own stack. */
import assert from 'node:assert/strict';
import { createServer as createTlsServer } from 'node:https';
import { connect as connectTls } from 'node:tls';
import express, { type Express, type RequestHandler } from 'express';
import { type Server, socketio, type UserOptions } from '../../lib/index.js';
import { Hixie76Client, type Introduction, randomKey } from '../support/hixie76-client.js';
import { heard, within } from '../support/patience.js';
import { furnish } from '../support/revision1-twins.js';
import { certificate, Ground } from './ground.js';
import { ask, Knock } from './raw.js';

const names = ['flashsocket', 'websocket'] as const;

describe('a WebSocket of a draft', () => {
  let ground: Ground;
  let io: Server;
  let port: number;

  beforeEach(() => {
    ground = new Ground();
  });
  afterEach(() => ground.close());

  function app(options: UserOptions = {}, ...before: RequestHandler[]): Express {
    const app = express();
    for (const handler of before) app.use(handler);
    io = ground.io(socketio({ generations: [1], transports: ['websocket', 'flashsocket'], ...options }));
    furnish(io);
    app.use('/socket.io', io);
    return app;
  }

  async function site(options?: UserOptions, ...before: RequestHandler[]): Promise<void> {
    ({ port } = await ground.serve(app(options, ...before)));
  }

  async function sid(): Promise<string> {
    const { body, status } = await ask(port, '/socket.io/1/?t=1');
    assert.equal(status, 200, body);
    return body.split(':')[0] ?? '';
  }

  async function come(name: string, introduction: Introduction = {}): Promise<Hixie76Client> {
    const path = `/socket.io/1/${name}/${await sid()}`;
    return Hixie76Client.come(port, { origin: `http://127.0.0.1:${port}`, path, ...introduction });
  }

  /** What comes back for header lines that no client of the draft would send. */
  async function refused(name: string, lines: readonly string[], challenge = '^n:ds[4U'): Promise<Knock> {
    const head = [
      `GET /socket.io/1/${name}/${await sid()} HTTP/1.1`,
      `Host: 127.0.0.1:${port}`,
      'Upgrade: WebSocket',
      'Connection: Upgrade',
      ...lines,
    ];
    return Knock.send(port, `${head.join('\r\n')}\r\n\r\n${challenge}`);
  }

  for (const name of names) {
    it(`talks as ${name}`, async () => {
      await site();
      const client = await come(name);
      assert.equal(await client.next(), '1::');
      client.send('3:::é😀');
      assert.equal(await client.next(), '3:::é😀');
      client.send('5:1+::{"name":"ask","args":["a",2]}');
      assert.equal(await client.next(), '6:::1+["a",2]');
    });

    it(`is told in order what is said in one tick, as ${name}`, async () => {
      await site();
      const client = await come(name);
      await client.next();
      for (let count = 0; count < 20; count++) io.emit('n', count);
      for (let count = 0; count < 20; count++) {
        assert.equal(await client.next(), `5:::{"name":"n","args":[${count}]}`);
      }
    });

    it(`comes through a proxy that holds the challenge back, as ${name}`, async () => {
      await site();
      const client = await come(name, { late: true });
      assert.equal(await client.next(), '1::');
    });

    it(`is sent away when its session is gone, as ${name}`, async () => {
      await site();
      await sid();
      const client = await Hixie76Client.come(port, {
        origin: `http://127.0.0.1:${port}`,
        path: `/socket.io/1/${name}/nosuch`,
      });
      assert.equal(await client.next(), '7:::1+0');
      assert.equal((await client.rest()).toString('hex'), 'ff00');
    });

    it(`ends its session with itself, as ${name}`, async () => {
      await site();
      const left = new Promise((resolve) => {
        io.on('connection', (socket) => socket.on('disconnect', resolve));
      });
      const client = await come(name);
      await client.next();
      await client.leave();
      assert.equal(await within(left, 'the end of the session'), 'transport close');
    });
  }

  it('is dismissed with a word that keeps it away, and then the goodbye of the draft', async () => {
    await site();
    const client = await come('flashsocket');
    await client.next();
    client.send('5:::{"name":"kick"}');
    assert.equal(await client.next(), '0::');
    assert.equal((await client.rest()).toString('hex'), 'ff00');
  });

  it("gets the headers of the site's stack on its 101", async () => {
    await site({ admit: 'every' }, (_req, res, next) => {
      res.setHeader('Set-Cookie', 'a=b');
      next();
    });
    const client = await come('flashsocket');
    assert.match(client.head, /\r\nSet-Cookie: a=b\r\n/i);
  });

  it("gets what the site's stack answers instead of a WebSocket", async () => {
    await site({ admit: 'every' }, (req, res, next) => {
      if (req.url.includes('flashsocket')) res.status(401).send('who are you?');
      else next();
    });
    const key = 'Sec-WebSocket-Key';
    const knock = await refused('flashsocket', [`${key}1: 1 0`, `${key}2: 1 0`]);
    const answer = await knock.answer();
    assert.deepEqual([answer.status, answer.body], [401, 'who are you?']);
  });

  const bad: readonly (readonly [what: string, ...keys: string[]])[] = [
    ['a key without spaces', 'Sec-WebSocket-Key1: 10', 'Sec-WebSocket-Key2: 1 0'],
    ['a key that its spaces do not divide', 'Sec-WebSocket-Key1: 1 0 1', 'Sec-WebSocket-Key2: 1 0'],
    ['one key', 'Sec-WebSocket-Key1: 1 0'],
    [
      'keys that stand twice',
      'Sec-WebSocket-Key1: 1 1',
      'Sec-WebSocket-Key1: 1 2',
      'Sec-WebSocket-Key2: 1 0',
    ],
  ];
  for (const [what, ...keys] of bad) {
    it(`is refused for ${what}`, async () => {
      await site();
      const knock = await refused('flashsocket', keys);
      assert.equal((await knock.answer()).status, 400);
    });
  }

  it('is refused on a page of somebody else', async () => {
    await site();
    const keys = [1, 2].map((number) => `Sec-WebSocket-Key${number}: ${randomKey().text}`);
    const knock = await refused('flashsocket', ['Origin: http://evil.example', ...keys]);
    assert.equal((await knock.answer()).status, 403);
  });

  it('ends when its challenge does not come within handshakeTimeout', async () => {
    await site({ handshakeTimeout: 50 });
    const knock = await refused(
      'flashsocket',
      ['Sec-WebSocket-Key1: 1 0', 'Sec-WebSocket-Key2: 1 0'],
      '1234567',
    );
    const { status, body } = await knock.answer();
    assert.deepEqual([status, body], [101, '']);
  });

  it('ends for a message above maxHttpBufferSize', async () => {
    await site({ maxHttpBufferSize: 100 });
    const left = new Promise((resolve) => {
      io.on('connection', (socket) => socket.on('disconnect', resolve));
    });
    const client = await come('flashsocket');
    await client.next();
    client.send(`3:::${'x'.repeat(200)}`);
    assert.equal(await within(left, 'the end of the session'), 'transport error');
    await client.rest();
  });

  it('talks as hixie-75, without a proof', async () => {
    await site();
    const knock = await refused('websocket', [`Origin: http://127.0.0.1:${port}`], '');
    await knock.until(/1::\xff/);
    assert.match(knock.text, /^HTTP\/1\.1 101 Web Socket Protocol Handshake\r\n/);
    assert.ok(knock.text.includes(`\r\nWebSocket-Origin: http://127.0.0.1:${port}\r\n`), knock.text);
    assert.ok(knock.text.endsWith('\r\n\r\n\x001::\xff'), knock.text);
    knock.socket.write('\x003:::a\xff', 'latin1');
    await knock.until(/3:::a\xff/);
    knock.socket.destroy();
  });

  it('is told its address with wss where it came by TLS', async () => {
    const server = createTlsServer(certificate(), app());
    port = await ground.open(server);
    const tls = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false });
    tls.setEncoding('latin1');
    let text = '';
    tls.on('data', (chunk: string) => {
      text += chunk;
    });
    tls.write('GET /socket.io/1/ HTTP/1.1\r\nHost: h.example\r\n\r\n');
    await heard(tls, 'data');
    const [, id = ''] = /\r\n\r\n([^:]+):/.exec(text) ?? [];
    text = '';
    tls.write(
      `GET /socket.io/1/flashsocket/${id}?a=b HTTP/1.1\r\nHost: h.example\r\nUpgrade: WebSocket\r\n` +
        'Connection: Upgrade\r\nSec-WebSocket-Key1: 1 0\r\nSec-WebSocket-Key2: 1 0\r\n\r\n12345678',
    );
    while (!text.includes('\r\n\r\n')) await heard(tls, 'data');
    assert.ok(
      text.includes(`\r\nSec-WebSocket-Location: wss://h.example/socket.io/1/flashsocket/${id}?a=b\r\n`),
      text,
    );
    tls.destroy();
  });

  it('is cut when the server closes', async () => {
    await site();
    const client = await come('flashsocket');
    await client.next();
    const over = io.close({ drain: 100 });
    assert.match((await client.rest()).toString('hex'), /ff00$/);
    await over;
  });
});
