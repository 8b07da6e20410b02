/** Requests of a session that are refused: observers are told whose they were, in all generations. */
import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { DiagnosticsEvents, UserOptions } from '../../lib/index.js';
import { ask, Knock, knock } from '../router/raw.js';
import { within } from '../support/patience.js';
import { openSite, type Site } from '../support/site.js';
import { type Tongue, tongues } from '../support/tongues.js';

type Refusal = DiagnosticsEvents['socketio:refusal'];
type Limit = DiagnosticsEvents['socketio:limit'];

interface Row {
  readonly what: string;
  /** Of those who speak Engine.IO; all if it is left out. */
  readonly generations?: readonly number[];
  readonly options?: UserOptions;
  deed(port: number, path: string, tongue: Tongue): unknown;
  readonly code: Refusal['code'];
  readonly status: number;
  readonly limit?: Limit['limit'];
  /** What its end is for another request of the client. */
  readonly besides?: Refusal['code'];
}

const post =
  (body: (tongue: Tongue) => string | Buffer) =>
  (port: number, path: string, tongue: Tongue): unknown =>
    ask(port, path, { method: 'POST', body: body(tongue) });

/** Begins a POST, and says no more. */
function begin(port: number, path: string): Knock {
  return Knock.send(port, `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n4`);
}

const rows: readonly Row[] = [
  {
    what: 'a body that is too large',
    options: { maxHttpBufferSize: 100 },
    deed: post(() => 'x'.repeat(101)),
    code: 'PAYLOAD_TOO_LARGE',
    status: 413,
    limit: 'maxHttpBufferSize',
  },
  {
    what: 'a body that takes too long',
    options: { bodyTimeout: 40 },
    deed: begin,
    code: 'BODY_TIMEOUT',
    status: 408,
    limit: 'bodyTimeout',
  },
  {
    what: 'a body that breaks off',
    deed: (port, path) => {
      const { socket } = begin(port, path);
      socket.once('connect', () => setImmediate(() => socket.resetAndDestroy()));
    },
    code: 'BODY_BROKEN_OFF',
    status: 400,
  },
  {
    what: 'a packet that is none',
    generations: [3, 4],
    deed: post(({ pack }) => pack('9')),
    code: 'BAD_REQUEST',
    status: 400,
  },
  {
    what: 'a packet too many',
    generations: [3, 4],
    options: { maxNamespaces: 1 },
    deed: post(({ pack }) => pack('40/x,', '40/y,')),
    code: 'BAD_REQUEST',
    status: 400,
    limit: 'maxNamespaces',
  },
  {
    what: 'a body that is no text',
    generations: [3, 4],
    deed: post(() => Buffer.from([0xff])),
    code: 'MALFORMED_BODY',
    status: 400,
  },
  {
    what: 'a body that ends in the middle of a packet',
    generations: [3],
    deed: post(() => '99:4'),
    code: 'MALFORMED_BODY',
    status: 400,
  },
  {
    what: 'a second poll',
    generations: [4],
    deed: (port, path) => {
      const request = `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
      for (let count = 0; count < 2; count++) Knock.send(port, request);
    },
    code: 'OVERLAP',
    status: 400,
  },
  {
    what: 'a second POST',
    generations: [3, 4],
    deed: (port, path) => {
      for (let count = 0; count < 2; count++) begin(port, path);
    },
    code: 'OVERLAP',
    status: 400,
    besides: 'SESSION_UNKNOWN',
  },
  {
    what: 'one POST of many',
    generations: [1],
    deed: (port, path) => {
      for (let count = 0; count < 9; count++) begin(port, path);
    },
    code: 'TOO_MANY_POSTS',
    status: 429,
  },
];

describe('a refused request of a session', () => {
  let site: Site;
  let refusals: Refusal[];
  let limits: Limit[];
  const listeners = [
    ['socketio:refusal', (message: unknown) => refusals.push(message as Refusal)],
    ['socketio:limit', (message: unknown) => limits.push(message as Limit)],
  ] as const;

  beforeEach(() => {
    refusals = [];
    limits = [];
    for (const [name, hear] of listeners) subscribe(name, hear);
  });
  afterEach(async () => {
    for (const [name, hear] of listeners) unsubscribe(name, hear);
    await site.close();
  });

  async function until(look: () => boolean): Promise<void> {
    const looking = async (): Promise<void> => {
      while (!look()) await new Promise(setImmediate);
    };
    await within(looking(), 'a word of it');
  }

  /** Somebody who has joined, and for whom nothing waits. @returns the path of the session */
  async function poller(tongue: Tongue): Promise<string> {
    const { body } = await ask(site.port, tongue.handshake());
    const path = tongue.path('polling', tongue.sidIn(body));
    // Older clients have joined by coming.
    if (tongue.generation === 4) await ask(site.port, path, { method: 'POST', body: '40' });
    await ask(site.port, path);
    return path;
  }

  for (const tongue of Object.values(tongues)) {
    for (const { what, generations, options, deed, code, status, limit, besides } of rows) {
      if (generations?.includes(tongue.generation) === false) continue;
      it(`is told with its client, ${tongue.name}: ${what}`, async () => {
        site = await openSite(options);
        site.io.of(/^\/./);
        const path = await poller(tongue);
        await deed(site.port, path, tongue);
        const codes = besides ? [code, besides] : [code];
        await until(() => refusals.length === codes.length && (!limit || limits.length > 0));
        const { generation } = tongue;
        const client = { generation, transport: 'polling', address: '127.0.0.1' };
        assert.deepEqual(
          refusals,
          codes.map((one) => ({ ...client, code: one, status, upgrade: false })),
        );
        assert.deepEqual(limits, limit ? [{ ...client, session: 1, limit }] : []);
        const { refusals: counted, limits: reached } = site.io.stats();
        assert.deepEqual(counted, Object.fromEntries(codes.map((one) => [one, 1])));
        assert.deepEqual(reached, limit ? { [limit]: 1 } : {});
      });
    }
  }

  it('is told with the transport that it names', async () => {
    site = await openSite({ transports: ['jsonp'], maxHttpBufferSize: 100 });
    const opened = await ask(site.port, '/socket.io/?EIO=4&transport=polling&j=0');
    const sid = /\\"sid\\":\\"([^"\\]+)/.exec(opened.body)?.[1];
    const path = `/socket.io/?EIO=4&transport=polling&j=0&sid=${sid}`;
    await ask(site.port, path, { method: 'POST', body: `d=${'x'.repeat(100)}` });
    assert.deepEqual(
      [...refusals, ...limits].map(({ transport, generation }) => [transport, generation]),
      [
        ['jsonp', 4],
        ['jsonp', 4],
      ],
    );
  });

  it('is told with its session where a draft of the WebSocket keeps it waiting', async () => {
    site = await openSite({ handshakeTimeout: 20, transports: ['flashsocket'] });
    const { body } = await ask(site.port, tongues.vintage.handshake());
    await knock(site.port, tongues.vintage.path('flashsocket', tongues.vintage.sidIn(body)), {
      'Sec-WebSocket-Key': '',
      'Sec-WebSocket-Version': '',
      'Sec-WebSocket-Key1': '1 2',
      'Sec-WebSocket-Key2': '1 2',
      Origin: `http://127.0.0.1:${site.port}`,
    });
    await until(() => limits.length > 0);
    const client = { generation: 1, address: '127.0.0.1' };
    assert.deepEqual(limits, [{ ...client, session: 1, limit: 'handshakeTimeout' }]);
  });

  it('is told of a client whose offer of an extension cannot be read', async () => {
    site = await openSite({ perMessageDeflate: true });
    const offer = { 'Sec-WebSocket-Extensions': 'permessage-deflate; server_max_window_bits=99' };
    await (await knock(site.port, '/socket.io/?EIO=4&transport=websocket', offer)).answer();
    const client = { generation: 4, transport: 'websocket', address: '127.0.0.1' };
    assert.deepEqual(refusals, [{ ...client, code: 'BAD_REQUEST', status: 400, upgrade: true }]);
  });
});
