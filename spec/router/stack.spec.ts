/** A handshake goes through the site's own middleware, by whatever transport; what that says is what the client gets. */
import assert from 'node:assert/strict';
import { ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import compression from 'compression';
import cors from 'cors';
import express, { type Express } from 'express';
import { rateLimit } from 'express-rate-limit';
import session from 'express-session';
import helmet from 'helmet';
import morgan from 'morgan';
import onHeaders from 'on-headers';
import passport from 'passport';
import type { Server, UserOptions } from '../../lib/index.js';
import { heard, latch } from '../support/patience.js';
import { example, Ground, ways } from './ground.js';
import { ask, handshake, Knock, knock } from './raw.js';

const WS = '/socket.io/?EIO=4&transport=websocket';

interface Person {
  readonly name: string;
}

const express4 = createRequire(import.meta.url)('express4') as typeof express;

for (const [version, make] of [
  ['Express 5', express],
  ['Express 4', express4],
] as const) {
  describe(`the stack of the site: ${version}`, () => specify(make));
}

function specify(make: typeof express): void {
  let ground: Ground;

  beforeEach(() => {
    ground = new Ground();
  });

  afterEach(() => ground.close());

  /** A site with something before the mount. */
  async function site(
    before: (app: Express) => void,
    options: UserOptions = {},
  ): Promise<{ readonly port: number; readonly io: Server }> {
    const io = ground.io(example(options));
    const app = make();
    before(app);
    app.use('/socket.io', io);
    app.use((error: Error, _req: express.Request, res: express.Response, _next: express.NextFunction) => {
      res.status(500).send(error.message);
    });
    const { port } = await ground.serve(app);
    return { port, io };
  }

  const sessions = () => session({ secret: 'keyboard cat', resave: false, saveUninitialized: true });

  it('gives a WebSocket-only client its session cookie with the 101', async () => {
    const { port } = await site((app) => app.use(sessions()));
    const head = await (await knock(port, WS)).head();
    assert.equal(head.status, 101);
    assert.match(head.headers['set-cookie'] ?? '', /^connect\.sid=/);
    assert.equal(head.headers.connection, 'Upgrade');
    assert.equal(head.headers['content-length'], undefined);
    assert.equal(head.headers['transfer-encoding'], undefined);
  });

  for (const { name, transports } of ways) {
    it(`shows the handler who has logged in before: ${name}`, async () => {
      const { port, io } = await site((app) => {
        app.use(sessions());
        app.post('/login', express.urlencoded(), (req, res) => {
          Object.assign(req.session, { person: req.body.person });
          res.end();
        });
      });
      const { headers } = await ask(port, '/login', {
        method: 'POST',
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        body: 'person=anna',
      });
      const cookie = headers['set-cookie']?.split(';')[0] ?? '';
      const connection = heard(io.sockets as never, 'connection');
      await ground.arrival(`http://127.0.0.1:${port}`, { transports, extraHeaders: { Cookie: cookie } });
      const [socket] = (await connection) as [{ request: { session: { person: string } } }];
      assert.equal(socket.request.session.person, 'anna');
    });
  }

  it('shows the handler whom passport knows', async () => {
    const people = new passport.Passport();
    people.serializeUser((person, done) => done(null, (person as Person).name));
    people.deserializeUser((name, done) => done(null, { name } as Express.User));
    const { port, io } = await site((app) => {
      app.use(sessions(), people.initialize(), people.session());
      app.post('/login', (req, res) => req.login({ name: 'bert' } as Express.User, () => res.end()));
      app.use((req, res, next) =>
        req.isAuthenticated() ? next() : void res.status(401).send('who are you?'),
      );
    });
    const refused = await (await knock(port, WS)).answer();
    assert.deepEqual([refused.status, refused.body], [401, 'who are you?']);
    const { headers } = await ask(port, '/login', { method: 'POST' });
    const cookie = headers['set-cookie']?.split(';')[0] ?? '';
    const connection = heard(io.sockets as never, 'connection');
    await ground.arrival(`http://127.0.0.1:${port}`, {
      transports: ['websocket'],
      extraHeaders: { Cookie: cookie },
    });
    const [socket] = (await connection) as [{ request: { user: Person } }];
    assert.deepEqual(socket.request.user, { name: 'bert' });
  });

  const refusals: Record<
    string,
    {
      readonly before: (app: Express) => void;
      readonly status: number;
      readonly body: RegExp;
      readonly also?: object;
    }
  > = {
    'a 401 with a body': {
      before: (app) =>
        app.use((_req, res) => void res.status(401).set('WWW-Authenticate', 'Basic').send('no')),
      status: 401,
      body: /^no$/,
      also: { 'www-authenticate': 'Basic' },
    },
    'a redirect': {
      before: (app) => app.use((_req, res) => res.redirect('/login')),
      status: 302,
      body: /Redirecting to \/login/,
      also: { location: '/login' },
    },
    'an error': {
      before: (app) => app.use((_req, _res, next) => next(new Error('oh'))),
      status: 500,
      body: /^oh$/,
    },
    'a throw': {
      before: (app) =>
        app.use(() => {
          throw new Error('oh no');
        }),
      status: 500,
      body: /^oh no$/,
    },
    'a rejection': {
      before: (app) => app.use(async () => Promise.reject(new Error('late'))),
      status: 500,
      body: /^late$/,
    },
    'a streamed answer': {
      before: (app) =>
        app.use((_req, res) => {
          res.write('a'.repeat(100_000));
          setImmediate(() => res.end('end'));
        }),
      status: 200,
      body: /^186a0\r\na+\r\n3\r\nend\r\n0\r\n\r\n$/,
      also: { 'transfer-encoding': 'chunked' },
    },
    'a middleware that sets a timeout first': {
      before: (app) =>
        app.use((req, res) => {
          res.setTimeout(1_000);
          req.setTimeout(1_000);
          res.socket?.setNoDelay(true);
          res.send(`${res.socket?.remoteAddress}`);
        }),
      status: 200,
      body: /^127\.0\.0\.1$/,
    },
  };

  for (const [name, { before, status, body, also }] of Object.entries(refusals)) {
    // Express 4 does not look at what a middleware promises.
    if (make === express4 && name === 'a rejection') continue;
    it(`answers a WebSocket with ${name}, and hangs up`, async () => {
      const { port, io } = await site(before);
      const answer = await (await knock(port, WS)).answer();
      assert.equal(answer.status, status);
      assert.match(answer.body, body);
      assert.equal(answer.headers.connection, 'close');
      for (const [header, value] of Object.entries(also ?? {})) assert.equal(answer.headers[header], value);
      assert.equal(io.sockets.sockets.size, 0);
    });
  }

  it('answers the third WebSocket with the 429 of a rate limit', async () => {
    const limit = rateLimit({ windowMs: 60_000, limit: 2, message: 'slower', standardHeaders: 'draft-7' });
    const { port } = await site((app) => app.use(limit));
    for (const left of [1, 0]) {
      const head = await (await knock(port, WS)).head();
      assert.equal(head.status, 101);
      assert.match(head.headers.ratelimit ?? '', new RegExp(`remaining=${left}`));
    }
    const answer = await (await knock(port, WS)).answer();
    assert.deepEqual([answer.status, answer.body], [429, 'slower']);
    assert.ok(Number(answer.headers['retry-after']) > 0);
  });

  it('answers 404 where the mount is not reached', async () => {
    const io = ground.io(example());
    const router = make.Router();
    router.use((_req, _res, next) => next('router'));
    router.use('/socket.io', io);
    const app = make();
    app.use(router);
    app.use((_req, res) => void res.status(404).send('nothing here'));
    const { server, port } = await ground.serve(app);
    io.attach(server, { path: '/socket.io' });
    const answer = await (await knock(port, WS)).answer();
    assert.deepEqual([answer.status, answer.body, answer.headers.connection], [404, 'nothing here', 'close']);
  });

  it('may take its time', async () => {
    const { port } = await site((app) =>
      app.use(async (_req, _res, next) => {
        await new Promise(setImmediate);
        next();
      }),
    );
    for (const { transports } of ways) await ground.arrival(`http://127.0.0.1:${port}`, { transports });
  });

  it('may not take forever over an upgrade: 503, and the end', async () => {
    let late: (() => void) | undefined;
    const hold = (_req: unknown, _res: unknown, next: () => void) => {
      late = next;
    };
    const { port, io } = await site((app) => app.use(hold), { handshakeTimeout: 50 });
    const answer = await (await knock(port, WS)).answer();
    assert.equal(answer.status, 503);
    assert.match(answer.body, /handshakeTimeout/);
    // What comes too late finds the door closed.
    late?.();
    assert.equal(io.sockets.sockets.size, 0);
  });

  it('may not take forever over its session, either', async () => {
    class Never extends session.MemoryStore {
      override set(): void {}
    }
    const { port } = await site(
      (app) => app.use(session({ secret: 'x', resave: false, saveUninitialized: true, store: new Never() })),
      { handshakeTimeout: 50 },
    );
    const answer = await (await knock(port, WS)).answer();
    assert.notEqual(answer.status, 101);
  });

  it('stands on the 101 and on every polling answer: helmet and cors', async () => {
    const origin = 'http://friend.example';
    const { port } = await site((app) => app.use(helmet(), cors({ origin, credentials: true })));
    const headers = { Origin: origin };
    const sid = await handshake(port, '/socket.io/', headers);
    const path = `/socket.io/?EIO=4&transport=polling&sid=${sid}`;
    const answers = [
      await (await knock(port, WS, headers)).head(),
      await ask(port, '/socket.io/?EIO=4&transport=polling', { headers }),
      await ask(port, path, { method: 'POST', headers, body: '40' }),
      await ask(port, path, { headers }),
      await (await knock(port, `${WS}&sid=${sid}`, headers)).head(),
    ];
    for (const answer of answers) {
      assert.equal(answer.headers['access-control-allow-origin'], origin);
      assert.equal(answer.headers['access-control-allow-credentials'], 'true');
      assert.equal(answer.headers.vary, 'Origin');
      assert.equal(answer.headers['x-frame-options'], 'SAMEORIGIN');
      assert.equal(answer.headers['x-content-type-options'], 'nosniff');
      assert.match(answer.headers['content-security-policy'] ?? '', /default-src/);
      assert.equal(answer.headers['cache-control'], 'no-store');
    }
  });

  it('keeps its security headers on a same-origin POST, whose GET had no Origin', async () => {
    const { port } = await site((app) => app.use(helmet()));
    const sid = await handshake(port);
    const answer = await ask(port, `/socket.io/?EIO=4&transport=polling&sid=${sid}`, {
      method: 'POST',
      headers: { Origin: `http://127.0.0.1:${port}` },
      body: '40',
    });
    assert.equal(answer.body, 'ok');
    assert.equal(answer.headers['x-frame-options'], 'SAMEORIGIN');
  });

  it('keeps both of two policies on an answer that has headers of its own', async () => {
    const policies = ["default-src 'self'", 'img-src *'];
    const { port } = await site(
      (app) =>
        app.use((_req, res, next) => {
          res.setHeader('Content-Security-Policy', policies);
          next();
        }),
      { maxHttpBufferSize: 1_000 },
    );
    const path = `/socket.io/?EIO=4&transport=polling&sid=${await handshake(port)}`;
    const post = Knock.send(port, `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 2000\r\n\r\n`);
    const { status, headers } = await post.head();
    post.socket.destroy();
    assert.deepEqual([status, headers.connection], [413, 'close']);
    assert.equal(headers['content-security-policy'], policies.join(', '));
  });

  it('logs one line for each handshake, with the status that it had', async () => {
    const lines: string[] = [];
    const two = latch();
    const logger = morgan(':method :status', {
      stream: { write: (line) => void (lines.push(line.trim()) === 3 && two.open()) },
    });
    const { port } = await site((app) => app.use(logger));
    await ground.arrival(`http://127.0.0.1:${port}`, { transports: ['websocket'] });
    await ground.arrival(`http://127.0.0.1:${port}`, { transports: ['polling', 'websocket'] });
    await (await knock(port, '/nowhere')).answer();
    await two.promise;
    assert.deepEqual(lines, ['GET 101', 'GET 200', 'GET 404']);
  });

  it('may begin to wait for the end of a 101 when next() has come back', async () => {
    const told = latch<ServerResponse>();
    const { port } = await site((app) =>
      app.use((_req, res, next) => {
        next();
        assert.equal(res.statusCode, 101);
        res.on('finish', () => told.open(res));
      }),
    );
    await ground.arrival(`http://127.0.0.1:${port}`, { transports: ['websocket'] });
    const { statusCode, headersSent, writableFinished } = await told.promise;
    assert.deepEqual([statusCode, headersSent, writableFinished], [101, true, true]);
  });

  it('may answer once more when next() has come back: nobody hears it', async () => {
    const { port } = await site((app) =>
      app.use((_req, res, next) => {
        next();
        if (!res.headersSent) res.status(404).send('nobody was there');
      }),
    );
    const client = await ground.arrival(`http://127.0.0.1:${port}`, { transports: ['websocket'] });
    assert.equal(await client.emitWithAck('message', 'hello'), 'received');
  });

  it('may be watched by a tool that has changed every response of the process', async () => {
    const told = latch<number>();
    const { prototype } = ServerResponse;
    const { emit } = prototype;
    const watching: typeof emit = function (this: ServerResponse, event, ...args: unknown[]) {
      if (event === 'finish') told.open(this.statusCode);
      return emit.call(this, event, ...args);
    };
    prototype.emit = watching;
    ground.after(() => Reflect.deleteProperty(prototype, 'emit'));
    const { port } = await site(() => undefined);
    await ground.arrival(`http://127.0.0.1:${port}`, { transports: ['websocket'] });
    assert.equal(await told.promise, 101);
  });

  for (const { name, transports } of ways) {
    it(`may take a header away before it is judged: ${name}`, async () => {
      const { port } = await site((app) =>
        app.use((req, _res, next) => {
          if (req.headers.origin === 'file://') delete req.headers.origin;
          next();
        }),
      );
      const extraHeaders = { Origin: 'file://' };
      const client = await ground.arrival(`http://127.0.0.1:${port}`, { transports, extraHeaders });
      assert.equal(await client.emitWithAck('message', 'hello'), 'received');
    });

    it(`may compress what it likes: ${name}`, async () => {
      const { port, io } = await site((app) => app.use(compression({ threshold: 0 })));
      const client = await ground.arrival(`http://127.0.0.1:${port}`, { transports });
      assert.equal(await client.emitWithAck('message', 'hello'), 'received');
      const big = heard(client, 'big');
      io.emit('big', 'x'.repeat(10_000));
      assert.equal(((await big)[0] as string).length, 10_000);
    });
  }

  it('compresses in every-mode, too, and the client reads it', async () => {
    const { port, io } = await site((app) => app.use(compression({ threshold: 0 })), { admit: 'every' });
    for (const { transports } of ways) {
      const client = await ground.arrival(`http://127.0.0.1:${port}`, { transports });
      const big = heard(client, 'big');
      io.emit('big', 'x'.repeat(10_000));
      assert.equal(((await big)[0] as string).length, 10_000);
    }
  });

  it('hears of a client that goes away in the middle of it, and nothing is left', async () => {
    const arrived = latch<() => void>();
    const ended = latch();
    const logged = latch<string>();
    const logger = morgan(':method :status', { stream: { write: (line) => logged.open(line.trim()) } });
    const { port, io } = await site((app) =>
      app.use(logger, (_req, res, next) => {
        res.on('close', () => ended.open());
        arrived.open(next);
      }),
    );
    const { socket } = await knock(port, WS);
    const next = await arrived.promise;
    socket.resetAndDestroy();
    await ended.promise;
    next();
    assert.equal(io.sockets.sockets.size, 0);
    assert.deepEqual(await logged.promise, 'GET -');
  });

  it('lives on after 200 clients that ask for a WebSocket and go away at once', async () => {
    const { port } = await site((app) => app.use(sessions(), helmet()));
    for (let round = 0; round < 200; round += 1) {
      const path = round % 2 ? WS : '/socket.io/?EIO=4&transport=nonsense';
      const { socket } = await knock(port, path, round % 3 ? {} : { 'Sec-WebSocket-Key': 'bad' });
      if (!socket.writableLength) socket.resetAndDestroy();
      else socket.once('drain', () => socket.resetAndDestroy());
    }
    await ground.arrival(`http://127.0.0.1:${port}`, { transports: ['websocket'] });
  });

  it('sees what the client sent: the whole URL, its address, and whether the way was secure', async () => {
    const { port, io } = await site((app) => {
      app.set('trust proxy', true);
      app.use((_req, res, next) => {
        res.locals.tenant = 'blue';
        next();
      });
    });
    const connection = heard(io.sockets as never, 'connection');
    await ground.arrival(`http://127.0.0.1:${port}`, {
      transports: ['websocket'],
      query: { who: 'anna' },
      extraHeaders: { 'X-Forwarded-For': '192.0.2.7', 'X-Forwarded-Proto': 'https' },
    });
    const [socket] = (await connection) as [import('../../lib/index.js').Socket];
    assert.match(socket.handshake.url, /^\/socket\.io\/\?who=anna&EIO=4&transport=websocket/);
    assert.equal(socket.handshake.query.who, 'anna');
    assert.equal(socket.handshake.address, '192.0.2.7');
    assert.equal(socket.handshake.secure, true);
    const { originalUrl, res } = socket.request as express.Request;
    assert.equal(originalUrl, socket.handshake.url);
    assert.equal(res?.locals.tenant, 'blue');
  });

  describe('refuses everybody whose headers it fails to write', () => {
    const failures: Record<string, (res: ServerResponse) => void> = {
      'a listener that throws': (res) =>
        onHeaders(res, () => {
          throw new Error('the store has failed');
        }),
      'a function in the place of Node’s that throws once': (res) => {
        const { writeHead } = res;
        res.writeHead = () => {
          res.writeHead = writeHead;
          throw new Error('the store has failed');
        };
      },
    };
    for (const [name, fail] of Object.entries(failures)) {
      for (const [way, ask1] of [
        ['a WebSocket', async (port: number) => (await knock(port, WS)).answer()],
        ['a poll', async (port: number) => ask(port, '/socket.io/?EIO=4&transport=polling')],
        ['a handshake of revision 1', async (port: number) => ask(port, '/socket.io/1/')],
      ] as const) {
        it(`${way}, by ${name}`, async () => {
          const failed: unknown[] = [];
          const { port, io } = await site((app) => app.use((_req, res, next) => [fail(res), next()]), {
            onError: (error) => failed.push((error as Error).message),
          });
          assert.equal((await ask1(port)).status, 400);
          assert.equal(io.engine.clientsCount, 0);
          assert.deepEqual(failed, ['the store has failed']);
        });
      }
    }

    it('and destroys the answer where that fails, too, complaining of each failure once', async () => {
      const failed: unknown[] = [];
      const { port, io } = await site(
        (app) =>
          app.use((_req, res, next) => {
            res.writeHead = () => {
              throw new Error('never');
            };
            next();
          }),
        { onError: (error) => failed.push((error as Error).message) },
      );
      await assert.rejects(ask(port, '/socket.io/?EIO=4&transport=polling'));
      const upgrade = await knock(port, WS);
      await upgrade.answer();
      assert.equal(upgrade.text, '');
      assert.equal(io.engine.clientsCount, 0);
      assert.deepEqual(failed, ['never', 'never', 'never', 'never']);
    });
  });
}
