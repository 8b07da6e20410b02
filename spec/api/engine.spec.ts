/** `io.engine`: what a program sees and decides below the namespaces, here and with the genuine server. */
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import session from 'express-session';
import helmet from 'helmet';
import { io as lookup } from 'socket.io-client';
import { WebSocket } from 'ws';
import { socketio } from '../../lib/index.js';
import { listening } from '../support/listening.js';
import { heard, type Source, within } from '../support/patience.js';
import { openSite, type Site } from '../support/site.js';
import { compare, type Ground, type Row } from '../support/twins.js';

type Headers = Record<string, string>;
type Refused = { req: IncomingMessage; code: number; message: string; context: Record<string, unknown> };
type Next = (error?: unknown) => void;

const poll = (url: string, query = ''): string => `${url}/socket.io/?EIO=4&transport=polling${query}`;

/** A handshake by hand. */
async function arrive(url: string, query = ''): Promise<{ sid: string; answer: Response }> {
  const answer = await fetch(poll(url, query));
  const { sid } = JSON.parse((await answer.text()).slice(1)) as { sid: string };
  return { sid, answer };
}

/** What an upgrade is answered with: its status, and its headers. */
async function upgrade(
  url: string,
  query = '',
  headers: Headers = {},
): Promise<[number, Headers, WebSocket]> {
  const address = `${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket${query}`;
  const socket = new WebSocket(address, { headers });
  socket.on('error', () => {});
  const answered = new Promise<[number, Headers, WebSocket]>((resolve) => {
    socket.on('upgrade', (res) => resolve([101, res.headers as Headers, socket]));
    socket.on('unexpected-response', (_req, res) => {
      res.resume();
      resolve([res.statusCode ?? 0, res.headers as Headers, socket]);
    });
  });
  return within(answered, 'an answer to an upgrade');
}

/** Asks for something that is refused: what the client and the program hear of it. */
async function refused({ io }: Ground, ask: () => Promise<unknown>): Promise<unknown> {
  const hearing = heard(io.engine as Source, 'connection_error');
  const answer = await ask();
  const [{ req, code, message, context }] = (await hearing) as [Refused];
  const known = { ...context };
  if (known.error instanceof Error) known.error = known.error.message;
  const { _query } = req as unknown as { _query: Headers };
  return {
    answer,
    method: req.method,
    revision: _query.EIO,
    url: req.url?.replace(/sid=[\w-]{20}/, 'sid=…'),
    code,
    message,
    context: known,
  };
}

const body = async (answer: Promise<Response>): Promise<unknown> => {
  const { status, text } = await answer.then(async (one) => ({ status: one.status, text: await one.text() }));
  return [status, text];
};

const rows: readonly Row[] = [
  {
    what: 'tells of requests that are refused',
    program: async (ground) => {
      const { url } = ground;
      const { sid } = await arrive(url);
      const base = `${url}/socket.io/`;
      return [
        await refused(ground, () => body(fetch(`${base}?EIO=4&transport=pigeon`))),
        await refused(ground, () => body(fetch(`${base}?EIO=4`))),
        await refused(ground, () => body(fetch(poll(url, '&sid=nobody')))),
        await refused(ground, () => body(fetch(poll(url), { method: 'PUT' }))),
        await refused(ground, () => body(fetch(`${base}?EIO=4&transport=websocket`))),
        await refused(ground, () => body(fetch(`${base}?EIO=4&transport=websocket&sid=${sid}`))),
        await refused(ground, () => body(fetch(`${base}?EIO=3&transport=polling&sid=${sid}`))),
      ];
    },
    options: { allowEIO3: true },
  },
  {
    what: 'tells of clients that are too old',
    options: { allowEIO3: false },
    program: (ground) =>
      refused(ground, () => body(fetch(`${ground.url}/socket.io/?EIO=3&transport=polling`))),
  },
  {
    what: 'tells of those that the program does not want',
    options: { allowRequest: (_req, answer) => answer('not today', false) },
    program: async (ground) => [
      await refused(ground, () => body(fetch(poll(ground.url)))),
      await refused(ground, () => upgrade(ground.url).then(() => 'refused')),
    ],
  },
  {
    what: 'tells of upgrades that are refused',
    program: async (ground) => [
      await refused(ground, () => upgrade(ground.url, '&sid=nobody').then(([status]) => status)),
    ],
  },
  {
    what: 'lets headers be changed: of the first answer, and of all',
    program: async ({ io, url }) => {
      io.engine.on('initial_headers', (headers: Headers, req: IncomingMessage) => {
        headers['X-First'] = new URL(req.url ?? '', url).searchParams.get('transport') ?? '';
        headers['set-cookie'] = 'seen=yes';
      });
      io.engine.on('headers', (headers: Headers) => {
        headers['X-Each'] = headers['Content-Type'] ?? 'none';
      });
      const { sid, answer } = await arrive(url);
      const seen = (headers: globalThis.Headers): unknown[] =>
        ['x-first', 'x-each', 'set-cookie'].map((name) => headers.get(name));
      const log = [seen(answer.headers)];
      const post = await fetch(poll(url, `&sid=${sid}`), { method: 'POST', body: '40' });
      await post.text();
      log.push(seen(post.headers));
      const next = await fetch(poll(url, `&sid=${sid}`));
      await next.text();
      log.push(seen(next.headers));
      const [, first, socket] = await upgrade(url);
      log.push([first['x-first'], first['x-each'], first['set-cookie']]);
      const [, second, mover] = await upgrade(url, `&sid=${sid}`);
      log.push([second['x-first'], second['x-each'], second['set-cookie']]);
      socket.terminate();
      mover.terminate();
      return log;
    },
  },
  {
    what: 'shows middlewares every request and upgrade',
    program: async ({ io, url }) => {
      const log: unknown[] = [];
      const see = (req: IncomingMessage, res: ServerResponse, next: Next): void => {
        const { _query } = req as unknown as { _query: Headers };
        log.push([req.method, req.url?.split('?')[0], _query.transport, _query.sid === undefined]);
        res.setHeader('X-Seen', 'yes');
        next();
        next(new Error('too late'));
      };
      io.engine.use(see);
      io.engine.use(async (_req: unknown, _res: unknown, next: Next) => {
        await new Promise(setImmediate);
        next();
      });
      const { sid, answer } = await arrive(url);
      const post = await fetch(poll(url, `&sid=${sid}`), { method: 'POST', body: '40' });
      await post.text();
      const [status, headers, socket] = await upgrade(url);
      socket.terminate();
      log.push(answer.headers.get('x-seen'), post.headers.get('x-seen'), status, headers['x-seen']);
      return log;
    },
  },
  {
    what: 'refuses what a middleware refuses',
    program: async (ground) => {
      const { io, url } = ground;
      const { sid } = await arrive(url);
      io.engine.use((req: IncomingMessage, _res: unknown, next: Next) => {
        if (req.headers.how === 'throw') throw new Error('thrown');
        if (req.headers.how === 'reject') return Promise.reject(new Error('rejected'));
        return next(new Error('no'));
      });
      return [
        await refused(ground, () => body(fetch(poll(url)))),
        await refused(ground, () => body(fetch(poll(url), { headers: { how: 'throw' } }))),
        await refused(ground, () => body(fetch(poll(url), { headers: { how: 'reject' } }))),
        await refused(ground, () => body(fetch(poll(url, `&sid=${sid}`)))),
        await refused(ground, () => upgrade(url).then(([status]) => status)),
      ];
    },
  },
  {
    what: 'gives ids as the program wants them',
    program: async (ground) => {
      const { io, url } = ground;
      let count = 0;
      io.engine.generateId = () => {
        count += 1;
        return count === 1 ? 'first' : Promise.resolve(`later-${count}`);
      };
      const ids = [(await arrive(url)).sid, (await arrive(url)).sid];
      const connecting = heard(io.engine as Source, 'connection');
      const [, , socket] = await upgrade(url);
      const [conn] = (await connecting) as [{ id: string }];
      socket.terminate();
      return [...ids, conn.id];
    },
  },
  {
    what: 'refuses where there is no id',
    program: async (ground) => {
      ground.io.engine.generateId = () => Promise.reject(new Error('no more ids'));
      return refused(ground, () => body(fetch(poll(ground.url))));
    },
  },
  {
    what: 'counts its clients, and knows them by id',
    program: async ({ io, url }) => {
      const { sid } = await arrive(url);
      await arrive(url);
      const { engine } = io as unknown as { engine: { clientsCount: number; clients: object } };
      const before = [engine.clientsCount, sid in engine.clients, Object.keys(engine.clients).length];
      io.engine.close();
      while (engine.clientsCount > 0) {
        await fetch(poll(url, `&sid=${sid}`)).then((answer) => answer.text());
        for (const id of Object.keys(engine.clients))
          await fetch(poll(url, `&sid=${id}`)).then((a) => a.text());
      }
      return [...before, engine.clientsCount];
    },
  },
  {
    what: 'shows its options',
    options: { pingInterval: 1_234, maxHttpBufferSize: 4_321 },
    program: ({ io }) => {
      const { pingInterval, pingTimeout, maxHttpBufferSize, transports } = io.engine.opts;
      return [pingInterval, pingTimeout, maxHttpBufferSize, transports, io.engine.upgrades('polling')];
    },
    differs: {
      why: 'transports that this server lacks are not among them',
      here: [1_234, 20_000, 4_321, ['polling', 'websocket'], ['websocket']],
    },
  },
  {
    what: 'has the namespaces by name',
    program: ({ io }) => {
      io.of('/admin');
      return [...(io as unknown as { _nsps: Map<string, { name: string }> })._nsps].map(([key, { name }]) => [
        key,
        name,
      ]);
    },
  },
  {
    what: 'announces a connection before its sockets, whatever carries it',
    options: { allowEIO3: true },
    program: async (ground) => {
      const { io, url } = ground;
      const log: string[] = [];
      io.engine.on(
        'connection',
        ({ transport, protocol }: { transport: { name: string }; protocol: number }) =>
          log.push(`${transport.name} ${protocol}`),
      );
      io.on('connection', () => log.push('socket'));
      const joined = heard(io as unknown as Source, 'connection');
      await fetch(`${url}/socket.io/?EIO=3&transport=polling`).then((answer) => answer.text());
      await joined;
      await ground.join();
      return log;
    },
  },
];

describe('the engine beside the genuine one', () => {
  compare(rows);
});

describe('the engine', () => {
  let site: Site;
  beforeEach(async () => {
    site = await openSite();
  });
  afterEach(() => site.close());

  it('takes helmet and express-session', async () => {
    const { engine } = site.io;
    engine.use(helmet());
    engine.use(session({ secret: 'x', resave: false, saveUninitialized: true }));
    const { answer } = await arrive(site.url);
    assert.match(answer.headers.get('set-cookie') ?? '', /^connect\.sid=/);
    assert.ok(answer.headers.get('content-security-policy'));
    const [status, headers, socket] = await upgrade(site.url);
    assert.equal(status, 101);
    assert.match(String(headers['set-cookie']), /^connect\.sid=/);
    assert.ok(headers['content-security-policy']);
    socket.terminate();
  });

  it('lets socket.request.session be read', async () => {
    site.io.engine.use(session({ secret: 'x', resave: false, saveUninitialized: true }));
    const connection = heard(site.io as unknown as Source, 'connection');
    const client = lookup(site.url, { transports: ['websocket'], forceNew: true });
    const [socket] = (await connection) as [{ request: { session: { cookie: object } } }];
    assert.ok(socket.request.session.cookie);
    client.close();
  });

  it('leaves alone what a middleware has answered itself', async () => {
    site.io.engine.use((_req, res) => res.writeHead(418).end('tea'));
    const answer = await fetch(poll(site.url));
    assert.deepEqual([answer.status, await answer.text()], [418, 'tea']);
    assert.equal((await upgrade(site.url))[0], 418);
    assert.equal(site.io.engine.clientsCount, 0);
  });

  it('takes no id that nobody can use, or that somebody has', async () => {
    const { engine } = site.io;
    for (const id of ['', 'a b', 'x'.repeat(101), 'ä', 7 as unknown as string]) {
      const complaint = site.complaint();
      engine.generateId = () => id;
      const answer = await fetch(poll(site.url));
      assert.deepEqual([answer.status, await answer.json()], [400, { code: 3, message: 'Bad request' }]);
      assert.equal((await complaint).event, 'generateId');
    }
    engine.generateId = () => 'mine';
    assert.equal((await arrive(site.url)).sid, 'mine');
    assert.equal((await fetch(poll(site.url))).status, 400);
    assert.equal(engine.clientsCount, 1);
  });

  it('gives one id once, although two ask for it at the same moment', async () => {
    const { engine } = site.io;
    let release: (id: string) => void = () => {};
    const id = new Promise<string>((resolve) => {
      release = resolve;
    });
    let asked = 0;
    engine.generateId = () => {
      asked += 1;
      if (asked === 2) release('mine');
      return id;
    };
    const answers = await Promise.all([fetch(poll(site.url)), fetch(poll(site.url))]);
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 400]);
    asked = 0;
    const opened = await Promise.race([upgrade(site.url), upgrade(site.url)]);
    opened[2].terminate();
    assert.ok(engine.clientsCount <= 2);
  });

  it('goes on although listeners fail, or want headers that no answer can have', async () => {
    const { engine } = site.io;
    engine.on('headers', (headers) => {
      headers['not a name'] = 'x';
      throw new Error('broken');
    });
    const { answer } = await arrive(site.url);
    assert.equal(answer.status, 200);
    assert.deepEqual(
      site.complaints.map(({ event }) => event),
      ['headers', 'headers'],
    );
  });

  it('lets headers be taken away', async () => {
    site.io.engine.on('headers', (headers) => {
      delete headers['X-Content-Type-Options'];
    });
    const { answer } = await arrive(site.url);
    assert.equal(answer.headers.get('x-content-type-options'), null);
  });

  it('names the server and the path that lead here', async () => {
    const io = socketio();
    assert.deepEqual([io.httpServer, io.path()], [undefined, undefined]);
    const server = createServer();
    io.attach(server, { path: '/chat' });
    assert.deepEqual([io.httpServer === server, io.path()], [true, '/chat']);
    await io.close();
  });
});

describe('an engine mounted by hand', () => {
  for (const transports of [['polling'], ['websocket'], ['polling', 'websocket']]) {
    it(`serves on a bare server by ${transports.join(' and ')}`, async () => {
      const io = socketio();
      const server = createServer((req, res) => io.engine.handleRequest(req, res));
      server.on('upgrade', (req, socket, head) => io.engine.handleUpgrade(req, socket, head));
      const port = await listening(server);
      io.on('connection', (socket) => socket.on('ask', (reply: (text: string) => void) => reply('yes')));
      const client = lookup(`http://127.0.0.1:${port}`, { transports, forceNew: true });
      assert.equal(await within(client.emitWithAck('ask'), 'an answer'), 'yes');
      client.close();
      await io.close({ drain: 10 });
      server.closeAllConnections();
      server.close();
    });
  }
});
