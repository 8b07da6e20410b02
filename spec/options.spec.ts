import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { inspect } from 'node:util';
import express from 'express';
import { SocketioError, socketio, type UserOptions } from '../lib/index.js';
import { readOptions } from '../lib/option-reading.js';
import { listening } from './support/listening.js';

describe('options', () => {
  it('that are numbers stand in the tables of README and docs/security.md', () => {
    const tables = ['../README.md', '../docs/security.md'].map((file) =>
      readFileSync(new URL(file, import.meta.url), 'utf8'),
    );
    for (const [name, value] of Object.entries(readOptions())) {
      if (typeof value !== 'number') continue;
      for (const table of tables) assert.match(table, new RegExp(`^\\|.*\`${name}\`.*\\|`, 'm'), name);
    }
  });

  it('are complete without a word', () => {
    const options = readOptions();
    assert.equal(options.pingInterval, 25_000);
    assert.equal(options.maxHttpBufferSize, 1_000_000);
    assert.deepEqual(options.transports, ['polling', 'websocket']);
  });

  it('cannot be changed afterwards', () => {
    const options = readOptions({ origins: ['http://a.example'] });
    assert.ok(Object.isFrozen(options) && Object.isFrozen(options.origins));
  });

  it('leave out what is undefined', () => {
    assert.equal(readOptions({ pingInterval: undefined } as unknown as UserOptions).pingInterval, 25_000);
  });

  it('take one origin without a list', () => {
    assert.deepEqual(readOptions({ origins: 'http://a.example' }).origins, ['http://a.example']);
  });

  it("serve three generations, and two where Socket.IO's switch says so", () => {
    assert.deepEqual(readOptions().generations, [1, 3, 4]);
    assert.deepEqual(readOptions({ allowEIO3: true }).generations, [1, 3, 4]);
    assert.deepEqual(readOptions({ allowEIO3: false }).generations, [1, 4]);
    assert.deepEqual(readOptions({ allowEIO3: true, generations: [4] }).generations, [4]);
    assert.ok(Object.isFrozen(readOptions({ allowEIO3: false }).generations));
    assert.throws(() => readOptions({ allowEIO3: false, generations: [3] }), { code: 'OPTION_INVALID' });
  });

  it('read what is kept for those who come back, part by part', () => {
    const recovery = (given: unknown) =>
      readOptions({ connectionStateRecovery: given } as UserOptions).connectionStateRecovery;
    const all = { maxDisconnectionDuration: 120_000, skipMiddlewares: true, maxLogBytes: 16_777_216 };
    assert.deepEqual([recovery(true), recovery({}), recovery({ maxLogBytes: undefined })], [all, all, all]);
    assert.deepEqual(recovery({ skipMiddlewares: false }), { ...all, skipMiddlewares: false });
    assert.deepEqual([recovery(false), recovery(undefined)], [undefined, undefined]);
  });

  it('compress answers to polls, but no WebSocket messages, from 1 KiB on', () => {
    assert.deepEqual(readOptions().httpCompression, { threshold: 1_024 });
    assert.equal(readOptions().perMessageDeflate, false);
    for (const name of ['httpCompression', 'perMessageDeflate'] as const) {
      assert.equal(readOptions({ [name]: false })[name], false);
      assert.deepEqual(readOptions({ [name]: true })[name], { threshold: 1_024 });
      assert.deepEqual(readOptions({ [name]: { threshold: 0 } })[name], { threshold: 0 });
      const other = name === 'httpCompression' ? { level: 1 } : { clientNoContextTakeover: true };
      assert.deepEqual(readOptions({ [name]: other })[name], { threshold: 1_024, ...other });
    }
  });

  it('take both values where there is no difference', () => {
    assert.equal(readOptions({ addTrailingSlash: false }).addTrailingSlash, false);
    assert.equal(readOptions({ serveClient: false }).serveClient, false);
  });

  it('have no __proto__, and name it', () => {
    const given = JSON.parse('{"__proto__":{"a":1}}') as UserOptions;
    assert.throws(() => socketio(given), { code: 'OPTION_INVALID', message: /__proto__/ });
  });

  it('take all that may be said of a cookie', () => {
    const whole: UserOptions['cookie'] & object = {
      ...({
        name: 'a',
        path: '/b',
        domain: 'c.example',
        httpOnly: false,
        secure: true,
        sameSite: 'none',
      } as const),
      ...({ partitioned: true, maxAge: 5, expires: new Date(0), priority: 'high', encode: String } as const),
    };
    assert.deepEqual(readOptions({ cookie: whole }).cookie, whole);
    const leftOut = { name: 'a', other: undefined } as unknown as UserOptions['cookie'] & object;
    assert.equal(readOptions({ cookie: leftOut }).cookie?.name, 'a');
  });

  it('refuse a soft limit above the hard one, naming both; a low hard limit alone is enough', () => {
    const message = /softBufferLimit .*hardBufferLimit/;
    for (const given of [{ softBufferLimit: 2, hardBufferLimit: 1 }, { softBufferLimit: 20_000_000 }])
      assert.throws(() => readOptions(given), { code: 'OPTION_INVALID', message });
    assert.equal(readOptions({ softBufferLimit: 5, hardBufferLimit: 5 }).softBufferLimit, 5);
    assert.equal(readOptions({ hardBufferLimit: 5 }).hardBufferLimit, 5);
  });

  it('may last for parts of a millisecond, and come at any rate', () => {
    for (const name of ['pingInterval', 'connectTimeout', 'ackTimeout', 'maxHandshakesPerSecond'] as const)
      assert.equal(readOptions({ [name]: 1.5 })[name], 1.5);
    const recovery = { maxDisconnectionDuration: 1.5 };
    assert.equal(
      readOptions({ connectionStateRecovery: recovery }).connectionStateRecovery?.maxDisconnectionDuration,
      1.5,
    );
  });

  const counts = [
    ...['maxFragments', 'maxControlFrames', 'maxAttachments', 'maxArguments', 'maxDepth', 'maxValues'],
    ...['maxNameLength', 'maxNamespaceLength', 'maxNamespaces', 'maxPendingPerAddress'],
    ...['maxSessionsPerAddress', 'maxPendingAcks', 'mailboxMessages'],
  ];

  it('let as many values in as a larger message may have, where nothing else is said', () => {
    assert.equal(readOptions({}).maxValues, 200_000);
    assert.equal(readOptions({ maxHttpBufferSize: 100 }).maxValues, 200_000);
    assert.equal(readOptions({ maxHttpBufferSize: 1e8 }).maxValues, 20_000_000);
    assert.equal(readOptions({ maxHttpBufferSize: 1e8, maxValues: 7 }).maxValues, 7);
  });

  const wrong: [string, unknown][] = [
    ['pingInterval', 0],
    ['pingInterval', '25'],
    ['pingTimeout', Number.NaN],
    ['connectTimeout', 2 ** 31],
    ['maxHttpBufferSize', -1],
    ['maxAttachments', 1e9],
    ['transports', []],
    ['transports', ['carrier pigeon']],
    ['transports', ['websocket', 'webtransport']],
    ['transports', 'polling'],
    ['generations', [2]],
    ['admit', 'never'],
    ['origins', ['http://a.example/']],
    ['origins', 'nonsense'],
    ['onError', 'log'],
    ['allowRequest', true],
    ['allowUpgrades', 1],
    ['allowEIO3', 'no'],
    ['perMessageDeflate', 'yes'],
    ['pingIntervall', 25_000],
    ['cors', { origin: 5 }],
    ['serveClient', 'no'],
    ['addTrailingSlash', 1],
    ['maxFragments', 0],
    ['perMessageDeflate', []],
    ['perMessageDeflate', { threshold: 'low' }],
    ['perMessageDeflate', { threshold: '5' }],
    ['httpCompression', { threshold: '5' }],
    ['httpCompression', { levl: 1 }],
    ['connectionStateRecovery', []],
    ['cookie', []],
    ['httpCompression', 'gzip'],
    ['httpCompression', { threshold: -1 }],
    ['httpCompression', { level: 99 }],
    ['parser', 'msgpack'],
    ['parser', { Encoder: class {} }],
    ['path', '/socket.io'],
    ['wsEngine', class {}],
    ['initialPacket', 'hello'],
    ['destroyUpgrade', true],
    ['destroyUpgradeTimeout', 1_000],
    ['connectTimeout', -1],
    ['pollTimeout', -1],
    ['headersTimeout', -1],
    ['attachmentTimeout', 0],
    ['maxControlFrames', 0],
    ['maxNamespaceLength', 0],
    ['maxEventsPerSecond', -1],
    ['maxPendingPerAddress', 0],
    ['maxSessionsPerAddress', '10'],
    ['maxHandshakesPerSecond', Number.NaN],
    ['adapter', 'redis'],
    ['connectionStateRecovery', 'yes'],
    ['connectionStateRecovery', { maxDisconnectionDuration: 0 }],
    ['connectionStateRecovery', { skipMiddlewares: 1 }],
    ['connectionStateRecovery', { maxLogBytes: '1' }],
    ['connectionStateRecovery', { maxDisconnectionDurations: 1 }],
    ['cookie', 'io'],
    ['cookie', { name: 'a b' }],
    ['cookie', { name: 'io', path: '/;\r\nSet-Cookie: x=y' }],
    ['cookie', { domain: 'a.example; Secure' }],
    ['cookie', { sameSite: 'none' }],
    ['cookie', { constructor: 1 }],
    ['cookie', { maxage: 1 }],
    // What every object has is no option either.
    ...['constructor', 'toString', 'valueOf', 'hasOwnProperty', 'isPrototypeOf'].map(
      (name): [string, unknown] => [name, 1],
    ),
    ...['httpCompression', 'perMessageDeflate', 'connectionStateRecovery', 'cookie'].flatMap((name) => [
      [name, { constructor: 1 }] as [string, unknown],
      [name, JSON.parse('{"__proto__":{}}')] as [string, unknown],
    ]),
    ['perMessageDeflate', { zlibDeflateOptions: { toString: 1 } }],
    ['cors', { origin: 'http://a.example', constructor: 1 }],
    ['cors', { origin: 'http://a.example', hasOwnProperty: 'x' }],
    ['flashPolicy', { domains: ['*'], ports: ['*'], constructor: 1 }],
    ...counts.map((name): [string, unknown] => [name, 1.5]),
    ['softBufferLimit', 16_777_217],
  ];
  for (const [name, value] of wrong) {
    it(`refuse ${name} ${JSON.stringify(value)}, by name`, () => {
      assert.throws(
        () => socketio({ [name]: value }),
        (error) =>
          error instanceof SocketioError && error.code === 'OPTION_INVALID' && error.message.includes(name),
      );
    });
  }
});

describe('options for compressed WebSocket messages', () => {
  const read = (given: Record<string, unknown>) =>
    readOptions({ perMessageDeflate: given }).perMessageDeflate;

  it('are taken as Socket.IO documents them', () => {
    const documented = {
      threshold: 2_048,
      zlibDeflateOptions: { chunkSize: 8 * 1_024 },
      zlibInflateOptions: { windowBits: 14, memLevel: 7 },
      clientNoContextTakeover: true,
      serverNoContextTakeover: true,
      serverMaxWindowBits: 10,
      concurrencyLimit: 20,
    };
    assert.deepEqual(read(documented), documented);
  });

  const lawful: readonly Record<string, unknown>[] = [
    { serverMaxWindowBits: 8 },
    { clientMaxWindowBits: true, serverMaxWindowBits: false },
    { concurrencyLimit: Number.POSITIVE_INFINITY },
    { threshold: Number.POSITIVE_INFINITY },
    { zlibDeflateOptions: undefined, clientMaxWindowBits: undefined },
    { zlibDeflateOptions: { level: 9, memLevel: 9, strategy: 3 } },
  ];
  for (const given of lawful) {
    it(`are taken: ${inspect(given, { breakLength: Infinity })}`, () => {
      const compression = Object(read(given));
      for (const [part, value] of Object.entries(given)) {
        assert.deepEqual(compression[part], value);
      }
    });
  }

  const wrong: readonly [part: string, value: unknown][] = [
    ['zlibDeflateOptions', { level: 99 }],
    ['zlibDeflateOptions', { memLevel: 0 }],
    ['zlibDeflateOptions', { flush: 4 }],
    ['zlibDeflateOptions', []],
    ['zlibDeflateOptions', 9],
    ['zlibInflateOptions', { chunkSize: 1 }],
    ['zlibInflateOptions', { windowBits: 99 }],
    ['zlibInflateOptions', { dictionary: 'x' }],
    ['serverMaxWindowBits', 99],
    ['serverMaxWindowBits', 7],
    ['clientMaxWindowBits', 8.5],
    ['clientMaxWindowBits', '15'],
    ['concurrencyLimit', 0],
    ['concurrencyLimit', Number.NaN],
    ['concurrencyLimit', -1],
    ['serverNoContextTakeover', 1],
    ['clientNoContextTakeover', 'yes'],
    ['maxPayload', 5],
    ['nonsense', 1],
  ];
  for (const [part, value] of wrong) {
    it(`are refused by name before anybody connects: ${part} ${inspect(value)}`, () => {
      assert.throws(
        () => socketio({ perMessageDeflate: { [part]: value } }),
        (error) =>
          error instanceof SocketioError &&
          error.code === 'OPTION_INVALID' &&
          error.message.startsWith(`perMessageDeflate.${part}`),
      );
    });
  }
});

describe('a mistake in the call', () => {
  const calls: [string, unknown[]][] = [
    ['options behind the handler', [() => {}, {}]],
    ['a handler that is none', [{}, 'handler']],
    ['a port', [3000]],
    ['an HTTP server', [createServer()]],
    ['a list', [[]]],
    ['null', [null]],
  ];
  for (const [what, given] of calls) {
    it(`is told at once: ${what}`, () => {
      const call = socketio as unknown as (...args: unknown[]) => unknown;
      assert.throws(
        () => call(...given),
        (error) => error instanceof SocketioError && error.code === 'OPTION_INVALID',
      );
    });
  }

  it('is told at once: what is attached is no server', () => {
    const io = socketio();
    assert.throws(() => io.attach(express() as never), { code: 'SERVER_INVALID' });
  });

  it('is told: a drain that is no time', async () => {
    for (const drain of [-1, Number.NaN, null as unknown as number]) {
      await assert.rejects(socketio().close({ drain }), { code: 'OPTION_INVALID' });
    }
  });
});

describe('the end of a server', () => {
  it('can be heard of by a callback, as in Socket.IO', async () => {
    await new Promise<void>((resolve) => {
      socketio().close(resolve);
    });
  });

  it('may be given all the time of the world', () => socketio().close({ drain: Number.POSITIVE_INFINITY }));
});

describe('the cookie', () => {
  async function cookieOf(
    cookie: UserOptions['cookie'],
    before?: express.RequestHandler,
  ): Promise<string[] | undefined> {
    const app = express();
    if (before) app.use(before);
    const io = socketio(cookie === undefined ? {} : { cookie });
    app.use('/socket.io', io);
    const server = createServer(app);
    const port = await listening(server);
    const headers = await new Promise<string[] | undefined>((resolve) => {
      const url = `http://127.0.0.1:${port}/socket.io/?EIO=4&transport=polling`;
      request(url, { agent: false }, (res) => {
        res.resume();
        res.on('end', () => resolve(res.headers['set-cookie']));
      }).end();
    });
    await io.close({ drain: 1 });
    server.close();
    return headers;
  }

  it('is not set unless it is asked for', async () => {
    assert.equal(await cookieOf(undefined), undefined);
    assert.equal(await cookieOf(false), undefined);
  });

  it('carries the id of the session, out of reach of scripts', async () => {
    const [cookie] = (await cookieOf(true)) ?? [];
    assert.match(cookie ?? '', /^io=[\w-]{20}; Path=\/; HttpOnly; SameSite=Lax$/);
  });

  it('is Secure where the client has come by TLS, unless that is denied', async () => {
    const byTls: express.RequestHandler = (req, _res, next) => {
      req.app.set('trust proxy', true);
      req.headers['x-forwarded-proto'] = 'https';
      next();
    };
    assert.match((await cookieOf(true, byTls))?.[0] ?? '', /; Secure/);
    assert.doesNotMatch((await cookieOf({ secure: false }, byTls))?.[0] ?? '', /; Secure/);
  });

  it('takes other attributes, and leaves the cookies of the site alone', async () => {
    const before: express.RequestHandler = (_req, res, next) => {
      res.cookie('site', '1');
      next();
    };
    const cookies = await cookieOf({ name: 'node', path: '/x', sameSite: 'strict' }, before);
    assert.match(cookies?.[0] ?? '', /^site=1/);
    assert.match(cookies?.[1] ?? '', /^node=[\w-]{20}; Path=\/x; HttpOnly; SameSite=Strict$/);
  });
});
