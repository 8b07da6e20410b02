/** The option `cors`: what pages of other origins are told, beside the genuine server; and who is let in. */
import assert from 'node:assert/strict';
import cors from 'cors';
import type { Express } from 'express';
import { socketio, type UserOptions } from '../../lib/index.js';
import { headerFor } from '../../lib/router/origin.js';
import { openTwins, type Twins } from '../support/raw-twins.js';
import { openSite, type Site } from '../support/site.js';
import { type Answer, ask, handshake, knock, type Wish } from './raw.js';

const FRIEND = 'https://a.example';
const EVIL = 'https://evil.example';
const POLL = '/socket.io/?EIO=4&transport=polling';
const WS = '/socket.io/?EIO=4&transport=websocket';

type Given = Exclude<NonNullable<UserOptions['cors']>, false>;

/** The header names that are compared. */
const told = [
  'access-control-allow-origin',
  'access-control-allow-credentials',
  'access-control-expose-headers',
  'access-control-allow-methods',
  'access-control-allow-headers',
  'access-control-max-age',
  'vary',
];

function picked({ status, headers }: Answer, names = told): unknown {
  return [status, Object.fromEntries(names.map((name) => [name, headers[name]]))];
}

const shapes: Record<string, Given> = {
  'everybody, by a star': { origin: '*' },
  'one origin': { origin: FRIEND },
  'one origin with cookies': { origin: FRIEND, credentials: true },
  'everybody by name': { origin: true, credentials: true },
  nobody: { origin: false },
  'a pattern': { origin: /\.example$/ },
  'a list': { origin: ['https://b.example', FRIEND, /^https:\/\/c\./] },
  'an empty list': { origin: [] },
  'a function that lets in some': { origin: (origin, done) => done(null, origin === FRIEND) },
  'a function that takes its time': {
    origin: (_origin, done) => setImmediate(() => done(null, [FRIEND])),
    credentials: true,
  },
  'a function that fails': { origin: (_origin, done) => done(new Error('no register')) },
  'all words': {
    origin: FRIEND,
    methods: ['GET', 'POST'],
    allowedHeaders: ['x-token', 'x-other'],
    exposedHeaders: ['x-seen'],
    maxAge: 600,
    optionsSuccessStatus: 200,
  },
  'words as texts': {
    origin: FRIEND,
    methods: 'GET',
    headers: 'x-token',
    exposedHeaders: 'x-seen',
    maxAge: '5',
  },
  'preflights that go on': { origin: FRIEND, preflightContinue: true },
  'options by request': (req, done) => done(null, { origin: req.headers['x-site'] ? EVIL : FRIEND }),
};

const origins = [undefined, FRIEND, EVIL, 'null'];

describe('the option cors, beside the genuine server', () => {
  let twins: Twins;
  afterEach(() => twins.close());

  /** The same request to both, of a session that each has given to the same origin. */
  async function both(path: (sid: string) => string, wish: Wish): Promise<readonly [Answer, Answer]> {
    const answers: Answer[] = [];
    for (const port of [twins.here, twins.there]) {
      const sid = await handshake(port, '/socket.io/', { Origin: FRIEND });
      answers.push(await ask(port, path(sid), wish));
    }
    return answers as unknown as readonly [Answer, Answer];
  }

  for (const [shape, given] of Object.entries(shapes)) {
    it(`says the same of ${shape}`, async () => {
      twins = await openTwins({ cors: given, onError: () => {} });
      for (const origin of origins) {
        const headers: Record<string, string> = origin === undefined ? {} : { Origin: origin };
        const asked = {
          ...headers,
          'Access-Control-Request-Method': 'POST',
          'Access-Control-Request-Headers': 'x-a',
        };
        const wishes: [string, string, Wish][] = [
          ['preflight', POLL, { method: 'OPTIONS', headers: asked }],
          ['preflight without questions', POLL, { method: 'OPTIONS', headers }],
          ['handshake', POLL, { headers }],
          ['refusal', '/socket.io/?EIO=4&transport=pigeon', { headers }],
          ['client file', '/socket.io/socket.io.min.js', { headers }],
          ['preflight of a client file', '/socket.io/socket.io.js', { method: 'OPTIONS', headers: asked }],
        ];
        for (const [what, path, wish] of wishes) {
          const here = await ask(twins.here, path, wish);
          const there = await ask(twins.there, path, wish);
          // Known difference: the genuine server lets in strangers, whose browsers then hide the answer from them.
          if (what === 'handshake' && here.status === 403) assert.equal(there.status, 200);
          const names = what === 'client file' ? told.slice(0, -1) : told;
          const [, spoken] = picked(here, names) as [number, unknown];
          assert.deepEqual(spoken, (picked(there, names) as [number, unknown])[1], `${what} of ${origin}`);
          // The genuine server gives the file to any method that no preflight has answered, and whatever a function says.
          const fileless = what.endsWith('client file') && here.status === 400;
          if (here.status !== 403 && !fileless) assert.equal(here.status, there.status, what);
        }
      }
    });
  }

  for (const shape of ['one origin with cookies', 'everybody, by a star', 'a list', 'all words'] as const) {
    it(`says the same on polls, POSTs and refusals of a session: ${shape}`, async () => {
      twins = await openTwins({ cors: shapes[shape] as Given });
      for (const origin of [FRIEND, EVIL]) {
        const headers = { Origin: origin };
        for (const [path, wish] of [
          [(sid: string) => `${POLL}&sid=${sid}`, { headers, method: 'POST', body: '40' }],
          [(sid: string) => `${POLL}&sid=${sid}x`, { headers }],
          [(sid: string) => `${POLL}&sid=${sid}`, { headers, method: 'PUT' }],
        ] as const) {
          const [here, there] = await both(path, wish);
          const [, ours] = picked(here) as [number, unknown];
          assert.deepEqual(ours, (picked(there) as [number, unknown])[1], `${wish.method} of ${origin}`);
        }
      }
    });
  }

  it('says the same on a poll that brings something', async () => {
    twins = await openTwins({ cors: { origin: [FRIEND], credentials: true, exposedHeaders: 'x-seen' } });
    const answers: unknown[] = [];
    for (const port of [twins.here, twins.there]) {
      const headers = { Origin: FRIEND };
      const path = `${POLL}&sid=${await handshake(port, '/socket.io/', headers)}`;
      await ask(port, path, { headers, method: 'POST', body: '40' });
      const answer = await ask(port, path, { headers });
      assert.match(answer.body, /^40/);
      answers.push(picked(answer));
    }
    assert.deepEqual(answers[0], answers[1]);
  });
});

describe('the option cors', () => {
  let site: Site;
  afterEach(() => site.close());

  const open = async (
    given: Given,
    prepare?: (app: Express) => void,
    more: UserOptions = {},
  ): Promise<void> => {
    site = await openSite({ cors: given, ...more }, prepare);
  };

  async function letsIn(origin: string): Promise<boolean[]> {
    const headers = { Origin: origin };
    const sid = await handshake(site.port);
    const jsonp = POLL.replace('EIO=4', 'EIO=3');
    const upgrades = [
      await knock(site.port, WS, headers),
      await knock(site.port, `${WS}&sid=${sid}`, headers),
    ];
    const answers = [
      await ask(site.port, POLL, { headers }),
      await ask(site.port, `${jsonp}&j=0`, { headers }),
      await ask(site.port, `${POLL}&sid=${sid}`, { headers, method: 'POST', body: '40' }),
      ...(await Promise.all(upgrades.map((upgrade) => upgrade.head()))),
    ];
    for (const { socket } of upgrades) socket.destroy();
    for (const { status } of answers) assert.ok([200, 101, 403].includes(status), String(status));
    return answers.map(({ status }) => status !== 403);
  }

  const all = [true, true, true, true, true];
  const none = all.map(() => false);

  for (const admit of ['once', 'every'] as const) {
    it(`governs who is let in, on every way; admit ${admit}`, async () => {
      await open({ origin: FRIEND }, undefined, { admit, transports: ['polling', 'websocket', 'jsonp'] });
      assert.deepEqual(await letsIn(FRIEND), all);
      assert.deepEqual(await letsIn(EVIL), none);
      assert.deepEqual(await letsIn('null'), none);
      assert.deepEqual(await letsIn(site.url), all, 'the site itself');
    });
  }

  it('governs it by a function, too, that takes its time', async () => {
    const given: Given = { origin: (origin, done) => void setImmediate(done, null, origin === FRIEND) };
    await open(given, undefined, { transports: ['polling', 'websocket', 'jsonp'] });
    assert.deepEqual(await letsIn(FRIEND), all);
    assert.deepEqual(await letsIn(EVIL), none);
  });

  it('asks a function for each handshake, and not again for a session of the same origin', async () => {
    const asked: unknown[] = [];
    await open({
      origin: (origin, done) => {
        asked.push(origin);
        setImmediate(done, null, origin);
      },
    });
    const headers = { Origin: FRIEND };
    const sid = await handshake(site.port, '/socket.io/', headers);
    const answer = await ask(site.port, `${POLL}&sid=${sid}`, { headers, method: 'POST', body: '40' });
    assert.equal(answer.headers['access-control-allow-origin'], FRIEND);
    assert.deepEqual(asked, [FRIEND]);
    await ask(site.port, `${POLL}&sid=${sid}`, { headers: { Origin: EVIL }, method: 'POST', body: '3' });
    assert.deepEqual(asked, [FRIEND, EVIL]);
  });

  const faults: Record<string, Given> = {
    throws: { origin: () => assert.fail('no register') },
    rejects: { origin: (() => Promise.reject(new Error('no register'))) as never },
    'calls back with an error': { origin: (_origin, done) => done(new Error('no register')) },
    'calls back with what is no rule': { origin: (_origin, done) => done(null, { any: 1 } as never) },
    'throws, asked for all options': () => assert.fail('no register'),
    'gives bad options': (_req, done) => done(null, { origin: '*', credentials: true }),
  };
  for (const [what, given] of Object.entries(faults)) {
    it(`tells the owner, and refuses, if a function ${what}`, async () => {
      await open(given);
      const { status, body } = await ask(site.port, POLL, { headers: { Origin: FRIEND } });
      assert.deepEqual([status, body], [400, '{"code":3,"message":"Bad request"}']);
      assert.equal(site.complaints.length, 1);
    });
  }

  it('hears only the first answer of a function', async () => {
    await open({
      origin: (_origin, done) => {
        done(null, FRIEND);
        done(null, true);
        done(new Error('late'));
      },
    });
    const { status } = await ask(site.port, POLL, { headers: { Origin: FRIEND } });
    assert.deepEqual([status, site.complaints.length], [200, 0]);
    assert.equal((await ask(site.port, POLL, { headers: { Origin: EVIL } })).status, 403);
  });

  it('replaces what the stack has said of CORS, and never says it twice', async () => {
    await open({ origin: FRIEND }, (app) =>
      app.use(cors({ origin: true, credentials: true, exposedHeaders: 'x' })),
    );
    const { headers } = await ask(site.port, POLL, { headers: { Origin: FRIEND } });
    assert.equal(headers['access-control-allow-origin'], FRIEND);
    assert.equal(headers['access-control-allow-credentials'], undefined);
    assert.equal(headers['access-control-expose-headers'], undefined);
    assert.equal(headers.vary, 'Origin');
    assert.equal((await ask(site.port, POLL, { headers: { Origin: EVIL } })).status, 403);
    assert.equal((await (await knock(site.port, WS, { Origin: EVIL })).answer()).status, 403);
  });

  it('refuses an Origin with unlawful characters before anybody is asked', async () => {
    await open({ origin: () => assert.fail('asked') });
    const { status, headers } = await ask(site.port, POLL, { headers: { Origin: 'http://ex\u00e4mple' } });
    assert.deepEqual([status, headers['access-control-allow-origin']], [400, undefined]);
  });

  it('gives no credentials to everybody, though a function says star', async () => {
    await open({ origin: (_origin, done) => done(null, '*'), credentials: true });
    const { headers } = await ask(site.port, POLL, { headers: { Origin: FRIEND } });
    assert.equal(headers['access-control-allow-origin'], '*');
    assert.equal(headers['access-control-allow-credentials'], undefined);
  });
});

describe('a rule of the option cors', () => {
  it('is a text, a pattern or a list of them', () => {
    assert.equal(headerFor(EVIL, FRIEND), FRIEND);
    assert.equal(headerFor(undefined, FRIEND), FRIEND);
    assert.equal(headerFor(EVIL, [FRIEND]), undefined);
    assert.equal(headerFor(undefined, true), undefined);
    assert.equal(headerFor(FRIEND, ['*']), undefined);
  });

  it('may be a pattern with a memory; it is not used', () => {
    const rule = /a\.example/g;
    for (let round = 0; round < 3; round += 1) assert.equal(headerFor(FRIEND, rule), FRIEND);
    assert.equal(headerFor(EVIL, [/a\.example/y]), undefined);
  });
});

describe('a mistake in the option cors', () => {
  const wrong: unknown[] = [
    true,
    {},
    'https://a.example',
    { origin: '*', credentials: true },
    { origin: 5 },
    { origin: [5] },
    { origin: 'a\r\nb' },
    { origin: FRIEND, methods: 5 },
    { origin: FRIEND, maxAge: 'long' },
    { origin: FRIEND, maxAge: -1 },
    { origin: FRIEND, optionsSuccessStatus: 404 },
    { origin: FRIEND, credentials: 'yes' },
    { origin: FRIEND, exposedHeaders: ['a\nb'] },
    { origin: FRIEND, orgin: FRIEND },
  ];
  for (const given of wrong) {
    it(`is told at once: ${JSON.stringify(given)}`, () => {
      assert.throws(() => socketio({ cors: given as Given }), { code: 'OPTION_INVALID', message: /cors/ });
    });
  }

  it('is told at once: two options that say who is let in', () => {
    assert.throws(() => socketio({ cors: { origin: FRIEND }, origins: EVIL }), { code: 'OPTION_INVALID' });
    assert.ok(socketio({ cors: false, origins: EVIL }));
  });
});

describe('an answer to the option cors that cannot be read', () => {
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  const failing = new Proxy(
    {},
    {
      get: () => {
        throw new Error('not for you');
      },
    },
  );
  const answers: Record<string, unknown> = {
    'a revoked Proxy': revoked.proxy,
    'a Proxy that throws': failing,
  };
  const askers: Record<string, (answer: unknown) => unknown> = {
    'as all of it': (answer) => (_req: unknown, done: (error: unknown, terms: unknown) => void) =>
      done(null, answer),
    'as its origin': (answer) => ({
      origin: (_page: unknown, done: (error: unknown, rule: unknown) => void) => done(null, answer),
    }),
    'as an error': (answer) => (_req: unknown, done: (error: unknown) => void) => done(answer),
  };
  for (const [name, answer] of Object.entries(answers)) {
    for (const [place, asking] of Object.entries(askers)) {
      it(`refuses the request, and is told: ${name}, ${place}`, async () => {
        const site = await openSite({ cors: asking(answer) as Given });
        assert.equal((await ask(site.port, POLL)).status, 400);
        assert.equal(site.complaints.length, 1);
        await site.close();
      });
    }
  }
});
