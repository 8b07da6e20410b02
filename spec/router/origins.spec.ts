/** Which pages may use the server: the same answer on every transport, at every request. */
import assert from 'node:assert/strict';
import cors from 'cors';
import express, { type Express } from 'express';
import type { UserOptions } from '../../lib/index.js';
import { isSameHost } from '../../lib/router/origin.js';
import { example, Ground, ways } from './ground.js';
import { type Answer, ask, handshake, knock } from './raw.js';

const FRIEND = 'http://friend.example';
const EVIL = 'http://evil.example';
const POLL = '/socket.io/?EIO=4&transport=polling';
const WS = '/socket.io/?EIO=4&transport=websocket';
const FORBIDDEN = '{"code":4,"message":"Forbidden"}';

describe('origins', () => {
  let ground: Ground;

  beforeEach(() => {
    ground = new Ground();
  });

  afterEach(() => ground.close());

  async function site(options: UserOptions = {}, before: (app: Express) => void = () => {}) {
    const io = ground.io(example(options));
    const app = express();
    before(app);
    app.use('/socket.io', io);
    const { port } = await ground.serve(app);
    return { io, port };
  }

  const doors: Record<string, readonly [UserOptions, (app: Express) => void]> = {
    'cors before the mount': [{}, (app) => app.use(cors({ origin: FRIEND, credentials: true }))],
    'cors that asks a function': [
      {},
      (app) => app.use(cors({ origin: (origin, done) => done(null, origin === FRIEND), credentials: true })),
    ],
    'cors before the mount, every time': [
      { admit: 'every' },
      (app) => app.use(cors({ origin: FRIEND, credentials: true })),
    ],
    'the option origins': [{ origins: FRIEND }, () => {}],
    'the option origins, every time': [{ origins: [FRIEND], admit: 'every' }, () => {}],
  };

  for (const [name, [options, before]] of Object.entries(doors)) {
    describe(name, () => {
      for (const { name: way, transports } of ways) {
        it(`lets a friend in, ${way}`, async () => {
          const { port } = await site(options, before);
          const client = await ground.arrival(`http://127.0.0.1:${port}`, {
            transports,
            extraHeaders: { Origin: FRIEND },
          });
          assert.equal(await client.emitWithAck('message', 'hello'), 'received');
        });
      }

      it('says so on every answer', async () => {
        const { port } = await site(options, before);
        const headers = { Origin: FRIEND };
        const path = `${POLL}&sid=${await handshake(port, '/socket.io/', headers)}`;
        for (const answer of [
          await ask(port, POLL, { headers }),
          await ask(port, path, { headers, method: 'POST', body: '40' }),
          await ask(port, path, { headers }),
          await ask(port, `${path}x`, { headers }),
          await (await knock(port, path.replace('polling', 'websocket'), headers)).head(),
          await (await knock(port, WS, headers)).head(),
        ]) {
          assert.equal(answer.headers['access-control-allow-origin'], FRIEND);
          assert.equal(answer.headers['access-control-allow-credentials'], 'true');
          assert.match(answer.headers.vary ?? '', /Origin/);
        }
      });

      it('answers a preflight', async () => {
        const { port } = await site(options, before);
        const answer = await ask(port, POLL, {
          method: 'OPTIONS',
          headers: {
            Origin: FRIEND,
            'Access-Control-Request-Method': 'POST',
            'Access-Control-Request-Headers': 'x-token',
          },
        });
        assert.equal(answer.status, 204);
        assert.equal(answer.headers['access-control-allow-origin'], FRIEND);
        assert.equal(answer.headers['access-control-allow-headers'], 'x-token');
        assert.match(answer.headers['access-control-allow-methods'] ?? '', /GET.*POST/);
      });

      it('keeps a stranger out, before a session exists and after', async () => {
        const { port, io } = await site(options, before);
        const sid = await handshake(port, '/socket.io/', { Origin: FRIEND });
        const headers = { Origin: EVIL };
        const refused = (answer: Answer, body: string): void => {
          assert.deepEqual([answer.status, answer.body], [403, body]);
          assert.notEqual(answer.headers['access-control-allow-origin'], EVIL);
          assert.notEqual(answer.headers['access-control-allow-origin'], '*');
        };
        refused(await ask(port, POLL, { headers }), FORBIDDEN);
        refused(await ask(port, `${POLL}&sid=${sid}`, { headers }), FORBIDDEN);
        refused(await ask(port, `${POLL}&sid=${sid}`, { headers, method: 'POST', body: '40' }), FORBIDDEN);
        refused(await (await knock(port, WS, headers)).answer(), 'Forbidden');
        refused(await (await knock(port, `${WS}&sid=${sid}`, headers)).answer(), 'Forbidden');
        assert.equal(io.sockets.sockets.size, 0);
        // The session that the stranger knew of is untouched.
        const mine = await ask(port, `${POLL}&sid=${sid}`, {
          headers: { Origin: FRIEND },
          method: 'POST',
          body: '40',
        });
        assert.equal(mine.body, 'ok');
      });
    });
  }

  it('everybody may come where the site says *, without credentials', async () => {
    for (const [options, before] of [
      [{ origins: '*' }, () => {}],
      [{}, (app: Express) => app.use(cors())],
    ] as const) {
      const { port } = await site(options, before);
      const answer = await ask(port, POLL, { headers: { Origin: EVIL } });
      assert.equal(answer.status, 200);
      assert.equal(answer.headers['access-control-allow-origin'], '*');
      assert.equal(answer.headers['access-control-allow-credentials'], undefined);
    }
  });

  it('an Origin of null is nobody, unless cors says otherwise', async () => {
    const headers = { Origin: 'null' };
    const { port } = await site();
    assert.equal((await ask(port, POLL, { headers: { ...headers, Host: 'null' } })).body, FORBIDDEN);
    assert.equal((await (await knock(port, WS, headers)).answer()).status, 403);
    const open = await site({}, (app) => app.use(cors({ origin: 'null', credentials: true })));
    assert.equal((await ask(open.port, POLL, { headers })).status, 200);
    assert.equal((await (await knock(open.port, WS, headers)).head()).status, 101);
  });

  for (const options of [{}, { origins: '*' }] as const) {
    it(`an Origin with unlawful characters is a bad request: ${JSON.stringify(options)}`, async () => {
      const { port } = await site(options);
      const headers = { Origin: 'http://ex\u00e4mple' };
      const answer = await ask(port, POLL, { headers });
      assert.deepEqual([answer.status, answer.body], [400, '{"code":3,"message":"Bad request"}']);
      const sid = await handshake(port);
      const later = await ask(port, `${POLL}&sid=${sid}`, { headers, method: 'POST', body: '40' });
      assert.deepEqual([later.status, later.body], [400, '{"code":3,"message":"Bad request"}']);
    });
  }

  it("a page of our own may come, whose first GET names no Origin, and the trusted proxy's host is ours", async () => {
    for (const trust of [true, false]) {
      const { port } = await site({}, (app) => app.set('trust proxy', trust));
      const headers = { 'X-Forwarded-Host': 'public.example', 'X-Forwarded-For': '192.0.2.1' };
      const sid = await handshake(port, '/socket.io/', headers);
      const posted = await ask(port, `${POLL}&sid=${sid}`, {
        method: 'POST',
        headers: { ...headers, Origin: 'https://public.example' },
        body: '40',
      });
      assert.equal(posted.status, trust ? 200 : 403);
      const knocked = await (await knock(port, WS, { ...headers, Origin: 'https://public.example' })).head();
      assert.equal(knocked.status, trust ? 101 : 403);
    }
  });

  const table: readonly (readonly [origin: string, host: string, same: boolean])[] = [
    ['http://a.example', 'a.example', true],
    ['http://a.example', 'A.Example', true],
    ['http://a.example', 'a.example:80', true],
    ['https://a.example', 'a.example:443', true],
    ['https://a.example', 'a.example', true],
    ['http://a.example:3000', 'a.example:3000', true],
    ['a.example:3000', 'a.example:3000', true],
    ['a.example', 'a.example', true],
    ['http://[::1]:3000', '[::1]:3000', true],
    ['http://a.example:3000', 'a.example', false],
    ['http://a.example', 'a.example:3000', false],
    ['http://a.example', 'a.example:443', false],
    ['http://a.example.evil', 'a.example', false],
    ['http://evil@a.example', 'a.example', false],
    ['http://a.example/', 'a.example', false],
    ['http://a.example#', 'a.example', false],
    ['http://evil\\a.example', 'a.example', false],
    ['capacitor://localhost', 'localhost', false],
    ['chrome-extension://abc', 'abc', false],
    ['file://', '', false],
    ['null', 'null', false],
    ['', '', false],
    ['http://', '', false],
    ['http://a.example', '', false],
  ];

  for (const [origin, host, same] of table) {
    it(`${JSON.stringify(origin)} is ${same ? '' : 'not '}at home at ${JSON.stringify(host)}`, () => {
      assert.equal(isSameHost(origin, [host]), same);
    });
  }

  it('looks at an Origin of 16 KB in no time', () => {
    const start = performance.now();
    for (const part of ['a', ':', '1', '[', 'http://', '0:'])
      isSameHost(part.repeat(16_000 / part.length), ['a']);
    assert.ok(performance.now() - start < 100);
  });
});
