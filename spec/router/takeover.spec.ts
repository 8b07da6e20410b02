/** An upgrade that came as an ordinary request leaves HTTP for good. */
import assert from 'node:assert/strict';
import { createServer, type IncomingHttpHeaders, type ServerOptions } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { Socket } from 'node:net';
import express from 'express';
import session from 'express-session';
import onHeaders from 'on-headers';
import { WebSocket } from 'ws';
import type { Server } from '../../lib/index.js';
import { latch, within } from '../support/patience.js';
import { certificate, example, Ground } from './ground.js';
import { Knock, knock, upgradeHeaders } from './raw.js';

const WS = '/api/socket.io/?EIO=4&transport=websocket';

describe('taking over', () => {
  let ground: Ground;
  let io: Server;

  beforeEach(() => {
    ground = new Ground();
    io = ground.io(example());
  });

  afterEach(() => ground.close());

  /** A site in which the mount can't be seen, so that Node makes the first upgrade an ordinary request. */
  async function site(options: ServerOptions, ...before: express.RequestHandler[]) {
    const router = express.Router();
    router.use('/socket.io', io);
    const app = express();
    for (const middleware of before) app.use(middleware);
    app.use('/api', router);
    app.get('/slow', (_req, res) => void setImmediate(() => res.send('slow')));
    const server = createServer(options, app);
    const sockets: Socket[] = [];
    server.on('connection', (socket) => sockets.push(socket));
    return { server, sockets, port: await ground.open(server) };
  }

  /** A WebSocket by hand that has joined. @returns what says something over it and hears it acknowledged */
  async function arrive(port: number): Promise<() => Promise<void>> {
    const ws = new WebSocket(`ws://127.0.0.1:${port}${WS}`);
    ground.after(() => ws.terminate());
    let awaited = latch();
    ws.on('message', (data) => {
      if (/received|connected/.test(String(data))) awaited.open();
    });
    ws.on('open', () => ws.send('40'));
    await within(awaited.promise, 'the greeting');
    return async () => {
      awaited = latch();
      ws.send('420["message","hello"]');
      await within(awaited.promise, 'the acknowledgement');
    };
  }

  it('does not happen where the headers can’t be written: the client is refused', async () => {
    const failing: express.RequestHandler = (_req, res, next) => {
      onHeaders(res, () => {
        throw new Error('the store has failed');
      });
      next();
    };
    io = ground.io(example({ onError: () => {} }));
    const { port } = await site({}, failing);
    const { status, body } = await (await knock(port, WS)).answer();
    assert.deepEqual([status, body, io.engine.clientsCount], [400, 'Bad request', 0]);
  });

  it('leaves no listener, no parser and no timer of HTTP on the socket', async () => {
    const { sockets, server, port } = await site({});
    assert.equal(server.listenerCount('upgrade'), 0);
    const isAlive = await arrive(port);
    const [socket] = sockets as (Socket & { readonly parser?: unknown })[];
    assert.ok(socket);
    const names = (event: string): string[] => socket.listeners(event).map((listener) => listener.name);
    for (const event of ['data', 'end', 'close', 'drain', 'error', 'timeout', 'resume', 'pause']) {
      assert.deepEqual(
        names(event).filter((name) => /^bound socketOn|^onSocket|abort/.test(name)),
        [],
        event,
      );
    }
    // The one of the WebSocket.
    assert.deepEqual(names('error'), ['endFollows']);
    assert.equal(socket.parser ?? null, null);
    assert.equal(socket.timeout, 0);
    assert.ok(!Object.hasOwn(socket, 'write'));
    await isAlive();
  });

  it('leaves the connection alone that TLS needs', async () => {
    const router = express.Router();
    router.use('/socket.io', io);
    const app = express();
    app.use('/api', router);
    const server = createSecureServer(certificate(), app);
    const port = await ground.open(server);
    for (const [index, say] of ['first', 'second'].entries()) {
      const ws = new WebSocket(`wss://127.0.0.1:${port}${WS}`, { rejectUnauthorized: false });
      ground.after(() => ws.terminate());
      const greeted = latch();
      const answered = latch();
      ws.on('message', (data) => {
        if (/connected/.test(String(data))) greeted.open();
        if (/received/.test(String(data))) answered.open();
      });
      ws.on('open', () => ws.send('40'));
      await within(greeted.promise, `the greeting ${index}`);
      ws.send(`420["message","${say}"]`);
      await within(answered.promise, `the acknowledgement ${index}`);
    }
  });

  it('keeps the headers of the 101 behind interim answers', async () => {
    const early: express.RequestHandler = (_req, res, next) => {
      res.writeEarlyHints({ link: '</a.css>; rel=preload' });
      res.writeProcessing();
      res.setHeader('X-Kept', 'yes');
      next();
    };
    const { port } = await site({}, early);
    const ws = new WebSocket(`ws://127.0.0.1:${port}${WS}`);
    ground.after(() => ws.terminate());
    const headers = await new Promise<IncomingHttpHeaders>((resolve) => {
      ws.on('upgrade', (response) => resolve(response.headers));
    });
    assert.equal(headers['x-kept'], 'yes');
    assert.equal(headers.link, undefined);
  });

  it('gives what the stack said with the 101', async () => {
    const { port } = await site({}, session({ secret: 'x', resave: false, saveUninitialized: true }));
    const head = await (await knock(port, WS)).head();
    assert.equal(head.status, 101);
    assert.match(head.headers['set-cookie'] ?? '', /^connect\.sid=/);
    assert.equal(head.headers.connection, 'Upgrade');
  });

  it('outlives requestTimeout, headersTimeout and keepAliveTimeout', async () => {
    const { port } = await site({
      requestTimeout: 200,
      headersTimeout: 200,
      keepAliveTimeout: 100,
      connectionsCheckingInterval: 50,
    });
    const isAlive = await arrive(port);
    // A connection that came later, and is found to be idle by the server, shows that its checks have run.
    const idle = Knock.send(port, 'GET / HTTP/1.1\r\n');
    await idle.until(/^HTTP\/1\.1 408 /);
    await isAlive();
    const again = Knock.send(port, 'GET / HTTP/1.1\r\n');
    await again.until(/^HTTP\/1\.1 408 /);
    await isAlive();
  });

  it('outlives server.close(), closeIdleConnections() and closeAllConnections()', async () => {
    const { server, port } = await site({});
    const isAlive = await arrive(port);
    server.closeIdleConnections();
    server.closeAllConnections();
    server.close();
    server.closeIdleConnections();
    await isAlive();
  });

  it('is not done behind an unfinished answer', async () => {
    const { port } = await site({});
    const head = Object.entries({ Host: 'a', ...upgradeHeaders }).map(
      ([name, value]) => `${name}: ${value}\r\n`,
    );
    const both = Knock.send(
      port,
      `GET /slow HTTP/1.1\r\nHost: a\r\n\r\nGET ${WS} HTTP/1.1\r\n${head.join('')}\r\n`,
    );
    await both.until(/^HTTP\/1\.1 200 [\s\S]*slowHTTP\/1\.1 400 [\s\S]*Bad request$/);
    both.socket.destroy();
  });

  it('is not done where Node holds the socket in a way that is not known: it is refused, and the owner is told', async () => {
    let warnings = 0;
    const warn = ({ code }: Error & { code?: string }): void => {
      if (code === 'SOCKETIO_TAKEOVER') warnings += 1;
    };
    process.on('warning', warn);
    ground.after(() => process.off('warning', warn));
    // The same listeners under other names, as another version of Node may have them.
    const { port } = await site({}, ({ socket }, _res, next) => {
      for (const listener of socket.listeners('end')) {
        socket.off('end', listener as () => void);
        socket.on('end', () => Reflect.apply(listener, socket, []));
      }
      next();
    });
    assert.equal((await (await knock(port, WS)).head()).body, 'Bad request');
    await ground.arrival(`http://127.0.0.1:${port}`, { path: '/api/socket.io', transports: ['polling'] });
    // By now the mount is known, and Node lets go of a socket by itself.
    await within(arrive(port), 'the next client');
    assert.equal(warnings, 1);
  });

  it('is not done for a client that has gone', async () => {
    const arrived = latch<() => void>();
    const ended = latch();
    const { port } = await site({}, (_req, res, next) => {
      res.on('close', () => ended.open());
      arrived.open(next);
    });
    const { socket } = await knock(port, WS);
    const next = await arrived.promise;
    socket.resetAndDestroy();
    await ended.promise;
    next();
    assert.equal(io.sockets.sockets.size, 0);
  });

  it('is not done for a proxy that forwards Upgrade, but no connection', async () => {
    const { port } = await site({});
    const { status, body } = await (await knock(port, WS, { Connection: 'close' })).answer();
    assert.deepEqual([status, body], [400, '{"code":3,"message":"Bad request"}']);
  });

  it('ends in an ordinary upgrade the second time', async () => {
    const { server, port } = await site({});
    await arrive(port);
    assert.equal(server.listenerCount('upgrade'), 1);
    await within(arrive(port), 'the second client');
  });
});
