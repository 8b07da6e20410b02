/** What observers are told, by the channels of `node:diagnostics_channel`. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel';
import { promisify } from 'node:util';
import type { DiagnosticsEvents, Socket, UserOptions } from '../../lib/index.js';
import { ask, handshake, knock, type Wish } from '../router/raw.js';
import { newestPairs } from '../support/newest.js';
import { heard, within } from '../support/patience.js';
import { openSite, type Site } from '../support/site.js';
import { Stage } from '../support/stage.js';
import { masked } from '../support/tongues.js';

type Told = { [Name in keyof DiagnosticsEvents]: [Name, DiagnosticsEvents[Name]] }[keyof DiagnosticsEvents];

const names: readonly (keyof DiagnosticsEvents)[] = [
  'socketio:handshake',
  'socketio:upgrade',
  'socketio:refusal',
  'socketio:close',
  'socketio:limit',
  'socketio:slow-consumer',
];

const POLL = '/socket.io/?EIO=4&transport=polling';
const client = { session: 1, generation: 4, transport: 'polling', address: '127.0.0.1' } as const;

describe('an observer', () => {
  let site: Site;
  let told: Told[];
  let look: () => void;
  let stage: Stage | undefined;
  const listeners = names.map((name) => {
    const hear = (message: unknown): void => {
      told.push([name, message] as Told);
      look();
    };
    return [name, hear] as const;
  });

  beforeEach(() => {
    told = [];
    look = () => {};
    for (const [name, hear] of listeners) subscribe(name, hear);
  });
  afterEach(async () => {
    await stage?.close();
    await site.close();
    for (const [name, hear] of listeners) unsubscribe(name, hear);
    assert.deepEqual(
      names.map((name) => channel(name).hasSubscribers),
      names.map(() => false),
    );
  });

  /** What has been told, as soon as an event of that name is among it. */
  function until(name: keyof DiagnosticsEvents): Promise<Told[]> {
    const all = new Promise<Told[]>((resolve) => {
      look = () => told.some(([one]) => one === name) && resolve(told);
      look();
    });
    return within(all, name);
  }

  /** Somebody who polls, and is in `/`. */
  async function poller(options: UserOptions = {}): Promise<{ say: (body: string) => Promise<unknown> }> {
    site = await openSite(options);
    const path = `${POLL}&sid=${await handshake(site.port)}`;
    return { say: (body) => ask(site.port, path, { method: 'POST', body }) };
  }

  it('is told of a handshake and of the end', async () => {
    const { say } = await poller();
    await say('1');
    assert.deepEqual(await until('socketio:close'), [
      ['socketio:handshake', client],
      ['socketio:close', { ...client, reason: 'transport close' }],
    ]);
  });

  it('is told why, where the reason does not say it, and which bound it was', async () => {
    const { say } = await poller({ maxNamespaces: 1 });
    site.io.of('/x');
    await say('40\x1e40/x,');
    const { session: _, ...asker } = client;
    assert.deepEqual((await until('socketio:refusal')).slice(1), [
      [
        'socketio:close',
        { ...client, reason: 'forced server close', why: 'more than maxNamespaces namespaces' },
      ],
      ['socketio:limit', { ...client, limit: 'maxNamespaces' }],
      ['socketio:refusal', { ...asker, code: 'BAD_REQUEST', status: 400, upgrade: false }],
    ]);
  });

  it('is told which time has passed where a client is not heard any more', async () => {
    site = await openSite({ pingInterval: 20, pingTimeout: 20 });
    const line = await knock(site.port, '/socket.io/?EIO=4&transport=websocket');
    await line.until(/"sid"/);
    const silent = { ...client, transport: 'websocket' };
    const why = 'no sign of life within pingTimeout';
    assert.deepEqual((await until('socketio:limit')).slice(1), [
      ['socketio:close', { ...silent, reason: 'ping timeout', why }],
      ['socketio:limit', { ...silent, limit: 'pingTimeout' }],
    ]);
  });

  it('is told of a client that does not keep up, while it can be seen how much waits', async () => {
    const { say } = await poller({ softBufferLimit: 1_000, hardBufferLimit: 5_000 });
    const joined = heard(site.io as never, 'connection') as Promise<[Socket]>;
    await say('40');
    const [socket] = await joined;
    for (let count = 0; count < 10; count++) socket.emit('x', 'y'.repeat(1_000));
    const [, slow, close] = await until('socketio:close');
    assert.ok(slow?.[0] === 'socketio:slow-consumer');
    const { bufferedAmount, why, ...who } = slow[1];
    assert.deepEqual(who, client);
    assert.ok(bufferedAmount >= 5_000 && bufferedAmount < 7_000, String(bufferedAmount));
    assert.match(why, /hardBufferLimit/);
    assert.deepEqual(close, ['socketio:close', { ...client, reason: 'slow consumer', why }]);
    await until('socketio:limit');
  });

  it('is told of refusals, and not what has been refused', async () => {
    site = await openSite();
    await ask(site.port, `${POLL}&sid=a-secret-of-somebody`);
    await ask(site.port, '/socket.io/?EIO=9&transport=polling');
    await ask(site.port, '/socket.io/?EIO=4&transport=telepathy');
    await (await knock(site.port, '/socket.io/1/websocket/?t=1')).answer();
    await ask(site.port, '/socket.io/1/xhr-polling/a-secret-of-somebody');
    const address = '127.0.0.1';
    const polled = { upgrade: false, address, transport: 'polling' };
    assert.deepEqual(told, [
      ['socketio:refusal', { ...polled, code: 'SESSION_UNKNOWN', status: 400, generation: 4 }],
      ['socketio:refusal', { ...polled, code: 'UNSUPPORTED_PROTOCOL_VERSION', status: 400 }],
      [
        'socketio:refusal',
        { code: 'TRANSPORT_UNKNOWN', status: 400, generation: 4, upgrade: false, address },
      ],
      [
        'socketio:refusal',
        { code: 'BAD_REQUEST', status: 400, generation: 1, transport: 'websocket', upgrade: true, address },
      ],
      ['socketio:refusal', { ...polled, code: 'SESSION_UNKNOWN', status: 200, generation: 1 }],
    ]);
  });

  it('is told with which status, in the words of each dialect', async () => {
    site = await openSite({ transports: ['polling', 'jsonp'] });
    const evil = { headers: { Origin: 'http://evil.example' } };
    const asked: readonly (readonly [path: string, wish?: Wish])[] = [
      ['/socket.io/1/', { method: 'PUT' }],
      ['/socket.io/2/'],
      ['/socket.io/1/', evil],
      ['/socket.io/1/?jsonp=0', evil],
      [`${POLL}&sid=${await handshake(site.port)}`, { method: 'PUT' }],
    ];
    told.length = 0;
    const answered: unknown[] = [];
    for (const [path, wish] of asked) answered.push((await ask(site.port, path, wish)).status);
    assert.deepEqual(answered, [405, 500, 403, 200, 500]);
    assert.deepEqual(
      told.map(([, message]) => 'status' in message && message.status),
      answered,
    );
  });

  it('is told of a WebSocket that was no way to move to, and its client of the option', async () => {
    site = await openSite({ maxHttpBufferSize: 100 });
    const sid = await handshake(site.port);
    told.length = 0;
    for (const [bytes, last] of [
      [masked('4["x"]'), /\x88.\x03\xf0unknown packet type/],
      [masked('x'.repeat(101)), /\x88.\x03\xf1a message has more than maxHttpBufferSize bytes/],
    ] as const) {
      const probe = await knock(site.port, `/socket.io/?EIO=4&transport=websocket&sid=${sid}`);
      await probe.head();
      probe.socket.write(bytes);
      await probe.until(last);
      await probe.answer();
    }
    await until('socketio:limit');
    const refusal = {
      code: 'BAD_REQUEST',
      status: 101,
      generation: 4,
      transport: 'websocket',
      upgrade: true,
    };
    assert.deepEqual(told, [
      ['socketio:refusal', { ...refusal, address: '127.0.0.1' }],
      ['socketio:refusal', { ...refusal, address: '127.0.0.1' }],
      ['socketio:limit', { limit: 'maxHttpBufferSize', ...client }],
    ]);
    assert.deepEqual(site.io.stats().refusals, { BAD_REQUEST: 2 });
  });

  it('sees the address that Express trusts', async () => {
    site = await openSite({}, (app) => app.set('trust proxy', true));
    await ask(site.port, POLL, { headers: { 'X-Forwarded-For': '203.0.113.7' } });
    assert.deepEqual(told, [['socketio:handshake', { ...client, address: '203.0.113.7' }]]);
  });

  it('can tell sessions apart', async () => {
    site = await openSite();
    for (let count = 0; count < 3; count++) await handshake(site.port);
    const numbers = told.map(([, message]) => 'session' in message && message.session);
    assert.deepEqual(numbers, [1, 2, 3]);
  });

  for (const pair of newestPairs) {
    it(`is told of a client ${pair.name}`, async () => {
      stage = new Stage(pair);
      site = await stage.open();
      const { guest, socket } = await stage.join();
      const gone = heard(socket as never, 'disconnect');
      const closed = until('socketio:close');
      guest.leave();
      await gone;
      site.io.engine.close();
      const all = await closed;
      const [first, last] = [all[0], all.at(-1)] as [Told, Told];
      const moved = all.slice(1, -1).map(([name, who]) => [name, (who as { transport?: string }).transport]);
      assert.deepEqual(moved, pair.first === pair.last ? [] : [['socketio:upgrade', pair.last]]);
      const { protocol, first: begins, last: ends } = pair;
      assert.equal((first[1] as { transport?: string }).transport, begins);
      const { reason, why, ...who } = last[1] as DiagnosticsEvents['socketio:close'];
      assert.deepEqual(who, { session: 1, generation: protocol, transport: ends, address: '127.0.0.1' });
      assert.ok(reason);
      assert.equal(why, undefined);
    });
  }
});

describe('an observer that fails', () => {
  it('is a fault of the process, as on every channel of Node, and harms neither server nor clients', async () => {
    const program = new URL('./failing-observer.ts', import.meta.url).pathname;
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', program]);
    assert.deepEqual(JSON.parse(stdout), {
      uncaught: ['the observer', 'the observer'],
      others: ['handshake', 'close'],
      answer: '40',
    });
  });
});

describe('a line of NODE_DEBUG=socketio', () => {
  it('says what observers are told', async () => {
    const program = new URL('./failing-observer.ts', import.meta.url).pathname;
    const env = { ...process.env, NODE_DEBUG: 'socketio' };
    const { stderr } = await promisify(execFile)(process.execPath, ['--import', 'tsx', program], { env });
    const lines = stderr.split('\n').filter((line) => line.startsWith('SOCKETIO'));
    const said = lines.map((line) => line.replace(/^SOCKETIO \d+: /, ''));
    const who = '{"session":1,"generation":4,"transport":"polling","address":"127.0.0.1"';
    assert.deepEqual(said, [`handshake ${who}}`, `close ${who},"reason":"transport close"}`]);
  });
});
