/** Every refusal in the wire's own form, whatever is sent; nothing of it comes back. */
import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import express from 'express';
import type { UserOptions } from '../../lib/index.js';
import { heard, latch } from '../support/patience.js';
import { example, Ground } from './ground.js';
import { ask, handshake, Knock, knock, upgradeHeaders, type Wish } from './raw.js';

const POLL = 'EIO=4&transport=polling';
const WS = 'EIO=4&transport=websocket';

const bodies = {
  0: '{"code":0,"message":"Transport unknown"}',
  1: '{"code":1,"message":"Session ID unknown"}',
  2: '{"code":2,"message":"Bad handshake method"}',
  3: '{"code":3,"message":"Bad request"}',
  4: '{"code":4,"message":"Forbidden"}',
  5: '{"code":5,"message":"Unsupported protocol version"}',
} as const;

const large = '{"code":3,"message":"a body of more than maxHttpBufferSize bytes"}';

/** Without a session. */
const strangers: readonly (readonly [name: string, query: string, code: keyof typeof bodies, wish?: Wish])[] =
  [
    ['no query', '', 0],
    ['no transport', 'EIO=4', 0],
    ['an unknown transport', 'EIO=4&transport=abc', 0],
    ['transport=webtransport', 'EIO=4&transport=webtransport', 0],
    ['transport=__proto__', 'EIO=4&transport=__proto__', 0],
    ['transport=constructor', 'EIO=4&transport=constructor', 0],
    ['transport twice', 'EIO=4&transport=polling&transport=polling', 0],
    ['transport[]', 'EIO=4&transport[]=polling', 0],
    ['an empty transport', 'EIO=4&transport=', 0],
    ['an unknown sid', `${POLL}&sid=nope`, 1],
    ['sid=__proto__', `${POLL}&sid=__proto__`, 1],
    ['sid=constructor', `${POLL}&sid=constructor`, 1],
    ['an empty sid', `${POLL}&sid=`, 1],
    ['sid twice', `${POLL}&sid=a&sid=b`, 1],
    ['a sid of 8 KB', `${POLL}&sid=${'x'.repeat(8_192)}`, 1],
    ['a sid with CR LF', `${POLL}&sid=a%0d%0aSet-Cookie:%20evil=1`, 1],
    ['a sid with a tag', `${POLL}&sid=%3Cscript%3E`, 1],
    ['an unknown sid without EIO', 'transport=polling&sid=nope', 1],
    ['POST', POLL, 2, { method: 'POST', body: '40' }],
    ['PUT', POLL, 2, { method: 'PUT' }],
    ['DELETE', POLL, 2, { method: 'DELETE' }],
    ['PATCH', POLL, 2, { method: 'PATCH' }],
    ['TRACE', POLL, 2, { method: 'TRACE' }],
    ['OPTIONS', POLL, 2, { method: 'OPTIONS' }],
    ['POST for a WebSocket', WS, 2, { method: 'POST' }],
    ['a WebSocket without an upgrade', WS, 3],
    ['an upgrade to h2c for a WebSocket', WS, 3, { headers: { Connection: 'upgrade', Upgrade: 'h2c' } }],
    ['no EIO', 'transport=polling', 5],
    ['EIO=99', 'EIO=99&transport=polling', 5],
    ['EIO=abc', 'EIO=abc&transport=polling', 5],
    ['EIO=04', 'EIO=04&transport=polling', 5],
    ['EIO[]', 'EIO[]=4&transport=polling', 5],
    ['EIO twice', 'EIO=4&EIO=3&transport=polling', 5],
    ['EIO=__proto__', 'EIO=__proto__&transport=polling', 5],
  ];

/** With a polling session. */
const guests: readonly (readonly [name: string, query: string, status: number, body: string, wish?: Wish])[] =
  [
    ['another transport', WS, 400, bodies[3]],
    ['an unknown transport', 'EIO=4&transport=abc', 400, bodies[0]],
    ['another EIO', 'EIO=3&transport=polling', 400, bodies[3]],
    ['no EIO', 'transport=polling', 400, bodies[3]],
    ['PUT', POLL, 500, '', { method: 'PUT' }],
    ['DELETE', POLL, 500, '', { method: 'DELETE' }],
    ['PATCH', POLL, 500, '', { method: 'PATCH' }],
    ['HEAD', POLL, 500, '', { method: 'HEAD' }],
    ['OPTIONS', POLL, 500, '', { method: 'OPTIONS' }],
    ['101 bytes', POLL, 413, large, { method: 'POST', body: `4${'x'.repeat(100)}` }],
  ];

/** Requests for a WebSocket. */
const knocks: readonly (readonly [
  name: string,
  query: string,
  message: string,
  headers?: Record<string, string>,
])[] = [
  ['no transport', 'EIO=4', 'Transport unknown'],
  ['polling', POLL, 'Bad request'],
  ['an unknown sid', `${WS}&sid=nope`, 'Session ID unknown'],
  ['EIO=3', 'EIO=5&transport=websocket', 'Unsupported protocol version'],
  ['no key', WS, 'Bad request', { 'Sec-WebSocket-Key': '' }],
  ['a bad key', WS, 'Bad request', { 'Sec-WebSocket-Key': 'abc' }],
  ['version 7', WS, 'Bad request', { 'Sec-WebSocket-Version': '7' }],
  ['no version', WS, 'Bad request', { 'Sec-WebSocket-Version': '' }],
  ['60 commas as protocols', WS, 'Bad request', { 'Sec-WebSocket-Protocol': ','.repeat(60) }],
  ['8 KB of spaces as protocols', WS, 'Bad request', { 'Sec-WebSocket-Protocol': `a${' '.repeat(8_000)}b` }],
];

describe('refusals', () => {
  let ground: Ground;
  let port: number;

  async function site(options: UserOptions = {}): Promise<void> {
    const io = ground.io(example({ maxHttpBufferSize: 100, ...options }));
    ({ port } = await ground.serve(express().use('/socket.io', io)));
  }

  beforeEach(() => {
    ground = new Ground();
  });

  afterEach(() => ground.close());

  it('a WebSocket with an extension that cannot be had so: with our headers, and counted', async () => {
    const io = ground.io(example({ perMessageDeflate: true }));
    const served = await ground.serve(express().use('/socket.io', io));
    const offer = { 'Sec-WebSocket-Extensions': 'permessage-deflate; server_max_window_bits=99' };
    const answer = await (await knock(served.port, `/socket.io/?${WS}`, offer)).answer();
    assert.deepEqual([answer.status, answer.body], [400, 'Bad request']);
    assert.equal(answer.headers['x-content-type-options'], 'nosniff');
    assert.deepEqual(io.stats().refusals, { BAD_REQUEST: 1 });
  });

  for (const admit of ['once', 'every'] as const) {
    describe(`admit ${admit}`, () => {
      beforeEach(() => site({ admit }));

      for (const [name, query, code, wish] of strangers) {
        it(`a stranger: ${name}`, async () => {
          const answer = await ask(port, `/socket.io/?${query}`, wish);
          assert.deepEqual([answer.status, answer.body], [400, bodies[code]]);
          assert.equal(answer.headers['content-type'], 'application/json');
          assert.equal(answer.headers['cache-control'], 'no-store');
          assert.equal(answer.headers['set-cookie'], undefined);
        });
      }

      for (const [name, query, status, body, wish] of guests) {
        it(`a guest: ${name}`, async () => {
          const sid = await handshake(port);
          const answer = await ask(port, `/socket.io/?${query}&sid=${sid}`, wish);
          assert.deepEqual([answer.status, answer.body], [status, body]);
          // The session has not suffered.
          const posted = await ask(port, `/socket.io/?${POLL}&sid=${sid}`, { method: 'POST', body: '40' });
          assert.equal(posted.body, 'ok');
        });
      }

      for (const [name, query, message, headers] of knocks) {
        it(`a WebSocket: ${name}`, async () => {
          const answer = await (await knock(port, `/socket.io/?${query}`, headers)).answer();
          assert.equal(answer.status, 400);
          assert.equal(answer.headers.connection, 'close');
          assert.equal(answer.body, message);
          assert.equal(answer.headers['content-type'], 'text/html');
          assert.equal(answer.headers['x-content-type-options'], 'nosniff');
        });
      }

      it('a WebSocket without HTTP in it: no frame is taken for a request', async () => {
        const sid = await handshake(port);
        const answer = await (await knock(port, `/socket.io/?${POLL}&sid=${sid}`)).answer();
        assert.deepEqual([answer.status, answer.body], [400, 'Bad request']);
      });
    });
  }

  it('HEAD has no body', async () => {
    await site();
    const answer = await ask(port, `/socket.io/?${POLL}`, { method: 'HEAD' });
    assert.deepEqual([answer.status, answer.body], [400, '']);
  });

  it('Connection may be spelled in any way', async () => {
    await site();
    for (const Connection of ['upgrade', 'keep-alive, Upgrade', 'UPGRADE,x']) {
      const head = await (
        await knock(port, `/socket.io/?${WS}`, { Connection, Upgrade: 'WebSocket' })
      ).head();
      assert.equal(head.status, 101);
    }
  });

  it('a key that is said twice is refused', async () => {
    await site();
    const lines = [...Object.entries(upgradeHeaders), ...Object.entries(upgradeHeaders).slice(2, 3)];
    const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    const twice = Knock.send(port, `GET /socket.io/?${WS} HTTP/1.1\r\nHost: a\r\n${head}\r\n`);
    assert.equal((await twice.answer()).status, 400);
  });

  it('a stranger is answered before the body has come, and the rest is not waited for', async () => {
    await site();
    const slow = Knock.send(
      port,
      `POST /socket.io/?${POLL}&sid=nope HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n1`,
    );
    const answer = await slow.answer();
    assert.deepEqual([answer.status, answer.body, answer.headers.connection], [400, bodies[1], 'close']);
  });

  it('a path that climbs out is nothing to us', async () => {
    await site();
    const climbs = [
      '../../../package.json',
      '..%2f..%2fpackage.json',
      '%2e%2e/%2e%2e/x',
      '..\\x',
      '%00.js',
      'a/..;/',
    ];
    for (const path of climbs) {
      const answer = await ask(port, `/socket.io/${path}`);
      assert.deepEqual([answer.status, answer.body], [400, bodies[0]]);
    }
  });

  it('a transport that is not offered is unknown', async () => {
    await site({ transports: ['polling'] });
    assert.equal((await (await knock(port, `/socket.io/?${WS}`)).answer()).body, 'Transport unknown');
    const { body } = await ask(port, `/socket.io/?${POLL}`);
    assert.deepEqual(JSON.parse(body.slice(1)).upgrades, []);
  });

  it('a move is refused where none is offered', async () => {
    await site({ allowUpgrades: false });
    const { body } = await ask(port, `/socket.io/?${POLL}`);
    const { sid, upgrades } = JSON.parse(body.slice(1)) as { sid: string; upgrades: string[] };
    assert.deepEqual(upgrades, []);
    assert.equal((await (await knock(port, `/socket.io/?${WS}&sid=${sid}`)).answer()).body, 'Bad request');
  });

  describe('allowRequest', () => {
    const verdicts: Readonly<
      Record<string, readonly [UserOptions['allowRequest'] & object, message: string]>
    > = {
      'that says no': [(_req, done) => done(null, false), 'Forbidden'],
      'that says why': [(_req, done) => done('not you', false), 'not you'],
      'that says why with a "quote"': [(_req, done) => done('"<b>"', true), '"<b>"'],
      'that says why with an Error': [(_req, done) => done(new Error('not you') as never, false), 'not you'],
      'that says no later': [(_req, done) => void setImmediate(() => done('late', false)), 'late'],
      'that says why with what has no text': [
        (_req, done) => done(Object.create(null), false),
        'an error that cannot be read',
      ],
      'that says that later': [
        (_req, done) => void setImmediate(() => done(Object.create(null), false)),
        'an error that cannot be read',
      ],
      'that says no, then yes': [
        (_req, done) => {
          done('no', false);
          done(null, true);
        },
        'no',
      ],
      'that throws': [
        () => {
          throw new Error('secret');
        },
        'Forbidden',
      ],
      'that rejects': [async () => Promise.reject(new Error('secret')), 'Forbidden'],
    };

    for (const [name, [allowRequest, message]] of Object.entries(verdicts)) {
      it(`${name} is a refusal, on every transport`, async () => {
        const complaints: unknown[] = [];
        await site({ allowRequest, onError: (error) => complaints.push(error) });
        const polled = await ask(port, `/socket.io/?${POLL}`);
        assert.deepEqual([polled.status, polled.body], [403, JSON.stringify({ code: 4, message })]);
        const knocked = await (await knock(port, `/socket.io/?${WS}`)).answer();
        assert.deepEqual([knocked.status, knocked.body], [403, message]);
        assert.equal(complaints.length, /throws|rejects/.test(name) ? 2 : 0);
      });
    }

    it('is asked once for each handshake, and not for a bad one', async () => {
      const asked: string[] = [];
      await site({
        allowRequest: (req, done) => {
          asked.push(req.method ?? '');
          done(null, true);
        },
      });
      await ground.arrival(`http://127.0.0.1:${port}`, { transports: ['polling', 'websocket'] });
      await ask(port, `/socket.io/?${POLL}`, { method: 'PUT' });
      await ask(port, `/socket.io/?${WS}`);
      assert.deepEqual(asked, ['GET']);
    });

    it('may come too late: the client has gone', async () => {
      const asked = latch<{ readonly req: IncomingMessage; readonly yes: () => void }>();
      const complaints: unknown[] = [];
      await site({
        allowRequest: (req, done) => asked.open({ req, yes: () => done(null, true) }),
        onError: (error) => complaints.push(error),
      });
      const { socket } = Knock.send(port, `GET /socket.io/?${POLL} HTTP/1.1\r\nHost: a\r\n\r\n`);
      const { req, yes } = await asked.promise;
      const gone = heard(req.socket as never, 'close');
      socket.resetAndDestroy();
      await gone;
      yes();
      assert.deepEqual(complaints, []);
    });
  });
});
