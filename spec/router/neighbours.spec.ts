/** Others on the same HTTP server keep their upgrades; ours is never shown to them. */
import assert from 'node:assert/strict';
import { createServer, type Server as HttpServer, type IncomingMessage } from 'node:http';
import { createServer as createTlsServer, request } from 'node:https';
import { connect as netConnect } from 'node:net';
import express from 'express';
import expressWs from 'express-ws';
import { Server as Genuine } from 'socket.io';
import { createServer as createVite } from 'vite';
import { WebSocket, WebSocketServer } from 'ws';
import { heard, latch } from '../support/patience.js';
import { certificate, example, Ground, ways } from './ground.js';
import { ask, Knock, knock } from './raw.js';

describe('neighbours', () => {
  let ground: Ground;

  beforeEach(() => {
    ground = new Ground();
  });

  afterEach(() => ground.close());

  /** Every way of coming to us works. */
  async function isServed(port: number, path = '/socket.io'): Promise<void> {
    for (const { transports } of ways) {
      const client = await ground.arrival(`http://127.0.0.1:${port}`, { path, transports });
      assert.equal(await client.emitWithAck('message', 'hello'), 'received');
    }
  }

  /** A neighbour that echoes. */
  function echo(server: HttpServer, path?: string): string[] {
    const seen: string[] = [];
    const wss = new WebSocketServer(path === undefined ? { server } : { server, path });
    server.on('upgrade', (req) => seen.push(req.url ?? ''));
    wss.on('connection', (ws) => ws.on('message', (data) => ws.send(`echo ${data}`)));
    ground.after(() => {
      for (const ws of wss.clients) ws.terminate();
      wss.close();
    });
    return seen;
  }

  async function isEchoed(port: number, path: string, protocol?: string): Promise<void> {
    const ws = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocol);
    ground.after(() => ws.terminate());
    await heard(ws as never, 'open');
    ws.send('hello');
    const [data] = await heard(ws as never, 'message');
    assert.equal(String(data), 'echo hello');
  }

  for (const first of ['theirs', 'ours']) {
    it(`a ws server with a path of its own, ${first} first`, async () => {
      const app = express();
      const server = createServer(app);
      const port = await ground.open(server);
      const mount = () => app.use('/socket.io', ground.io(example()));
      if (first === 'ours') {
        mount();
        await ground.arrival(`http://127.0.0.1:${port}`, { transports: ['websocket'] });
      }
      const seen = echo(server, '/echo');
      if (first === 'theirs') mount();
      await isEchoed(port, '/echo');
      await isServed(port);
      await isEchoed(port, '/echo');
      assert.deepEqual(seen, ['/echo', '/echo']);
    });
  }

  it('a ws server that takes every path does not get ours', async () => {
    const app = express().use('/socket.io', ground.io(example()));
    const { server, port } = await ground.serve(app);
    const seen = echo(server);
    await isServed(port);
    await isEchoed(port, '/anything');
    assert.deepEqual(seen, ['/anything']);
  });

  it('express-ws, whose routes are those of the application', async () => {
    const { app, getWss } = expressWs(express());
    app.ws('/echo', (ws) => void ws.on('message', (data) => ws.send(`echo ${data}`)));
    app.use('/socket.io', ground.io(example()));
    const server = app.listen(0, '127.0.0.1') as unknown as HttpServer;
    await heard(server, 'listening');
    ground.after(() => {
      server.closeAllConnections();
      for (const ws of getWss().clients) ws.terminate();
      server.close();
    });
    const { port } = server.address() as { port: number };
    await isServed(port);
    await isEchoed(port, '/echo');
  });

  it('express-ws takes the first contact under a router, and is told that it is wrong', async () => {
    const { app, getWss } = expressWs(express());
    const router = express.Router();
    router.use('/socket.io', ground.io(example()));
    app.use('/api', router);
    const server = app.listen(0, '127.0.0.1') as unknown as HttpServer;
    await heard(server, 'listening');
    ground.after(() => {
      server.closeAllConnections();
      for (const ws of getWss().clients) ws.terminate();
      server.close();
    });
    const { port } = server.address() as { port: number };
    const first = await knock(port, '/api/socket.io/?EIO=4&transport=websocket');
    await first.until(/^HTTP\/1\.1 101 [\s\S]*\r\n\r\n\x88/);
    first.socket.destroy();
    // Once a first request has told the path, everybody comes through.
    await isServed(port, '/api/socket.io');
  });

  it('Vite and its hot replacement, on the same server', async () => {
    const app = express();
    app.use('/socket.io', ground.io(example()));
    const server = createServer(app);
    const vite = await createVite({
      configFile: false,
      logLevel: 'silent',
      appType: 'custom',
      optimizeDeps: { noDiscovery: true, entries: [] },
      server: { middlewareMode: true, hmr: { server }, watch: null },
    });
    ground.after(() => vite.close());
    app.use(vite.middlewares);
    const port = await ground.open(server);
    await isServed(port);
    const { webSocketToken: token } = vite.config as { webSocketToken?: string };
    const ws = new WebSocket(`ws://127.0.0.1:${port}/?token=${token}`, 'vite-hmr');
    ground.after(() => ws.terminate());
    const [data] = await heard(ws as never, 'message');
    assert.deepEqual(JSON.parse(String(data)), { type: 'connected' });
    await isServed(port);
  });

  it('a genuine Socket.IO on another path, with attach', async () => {
    const app = express();
    const server = createServer(app);
    const io = ground.io(example());
    app.use('/ours', io);
    io.attach(server);
    const genuine = new Genuine(server, { path: '/theirs' });
    genuine.on('connection', (socket) => socket.on('message', (_text, done) => done('genuine')));
    ground.after(() => genuine.close());
    const port = await ground.open(server);
    await isServed(port, '/ours');
    for (const { transports } of ways) {
      const client = await ground.arrival(`http://127.0.0.1:${port}`, { path: '/theirs', transports });
      assert.equal(await client.emitWithAck('message', 'hello'), 'genuine');
    }
    await isServed(port, '/ours');
  });

  it('a genuine Socket.IO on another path, without attach: from our first polling client on', async () => {
    const app = express();
    const server = createServer(app);
    app.use('/ours', ground.io(example()));
    const genuine = new Genuine(server, { path: '/theirs' });
    ground.after(() => genuine.close());
    const port = await ground.open(server);
    await ground.arrival(`http://127.0.0.1:${port}`, { path: '/ours', transports: ['polling'] });
    await isServed(port, '/ours');
    await ground.arrival(`http://127.0.0.1:${port}`, { path: '/theirs', transports: ['websocket'] });
  });

  for (const [name, app] of Object.entries({
    'under a router': (io: ReturnType<typeof example>) => {
      const router = express.Router();
      router.use('/socket.io', io);
      return express().use('/api', router);
    },
    'in a wrapped handler': (io: ReturnType<typeof example>) => {
      const inner = express().use('/api/socket.io', io);
      return (req: Parameters<typeof inner>[0], res: Parameters<typeof inner>[1]) => inner(req, res);
    },
  })) {
    it(`beside a neighbour, attach with a path makes us found ${name}`, async () => {
      const io = ground.io(example());
      const server = createServer(app(io) as never);
      const seen = echo(server);
      io.attach(server, { path: '/api/socket.io' });
      const port = await ground.open(server);
      await ground.arrival(`http://127.0.0.1:${port}`, { path: '/api/socket.io', transports: ['websocket'] });
      await isEchoed(port, '/other');
      assert.deepEqual(seen, ['/other']);
    });
  }

  it('attach before the mount is as good', async () => {
    const io = ground.io(example());
    const app = express();
    const server = createServer((req, res) => app(req, res));
    echo(server);
    io.attach(server);
    app.use('/socket.io', io);
    const port = await ground.open(server);
    await isServed(port);
  });

  it('an upgrade to elsewhere gets the answer of the site, if nobody else listens for upgrades', async () => {
    const app = express();
    app.get('/page', (_req, res) => void res.send('a page'));
    app.use('/socket.io', ground.io(example()));
    const { port } = await ground.serve(app);
    const nothing = await (await knock(port, '/other')).answer();
    assert.equal(nothing.status, 404);
    assert.match(nothing.body, /Cannot GET \/other/);
    const page = await (await knock(port, '/page')).answer();
    assert.deepEqual([page.status, page.body], [200, 'a page']);
  });

  it('a request behind a refused one, whose connection is about to end, is not answered out of turn', async () => {
    const app = express();
    let asked = 0;
    app.get('/page', (_req, res) => {
      asked += 1;
      res.send('a page');
    });
    app.use('/socket.io', ground.io(example()));
    const { port } = await ground.serve(app);
    assert.equal((await ask(port, '/socket.io/?EIO=4')).status, 400);
    const post =
      'POST /socket.io/?EIO=4&transport=polling&sid=nobody HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n40';
    const page = 'GET /page HTTP/1.1\r\nHost: a\r\n\r\n';
    const answer = await Knock.send(port, post + page + page).answer();
    assert.deepEqual([answer.status, answer.headers.connection, asked], [400, 'close', 0]);
  });

  describe('an offer of h2c', () => {
    const offer = { Connection: 'Upgrade, HTTP2-Settings', Upgrade: 'h2c', 'HTTP2-Settings': 'AAMAAABk' };

    for (const path of ['/page', '/socket.io/?EIO=4&transport=polling']) {
      it(`is declined by an ordinary answer: ${path}`, async () => {
        const app = express();
        app.get('/page', (_req, res) => void res.send('a page'));
        app.use('/socket.io', ground.io(example()));
        const { port } = await ground.serve(app);
        const answer = await ask(port, path, { headers: offer });
        assert.equal(answer.status, 200);
      });
    }

    it('over https', async () => {
      const app = express();
      app.post('/page', express.text(), (req, res) => void res.send(`got ${req.body}`));
      app.use('/socket.io', ground.io(example()));
      const port = await ground.open(createTlsServer(certificate(), app));
      const answered = latch<IncomingMessage>();
      const req = request({
        port,
        host: 'localhost',
        path: '/page',
        method: 'POST',
        headers: { ...offer, 'Content-Type': 'text/plain', 'Content-Length': '5' },
        rejectUnauthorized: false,
        agent: false,
      });
      req.on('response', answered.open);
      req.end('hello');
      const [body] = await heard((await answered.promise).setEncoding('utf8') as never, 'data');
      assert.equal(body, 'got hello');
    });

    it('leaves a POST its body, whatever the pieces', async () => {
      const app = express();
      app.post(
        '/page',
        express.text({ limit: '1mb' }),
        (req, res) => void res.send(`got ${req.body.length}`),
      );
      app.use('/socket.io', ground.io(example()));
      const { port } = await ground.serve(app);
      const body = 'é'.repeat(100_000);
      const headers = { ...offer, 'Content-Type': 'text/plain; charset=utf-8' };
      const counted = { ...headers, 'Content-Length': String(Buffer.byteLength(body)) };
      const answer = await ask(port, '/page', { method: 'POST', headers: counted, body });
      assert.deepEqual([answer.status, answer.body], [200, 'got 100000']);
      const chunked = await ask(port, '/page', {
        method: 'POST',
        headers: { ...headers, 'Transfer-Encoding': 'chunked' },
        body,
      });
      assert.deepEqual([chunked.status, chunked.body], [200, 'got 100000']);
    });

    it('may be followed by another request on the same connection', async () => {
      const app = express();
      app.get('/page', (_req, res) => void res.send('a page'));
      app.use('/socket.io', ground.io(example()));
      const { port } = await ground.serve(app);
      const head = `Host: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n`;
      const both = Knock.send(port, `GET /page HTTP/1.1\r\n${head}`);
      await both.until(/a page/);
      both.socket.write(`GET /page HTTP/1.1\r\n${head}`);
      await both.until(/a page[\s\S]*a page/);
      both.socket.destroy();
    });

    it('behind an answer that is not finished ends the connection, and harms nobody else', async () => {
      const app = express();
      const waiting = latch<express.Response>();
      app.get('/slow', (_req, res) => waiting.open(res));
      app.get('/page', (_req, res) => void res.send('a page'));
      app.use('/socket.io', ground.io(example()));
      const { port } = await ground.serve(app);
      const knocked = Knock.send(port, 'GET /slow HTTP/1.1\r\nHost: a\r\n\r\n');
      const slow = await waiting.promise;
      const plain = 'GET /page HTTP/1.1\r\nHost: a\r\n\r\n';
      knocked.socket.write(`${plain.slice(0, -2)}Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n${plain}`);
      await knocked.answer();
      slow.send('late');
      assert.equal((await ask(port, '/page')).status, 200);
    });

    it('on a POST that wants a WebSocket, too', async () => {
      const app = express();
      app.post('/page', express.text(), (req, res) => void res.send(`got ${req.body}`));
      app.use('/socket.io', ground.io(example()));
      const { port } = await ground.serve(app);
      const headers = { Connection: 'Upgrade', Upgrade: 'websocket', 'Content-Type': 'text/plain' };
      const answer = await ask(port, '/page', { method: 'POST', headers, body: 'hello' });
      assert.deepEqual([answer.status, answer.body], [200, 'got hello']);
    });
  });

  it('a server that is connected by hand (no port of ours) works, too', async () => {
    const app = express().use('/socket.io', ground.io(example()));
    const server = createServer(app);
    const port = await ground.open(server);
    const socket = netConnect(port, '127.0.0.1');
    ground.after(() => socket.destroy());
    await heard(socket as never, 'connect');
    await isServed(port);
  });
});
