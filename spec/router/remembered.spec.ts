/** What stays of the request by which a client came: all that its application may read, and no more. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { IncomingMessage } from 'node:http';
import { createRequire } from 'node:module';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import express, { type Express } from 'express';
import type { Server, Socket } from '../../lib/index.js';
import { heard } from '../support/patience.js';
import { example, Ground, ways } from './ground.js';

const express4 = createRequire(import.meta.url)('express4') as typeof express;

for (const [version, make] of [
  ['Express 5', express],
  ['Express 4', express4],
] as const) {
  describe(`a remembered request: ${version}`, () => specify(make));
}

function specify(make: typeof express): void {
  let ground: Ground;
  /** What the site's stack has seen. */
  let seen: express.Request;

  beforeEach(() => {
    ground = new Ground();
  });

  afterEach(() => ground.close());

  async function arrival(
    transports: string[],
    before: (app: Express, io: Server) => unknown,
    path = '/socket.io',
  ): Promise<Socket> {
    const io = ground.io(example());
    const app = make();
    app.use((req, _res, next) => {
      seen ??= req;
      next();
    });
    before(app, io);
    app.use(path, io);
    const { port } = await ground.serve(app);
    seen = undefined as unknown as express.Request;
    const connection = heard(io.sockets as never, 'connection');
    await ground.arrival(`http://127.0.0.1:${port}`, {
      path: path.replace(':', ''),
      transports,
      query: { who: 'anna' },
      extraHeaders: { 'X-Two': 'a, b' },
    });
    const [socket] = (await connection) as [Socket];
    return socket;
  }

  for (const { name, transports } of ways) {
    it(`is a small copy, ${name}, and reads like the request itself`, async () => {
      const { request, handshake } = await arrival(transports, () => undefined);
      const req = request as express.Request;
      assert.notEqual(req, seen);
      assert.ok(req instanceof IncomingMessage);
      assert.ok(Reflect.ownKeys(req).length < 15, Reflect.ownKeys(req).map(String).join());
      assert.equal(req.method, 'GET');
      assert.equal(req.url, handshake.url);
      assert.equal(req.originalUrl, handshake.url);
      assert.equal(req.query.who, 'anna');
      assert.deepEqual(req.headers, seen.headers);
      assert.equal(req.get('x-two'), 'a, b');
      assert.equal(req.rawHeaders[req.rawHeaders.indexOf('x-two') + 1], 'a, b');
      assert.equal(req.httpVersion, '1.1');
      assert.equal(req.ip, handshake.address);
      assert.equal(req.socket.remoteAddress, handshake.address);
      assert.equal(req.protocol, 'http');
      assert.equal(Reflect.get(req, 'client'), req.socket);
      assert.equal(Reflect.get(req, 'upgrade'), transports[0] === 'websocket');
      const own = { client: 1, upgrade: 2, rawHeaders: ['x-three', '3'], complete: false, user: 'anna' };
      for (const [name, value] of Object.entries(own)) {
        Reflect.set(req, name, value);
        assert.equal(Reflect.get(req, name), value);
      }
    });

    it(`can do, ${name}, what a stream can do that has been read`, async () => {
      const { request } = await arrival(transports, () => undefined);
      const others = (await arrival(transports, () => undefined)).request;
      request.on('data', assert.fail).on('readable', () => assert.equal(request.read(), null));
      request.setEncoding('utf8');
      await pipeline(request, new PassThrough().resume());
      const closed = once(request, 'close');
      request.destroy();
      await closed;
      assert.deepEqual([request.destroyed, request.aborted, request.readableEncoding], [true, false, 'utf8']);
      assert.deepEqual([others.destroyed, others.readableEncoding], [false, null]);
    });

    it(`is the request itself, ${name}, where the stack has put something on it`, async () => {
      const who = Symbol('who');
      const marks: ((req: express.Request, res: express.Response) => void)[] = [
        (req) => Object.assign(req, { session: { req } }),
        (req) => Object.assign(req, { [who]: 'anna' }),
        (req) => Object.assign(req, { [Symbol('query')]: { who: 'anna' } }),
        (_req, res) => Object.assign(res.locals, { who: 'anna' }),
        (req) => Object.assign(req, { body: { who: 'anna' } }),
        (req) => Object.assign(req, { client: { who: 'anna' } }),
      ];
      for (const mark of marks) {
        const { request } = await arrival(transports, (app) =>
          app.use((req, res, next) => {
            mark(req, res);
            next();
          }),
        );
        assert.equal(request, seen, String(mark));
      }
    });

    it(`is the request itself, ${name}, where its path has parameters`, async () => {
      const { request } = await arrival(transports, () => undefined, '/of/:tenant/socket.io');
      assert.equal((request as express.Request).params.tenant, 'tenant');
    });

    it(`is the request itself, ${name}, where somebody is shown it once more when the answer leaves`, async () => {
      const { request } = await arrival(transports, (_app, io) =>
        io.engine.on('initial_headers', (_headers, req) => Object.assign(req, { who: 'anna' })),
      );
      assert.equal(Reflect.get(request, 'who'), 'anna');
    });
  }
}
