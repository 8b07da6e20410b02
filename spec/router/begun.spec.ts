/** A middleware that begins an answer and goes on all the same: it may end it, but nobody waits for that for ever. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { connect, createServer } from 'node:http2';
import express, { type RequestHandler } from 'express';
import { type Server, socketio, type UserOptions } from '../../lib/index.js';
import { Ground } from './ground.js';
import { ask, handshake, Knock, knock } from './raw.js';

const POLL = '/socket.io/?EIO=4&transport=polling';
const WS = '/socket.io/?EIO=4&transport=websocket';

const beginnings: Readonly<Record<string, (res: ServerResponse) => void>> = {
  flushHeaders: (res) => res.flushHeaders(),
  write: (res) => void res.write('x'),
  writeHead: (res) => void res.writeHead(200, { 'X-A': 'b' }),
};

describe('an answer that a middleware has begun before going on', () => {
  let ground: Ground;
  let told: string[];

  beforeEach(() => {
    ground = new Ground();
    told = [];
  });

  afterEach(() => ground.close());

  async function site(before: RequestHandler[], options: UserOptions): Promise<{ port: number; io: Server }> {
    const onError: UserOptions['onError'] = (error, { event }) =>
      told.push(`${event}: ${(error as Error).message}`);
    const io = ground.io(socketio({ handshakeTimeout: 50, onError, ...options }));
    const app = express().use(...before, (_req, _res, next) => next());
    return { io, ...(await ground.serve(app.use('/socket.io', io))) };
  }

  const get = (port: number, path: string): Knock =>
    Knock.send(port, `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);

  const complaint =
    'request: An answer was begun before us, and not ended within the option handshakeTimeout';

  /** Its connection ends, and the owner hears of it once. */
  async function isCut(client: Knock, io: Server): Promise<void> {
    ground.after(() => client.socket.destroy());
    await client.answer().catch(() => assert.ok(client.ended, 'the connection is there'));
    assert.deepEqual(told, [complaint]);
    assert.deepEqual(
      [io.stats().refusals, io.stats().limits],
      [{ HANDSHAKE_TIMEOUT: 1 }, { handshakeTimeout: 1 }],
    );
  }

  for (const [how, begin] of Object.entries(beginnings)) {
    const beginning: RequestHandler = (_req, res, next) => {
      begin(res);
      next();
    };

    it(`is cut after handshakeTimeout, and onError hears of it: ${how}, before a poll`, async () => {
      const { port, io } = await site([beginning], {});
      await isCut(get(port, POLL), io);
    });

    it(`is cut after handshakeTimeout, and onError hears of it: ${how}, before an upgrade`, async () => {
      const { port, io } = await site([beginning], {});
      await isCut(await knock(port, WS), io);
    });

    it(`is cut after handshakeTimeout, and onError hears of it: ${how}, before a client 0.9`, async () => {
      const { port, io } = await site([beginning], {});
      await isCut(get(port, '/socket.io/1/'), io);
    });

    it(`is cut after handshakeTimeout, and onError hears of it: ${how}, in io.engine.use`, async () => {
      const { port, io } = await site([], {});
      const sid = await handshake(port);
      io.engine.use(beginning);
      await isCut(get(port, `${POLL}&sid=${sid}`), io);
    });

    it(`is cut after handshakeTimeout, and onError hears of it: ${how}, in allowRequest`, async () => {
      const answers = new WeakMap<object, ServerResponse>();
      const remember: RequestHandler = (req, res, next) => {
        answers.set(req, res);
        next();
      };
      const { port, io } = await site([remember], {
        allowRequest: (req, answer) => {
          const res = answers.get(req);
          if (res) begin(res);
          answer(null, true);
        },
      });
      await isCut(get(port, POLL), io);
    });
  }

  it('may be ended by whoever has begun it: nothing is cut then, and nobody told', async () => {
    const { port, io } = await site(
      [
        (req, res, next) => {
          res.write('begun');
          next();
          if (req.url.endsWith('late=1')) setImmediate(() => res.end(', and ended'));
        },
      ],
      {},
    );
    assert.equal((await ask(port, `${POLL}&late=1`)).body, 'begun, and ended');
    const upgraded = await (await knock(port, `${WS}&late=1`)).answer();
    assert.match(upgraded.body, /begun[\s\S]+, and ended/);
    // Its time would be over before that of another one.
    await isCut(get(port, POLL), io);
  });

  it('is nothing to speak of where it is the answer to an upgrade that has never come to us', async () => {
    const { port, io } = await site([(_req, res) => void res.write('a film, frame by frame')], {});
    const film = await knock(port, '/film');
    ground.after(() => film.socket.destroy());
    await film.answer().catch(() => {});
    assert.deepEqual([told, io.stats().refusals, io.stats().limits], [[], {}, {}]);
  });

  it('is nothing to speak of when its client has gone before it came to us, by HTTP/2', async () => {
    const io = ground.io(socketio({ handshakeTimeout: 20, onError: (error) => told.push(String(error)) }));
    let passed: Promise<unknown> | undefined;
    const server = createServer((req, res) => {
      res.write('begun');
      passed ??= once(res, 'close').then(() => io(req as never, res as never, () => {}));
    });
    const session = connect(`http://127.0.0.1:${await ground.open(server)}`);
    ground.after(() => session.destroy());
    const gone = session.request({ ':path': POLL });
    gone.on('error', () => {});
    await once(gone, 'response');
    gone.close();
    await once(gone, 'close');
    await passed;
    // Its time would be over before that of another one.
    await new Promise((resolve) => setTimeout(resolve, 60));
    assert.deepEqual(told, []);
  });

  it('is nothing to speak of when its client has gone', async () => {
    const { port, io } = await site(
      [
        (_req, res, next) => {
          res.write('begun');
          next();
        },
      ],
      {},
    );
    const gone = get(port, POLL);
    await gone.until(/begun/);
    gone.socket.destroy();
    await isCut(get(port, POLL), io);
  });
});
