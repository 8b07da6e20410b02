/** The site's stack judges a session once, when it is born; what comes later goes straight to it. */
import assert from 'node:assert/strict';
import express, { type Express, type RequestHandler } from 'express';
import { rateLimit } from 'express-rate-limit';
import type { UserOptions } from '../../lib/index.js';
import { example, Ground, ways } from './ground.js';
import { ask, handshake, knock } from './raw.js';

const POLL = '/socket.io/?EIO=4&transport=polling';

describe('admission', () => {
  let ground: Ground;

  beforeEach(() => {
    ground = new Ground();
  });

  afterEach(() => ground.close());

  /** A site that counts what passes its stack. */
  async function site(options: UserOptions = {}, before: (app: Express) => void = () => {}) {
    const seen: string[] = [];
    const io = ground.io(example(options));
    const app = express().set('env', 'test');
    app.use((req, _res, next) => {
      seen.push(`${req.method} ${req.query.transport} ${req.query.sid ? 'again' : 'first'}`);
      next();
    });
    before(app);
    app.use('/socket.io', io);
    const { port } = await ground.serve(app);
    return { io, port, seen };
  }

  it('is asked for once, however often a client polls, and not for its better transport', async () => {
    const { port, seen } = await site();
    for (const { transports } of ways) {
      const client = await ground.arrival(`http://127.0.0.1:${port}`, { transports });
      await client.emitWithAck('message', 'hello');
    }
    assert.deepEqual(seen, ['GET websocket first', 'GET polling first', 'GET polling first']);
  });

  it('is asked for once in a wrapped handler, too, where the mount can not be seen', async () => {
    const seen: string[] = [];
    const app = express();
    app.use((req, _res, next) => {
      seen.push(req.method);
      next();
    });
    app.use('/socket.io', ground.io(example()));
    const { port } = await ground.serve((req, res) => app(req, res));
    const client = await ground.arrival(`http://127.0.0.1:${port}`, { transports: ['polling', 'websocket'] });
    await client.emitWithAck('message', 'hello');
    assert.deepEqual(seen, ['GET']);
  });

  it('is asked for every time, if the site wants that', async () => {
    const { port, seen } = await site({ admit: 'every' });
    const client = await ground.arrival(`http://127.0.0.1:${port}`, { transports: ['polling', 'websocket'] });
    await client.emitWithAck('message', 'hello');
    assert.ok(seen.includes('GET polling first'));
    assert.ok(seen.includes('GET polling again'));
    assert.ok(seen.includes('POST polling again'));
    assert.ok(seen.includes('GET websocket again'));
  });

  for (const [admit, left] of [
    ['once', 99],
    ['every', 96],
  ] as const) {
    it(`admit ${admit}: a rate limit counts accordingly`, async () => {
      let remaining = '';
      const { port } = await site({ admit }, (app) => {
        app.use(rateLimit({ windowMs: 60_000, limit: 100 }));
        app.use((_req, res, next) => {
          remaining = String(res.getHeader('X-RateLimit-Remaining'));
          next();
        });
      });
      const path = `${POLL}&sid=${await handshake(port)}`;
      for (const body of ['40', '41', '40']) await ask(port, path, { method: 'POST', body });
      assert.equal(remaining, String(left));
    });
  }

  const parsers: Record<string, RequestHandler[]> = {
    'express.json()': [express.json()],
    'express.urlencoded()': [express.urlencoded()],
    'express.text()': [express.text()],
    'express.raw()': [express.raw()],
    'all of them': [express.json(), express.urlencoded(), express.text(), express.raw()],
    'express.text() for every type': [express.text({ type: '*/*' })],
    'express.raw() for every type': [express.raw({ type: '*/*' })],
  };

  for (const [name, middleware] of Object.entries(parsers)) {
    for (const admit of ['once', 'every'] as const) {
      it(`admit ${admit}: ${name} before the mount does no harm`, async () => {
        const { port } = await site({ admit }, (app) => app.use(middleware));
        const client = await ground.arrival(`http://127.0.0.1:${port}`, { transports: ['polling'] });
        assert.equal(await client.emitWithAck('message', 'é€😀'), 'received');
      });
    }
  }

  it('express.json() for every type does no harm in once-mode', async () => {
    const { port } = await site({}, (app) => app.use(express.json({ type: '*/*' })));
    const client = await ground.arrival(`http://127.0.0.1:${port}`, { transports: ['polling'] });
    assert.equal(await client.emitWithAck('message', 'hello'), 'received');
  });

  it('express.json() for every type answers 400 in every-mode: the site has said that all is JSON', async () => {
    const { port } = await site({ admit: 'every' }, (app) => app.use(express.json({ type: '*/*' })));
    const path = `${POLL}&sid=${await handshake(port)}`;
    const answer = await ask(port, path, {
      method: 'POST',
      headers: { 'Content-Type': 'text/plain' },
      body: '40{"a":1}',
    });
    assert.equal(answer.status, 400);
  });

  it('belongs to a path: the same session by another one goes through the stack', async () => {
    const seen: string[] = [];
    const io = ground.io(example());
    const app = express();
    app.use((req, _res, next) => {
      seen.push(req.path);
      next();
    });
    app.use('/one', io).use('/two', io);
    const { port } = await ground.serve(app);
    const sid = await handshake(port, '/one/');
    for (const path of ['/one/', '/two/', '/three/']) {
      await ask(port, `${path}?EIO=4&transport=polling&sid=${sid}`, { method: 'POST', body: '40' });
    }
    assert.deepEqual(seen, ['/one/', '/two/', '/three/']);
    // The site's own 404 for a path that has no mount.
    const answer = await ask(port, `/three/?EIO=4&transport=polling&sid=${sid}`);
    assert.equal(answer.status, 404);
  });

  it('belongs to an io: two of them behind one path and a switch of hosts do not know each other', async () => {
    const one = ground.io(example());
    const two = ground.io(example());
    const inner = express().use('/socket.io', one);
    const other = express().use('/socket.io', two);
    const app = express();
    app.use((req, res, next) => (req.hostname === 'one.example' ? inner : other)(req, res, next));
    const { port } = await ground.serve(app);
    for (const host of ['one.example', 'two.example']) {
      const headers = { Host: host };
      await ground.arrival(`http://127.0.0.1:${port}`, { transports: ['websocket'], extraHeaders: headers });
      const sid = await handshake(port, '/socket.io/', headers);
      const posted = await ask(port, `${POLL}&sid=${sid}`, { method: 'POST', headers, body: '40' });
      assert.equal(posted.body, 'ok');
      const moving = await knock(port, `/socket.io/?EIO=4&transport=websocket&sid=${sid}`, headers);
      assert.equal((await moving.head()).status, 101);
    }
    assert.deepEqual([one.sockets.sockets.size, two.sockets.sockets.size], [2, 2]);
  });

  it('leaves OPTIONS to the stack', async () => {
    const { port, seen } = await site();
    const sid = await handshake(port);
    await ask(port, `${POLL}&sid=${sid}`, { method: 'OPTIONS' });
    assert.deepEqual(seen, ['GET polling first', 'OPTIONS polling again']);
  });

  it('repeats no cookie and no validator', async () => {
    const { port } = await site({}, (app) =>
      app.use((_req, res, next) => {
        res.set({ 'Set-Cookie': 'a=1', ETag: '"x"', 'X-Other': '1', 'X-Frame-Options': 'DENY' });
        next();
      }),
    );
    const sid = await handshake(port);
    for (const answer of [
      await ask(port, `${POLL}&sid=${sid}`, { method: 'POST', body: '40' }),
      await (await knock(port, `/socket.io/?EIO=4&transport=websocket&sid=${sid}`)).head(),
    ]) {
      assert.equal(answer.headers['x-frame-options'], 'DENY');
      assert.deepEqual(
        ['set-cookie', 'etag', 'x-other'].filter((name) => name in answer.headers),
        [],
      );
    }
  });

  it('costs a request of the site nothing but a look for "sid="', async () => {
    const io = ground.io(example());
    const app = express().use('/socket.io', io);
    const { server, port } = await ground.serve(app);
    await handshake(port);
    const req = Object.defineProperties(Object.create(null) as object, {
      url: { value: '/page?a=b' },
      method: { value: 'GET' },
      headers: { get: () => assert.fail('nobody should look at the headers') },
    });
    server.removeAllListeners('request');
    const passed: unknown[] = [];
    server.on('request', (other) => passed.push(other));
    server.emit('request', req, {});
    assert.deepEqual(passed, [req]);
  });
});
