/** Answers that repeat the head of an earlier one: the client gets the bytes that Node would have written. */
import assert from 'node:assert/strict';
import {
  createServer,
  type IncomingMessage,
  OutgoingMessage,
  type RequestListener,
  type Server,
  type ServerOptions,
  ServerResponse,
} from 'node:http';
import compression from 'compression';
import express from 'express';
import session from 'express-session';
import helmet from 'helmet';
import morgan from 'morgan';
import onHeaders from 'on-headers';
import { socketio, type UserOptions } from '../../lib/index.js';
import { deliver } from '../../lib/transport/answer.js';
import type { Letter } from '../../lib/transport/envelope.js';
import { handshake, Knock } from '../router/raw.js';
import { listening } from '../support/listening.js';

type Hand = (req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void) => unknown;

const text = ['Content-Type', 'text/plain; charset=UTF-8'];
const hello: Letter = { body: '42["hello","world"]', headers: text };
const letters: readonly Letter[] = [
  hello,
  { body: 'ok', headers: ['Content-Type', 'text/html'] },
  { body: '42["Grüße, 世界"]', headers: text },
  { body: `4${'x'.repeat(100_000)}`, headers: text },
  { body: Buffer.from([4, 255, 0, 128]), headers: ['Content-Type', 'application/octet-stream'] },
  { body: '', headers: text },
];
const letterhead = ['Cache-Control', 'no-store', 'X-Content-Type-Options', 'nosniff'];

/** What Node's prototype has, and its types do not tell. */
const prototype = OutgoingMessage.prototype as unknown as { _storeHeader(...args: unknown[]): void };
const store = prototype._storeHeader;
/** How many heads have been put together by Node. */
let stored = 0;

/** The same by nothing but what Node documents. */
function byNode(res: ServerResponse, { body, headers }: Letter, pairs: readonly string[]): void {
  const length = String(Buffer.byteLength(body));
  res.writeHead(200, [...pairs, ...headers, 'Content-Length', length]);
  res.end(body);
}

/** A response that is not quite Node's: nothing is repeated on it. */
class Own<Request extends IncomingMessage = IncomingMessage> extends ServerResponse<Request> {}

const LAST = 'GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';

/** All that comes for a request; the one behind it ends the connection. */
async function said(port: number, request = GET): Promise<string> {
  const knock = Knock.send(port, request + LAST);
  await knock.answer();
  return knock.text.split('HTTP/1.1 299')[0] ?? '';
}

/** Answers, and how many heads Node has put together meanwhile. */
interface Heard {
  readonly answers: readonly string[];
  readonly heads: number;
}

const undated = (answer: string): string => answer.replace(/^Date: .*$/m, 'Date: some time');

describe('the head of an answer', () => {
  const servers: Server[] = [];
  let letter = hello;
  let pairs: readonly string[] = letterhead;
  let hand: Hand = (_req, _res, next) => next();
  let answer: typeof deliver = deliver;

  async function serve(listener: RequestListener, options: ServerOptions = {}): Promise<number> {
    const server = createServer(options, (req, res) => {
      if (req.url === '/last') res.writeHead(299, { 'Content-Length': 0 }).end();
      else listener(req, res);
    });
    servers.push(server);
    return listening(server);
  }

  const bare = (options?: ServerOptions): Promise<number> =>
    serve((req, res) => hand(req, res, () => answer(res, letter, pairs)), options);

  /** Asks until a head has been repeated: at a change of the second, one more is Node's. */
  async function untilRepeated(port: number): Promise<string> {
    for (let tries = 0; tries < 100; tries += 1) {
      const before = stored;
      const text = await said(port);
      // The last answer of a connection is Node's.
      if (stored - before === 1) return text;
    }
    throw new Error('no head is repeated');
  }

  /** Whether a head that could be repeated is not, and the answer all the same as Node would give it. */
  async function isLeftToNode(port: number): Promise<void> {
    for (let round = 0; round < 3; round += 1) {
      const before = stored;
      const ours = await said(port);
      assert.ok(stored - before >= 2, 'it was repeated');
      answer = byNode;
      assert.equal(undated(ours), undated(await said(port)));
      answer = deliver;
    }
  }

  before(() => {
    prototype._storeHeader = function (...args) {
      stored += 1;
      store.apply(this, args);
    };
  });

  after(() => {
    prototype._storeHeader = store;
  });

  afterEach(() => {
    hand = (_req, _res, next) => next();
    [letter, pairs, answer] = [hello, letterhead, deliver];
    for (const server of servers.splice(0)) server.close();
  });

  for (const one of letters)
    it(`is Node's to the byte, before ${one.body.length} of ${one.headers[1]}`, async () => {
      const port = await bare();
      letter = one;
      const repeated = [await untilRepeated(port), await untilRepeated(port)];
      answer = byNode;
      const expected = undated(await said(port));
      assert.match(expected, /\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\n\r\n/);
      assert.deepEqual(repeated.map(undated), [expected, expected]);
    });

  it('has the date of its second', async () => {
    const port = await bare();
    const from = Math.floor(Date.now() / 1_000) * 1_000;
    const [, date = ''] = /^Date: (.*)\r$/m.exec(await untilRepeated(port)) ?? [];
    assert.ok(Date.parse(date) >= from && Date.parse(date) <= Date.now(), date);
    const { now } = Date;
    Date.now = () => now() + 1_000;
    try {
      await isLeftToNode(port);
    } finally {
      Date.now = now;
    }
  });

  it('is not mixed up with that of other clients', async () => {
    const port = await bare();
    await untilRepeated(port);
    pairs = ['Cache-Control', 'no-store', 'X-Frame-Options', 'DENY'];
    assert.match(await untilRepeated(port), /\r\nX-Frame-Options: DENY\r\nContent-Type/);
    pairs = letterhead;
    assert.doesNotMatch(await untilRepeated(port), /X-Frame-Options/);
  });

  it('is not mixed up with that of other servers', async () => {
    const [one, other] = [await bare(), await bare({ keepAliveTimeout: 77_000 })];
    for (let round = 0; round < 3; round += 1) {
      assert.match(await said(one), /Keep-Alive: timeout=5\r\n\r\n42/);
      assert.match(await said(other), /Keep-Alive: timeout=77\r\n\r\n42/);
    }
  });

  it('stands before its own body where requests come at once', async () => {
    const port = await bare();
    await untilRepeated(port);
    const bodies = (await said(port, GET.repeat(20))).match(/\r\n\r\n42\["hello","world"\]/g);
    assert.equal(bodies?.length, 20);
  });

  const kinds: Readonly<Record<string, readonly string[]>> = {
    'says itself that the connection stays': ['Connection', 'keep-alive'],
    'has a date of its own': ['Date', 'Thu, 01 Jan 1970 00:00:00 GMT'],
    'is not of ASCII': ['X-Name', 'Gr\u00fc\u00dfe'],
  };
  for (const [what, more] of Object.entries(kinds))
    it(`is left to Node where it ${what}`, async () => {
      const port = await bare();
      pairs = [...letterhead, ...more];
      // Node writes a head with a text as UTF-8, and one with bytes as it should.
      letter = { ...hello, body: Buffer.from(hello.body) };
      await isLeftToNode(port);
    });

  it('is left to Node where it closes the connection', async () => {
    const port = await bare();
    pairs = [...letterhead, 'Connection', 'close'];
    const ours = [await said(port), await said(port), await said(port)];
    answer = byNode;
    const node = undated(await said(port));
    assert.match(node, /^Connection: close\r$/m);
    assert.deepEqual(ours.map(undated), [node, node, node]);
  });

  const requests: Readonly<Record<string, string>> = {
    'wants the connection closed': 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    'is of HTTP/1.0': 'GET / HTTP/1.0\r\nHost: x\r\n\r\n',
  };
  for (const [what, request] of Object.entries(requests))
    it(`is Node's to the byte where a request ${what}`, async () => {
      const port = await bare();
      await untilRepeated(port);
      const ours = await said(port, request);
      assert.match(ours, /\r\nConnection: close\r\n\r\n42/);
      answer = byNode;
      assert.equal(undated(ours), undated(await said(port, request)));
    });

  const hands: Readonly<Record<string, Hand>> = {
    'sets a header': (_req, res, next) => next(void res.setHeader('X-Site', 'here')),
    'wants no date': (_req, res, next) => {
      res.sendDate = false;
      next();
    },
    'has taken a header away': (_req, res, next) => next(void res.removeHeader('Connection')),
    'wants another word for 200': (_req, res, next) => {
      res.statusMessage = 'Fine';
      next();
    },
    'wants the connection closed': (_req, res, next) => {
      res.shouldKeepAlive = false;
      next();
    },
    'listens for headers': (_req, res, next) => {
      onHeaders(res, () => res.setHeader('X-Late', 'yes'));
      next();
    },
    'has its own `write`': (_req, res, next) => {
      const { write } = res;
      res.write = ((...args: Parameters<typeof write>) => write.apply(res, args)) as typeof write;
      next();
    },
    'has its own `end`': (_req, res, next) => {
      const { end } = res;
      res.end = ((...args: Parameters<typeof end>) => end.apply(res, args)) as typeof end;
      next();
    },
    'is helmet': helmet() as Hand,
    'is morgan': morgan(':status', { stream: { write: () => {} } }) as Hand,
    'is compression': compression({ threshold: 0 }) as unknown as Hand,
    'is express-session': session({
      secret: 'x',
      resave: false,
      saveUninitialized: true,
      genid: () => 'id',
    }) as unknown as Hand,
  };
  for (const [what, touch] of Object.entries(hands))
    it(`is left to Node where somebody ${what}`, async () => {
      const port = await bare();
      await untilRepeated(port);
      hand = touch;
      await isLeftToNode(port);
    });

  it('is left to Node where a connection has a number of requests', async () => {
    const port = await bare();
    await untilRepeated(port);
    const server = servers.at(-1);
    assert.ok(server);
    server.maxRequestsPerSocket = 5;
    await isLeftToNode(port);
    assert.match(await said(port), /Keep-Alive: timeout=5, max=5\r\n/);
  });

  it('is left to Node where a body has been waited for and not asked for', async () => {
    const port = await bare();
    await untilRepeated(port);
    const server = servers.at(-1);
    assert.ok(server);
    server.on('checkContinue', (req, res) => server.emit('request', req, res));
    const request = 'GET / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n\r\n';
    assert.match(await said(port, request), /^HTTP\/1\.1 200 OK\r\n(?:.+\r\n)*Connection: close\r\n\r\n42/);
  });

  it('is written in one piece with the body, and is all that is seen of it later', async () => {
    const port = await bare();
    const seen: unknown[] = [];
    hand = (_req, res, next) => {
      const { socket } = res;
      assert.ok(socket);
      let corked = 0;
      socket.cork = () => {
        corked += 1;
        Object.getPrototypeOf(socket).cork.call(socket);
      };
      // Whoever has thought so before learns better.
      res.statusCode = 503;
      res.prependListener('finish', () => seen.push([corked, res.statusCode, Reflect.get(res, '_header')]));
      next();
    };
    const text = await untilRepeated(port);
    assert.deepEqual(seen.at(-1), [0, 200, text.slice(0, -hello.body.length)]);
  });

  it('is left to Node where a server has responses of its own', async () => {
    await untilRepeated(await bare());
    await isLeftToNode(await bare({ ServerResponse: Own }));
  });

  it('is left to Node where a program changes what all responses have', async () => {
    const port = await bare();
    await untilRepeated(port);
    for (const name of ['writeHead', 'write', 'end'] as const) {
      const own = Object.getOwnPropertyDescriptor(ServerResponse.prototype, name);
      const before: unknown = ServerResponse.prototype[name];
      assert.ok(typeof before === 'function');
      const value = function (this: ServerResponse, ...args: unknown[]): unknown {
        return before.apply(this, args);
      };
      Object.defineProperty(ServerResponse.prototype, name, { value, configurable: true, writable: true });
      try {
        await isLeftToNode(port);
      } finally {
        Reflect.deleteProperty(ServerResponse.prototype, name);
        if (own) Object.defineProperty(ServerResponse.prototype, name, own);
      }
    }
    await untilRepeated(port);
  });

  const sites: Readonly<Record<string, UserOptions>> = {
    'lets sessions be': {},
    'wants to see every request': { admit: 'every' },
    compresses: { httpCompression: { threshold: 0 } },
  };
  for (const [what, options] of Object.entries(sites))
    it(`is the same on a site that ${what}`, async () => {
      /** What a client hears that asks a few times by each method. */
      const heard = async (ServerResponse?: typeof Own): Promise<Heard> => {
        const io = socketio(options);
        io.on('connection', (socket) => socket.on('echo', (word) => socket.emit('echo', word)));
        const site = express().use(
          helmet(),
          session({ secret: 'x', resave: false, saveUninitialized: true, genid: () => 'id' }),
          compression(),
          (_req, res, next) => next(void res.setHeader('X-Site', 'here')),
          io,
        );
        const port = await serve(site, ServerResponse ? { ServerResponse } : {});
        const sid = await handshake(port, '/');
        const path = `/?EIO=4&transport=polling&sid=${sid}`;
        const answers: string[] = [];
        const before = stored;
        for (const body of ['40', '42["echo","one"]', '42["echo","zwölf"]', '42["echo","three"]']) {
          const bytes = Buffer.from(body);
          const post = `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: ${bytes.length}\r\n\r\n`;
          answers.push(await said(port, post + bytes.toString()));
          answers.push(await said(port, `GET ${path} HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n`));
        }
        await io.close({ drain: 0 });
        // The first poll tells an id.
        return { answers: answers.toSpliced(1, 1).map(undated), heads: stored - before };
      };
      const [ours, nodes] = [await heard(), await heard(Own)];
      assert.ok(ours.answers.every((one) => /^HTTP\/1\.1 200 OK\r\n/.test(one)));
      assert.deepEqual(ours.answers, nodes.answers);
      assert.equal(ours.heads < nodes.heads, options.admit !== 'every');
    });
});
