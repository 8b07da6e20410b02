/** Each bound that a client can reach is counted under the name of its option, once each time. */
import assert from 'node:assert/strict';
import type { Server, Socket, UserOptions } from '../../lib/index.js';
import { ask, handshake, Knock, knock } from '../router/raw.js';
import { within } from '../support/patience.js';
import { openSite, type Site } from '../support/site.js';
import { masked, tongues } from '../support/tongues.js';

const POLL = '/socket.io/?EIO=4&transport=polling';
const WS = '/socket.io/?EIO=4&transport=websocket';

/** What reaches the bound. */
type Deed = (port: number) => Promise<unknown>;

interface Row {
  readonly options: UserOptions;
  readonly program?: (io: Server) => void;
  readonly deed: Deed;
}

const event = (...args: unknown[]): string => `42${JSON.stringify(args)}`;

/** Says some packets in one POST. */
function says(...packets: string[]): Deed {
  return async (port) => {
    const path = `${POLL}&sid=${await handshake(port)}`;
    // The answer may have to wait until the bound is kept again.
    void ask(port, path, { method: 'POST', body: packets.join('\x1e') }).catch(() => {});
  };
}

/** Says some bytes over a WebSocket. */
function writes(...chunks: Buffer[]): Deed {
  return async (port) => {
    const line = await knock(port, WS);
    await line.until(/"sid"/);
    for (const chunk of chunks) line.socket.write(chunk);
  };
}

const frame = (first: number, text: string): Buffer => {
  const bytes = masked(text);
  bytes[0] = first;
  return bytes;
};

const unread = (io: Server): unknown => io.serve(() => new Promise(() => {}));
const speaks =
  (act: (socket: Socket) => void) =>
  (io: Server): unknown =>
    io.on('connection', act);

const rows: Readonly<Record<string, Row>> = {
  maxNamespaces: {
    options: { maxNamespaces: 1 },
    program: (io) => io.of('/x'),
    deed: says('40', '40/x,'),
  },
  connectTimeout: { options: { connectTimeout: 20 }, deed: handshake },
  'connectTimeout, revision 1': {
    options: { connectTimeout: 20 },
    deed: (port) => ask(port, tongues.vintage.handshake()),
  },
  upgradeTimeout: {
    options: { upgradeTimeout: 20 },
    deed: async (port) => knock(port, `${WS}&sid=${await handshake(port)}`),
  },
  headersTimeout: {
    options: { headersTimeout: 40 },
    deed: async (port) => Knock.send(port, 'GET / HT'),
  },
  'handshakeTimeout, the challenge of a draft': {
    options: { handshakeTimeout: 20, transports: ['flashsocket'] },
    deed: async (port) => {
      const [sid] = (await ask(port, tongues.vintage.handshake())).body.split(':');
      const keys = {
        'Sec-WebSocket-Key1': '1 2',
        'Sec-WebSocket-Key2': '1 2',
        Origin: `http://127.0.0.1:${port}`,
      };
      await knock(port, `/socket.io/1/flashsocket/${sid}`, {
        'Sec-WebSocket-Key': '',
        'Sec-WebSocket-Version': '',
        ...keys,
      });
    },
  },
  handshakeTimeout: {
    options: { handshakeTimeout: 20, allowRequest: () => {} },
    deed: (port) => knock(port, WS),
  },
  hardBufferLimit: {
    options: { hardBufferLimit: 100 },
    program: speaks((socket) => {
      for (let count = 0; count < 5; count++) socket.emit('x', 'y'.repeat(50));
    }),
    deed: says('40'),
  },
  writeDeadline: {
    options: { softBufferLimit: 100, writeDeadline: 20 },
    program: speaks((socket) => socket.emit('x', 'y'.repeat(200))),
    deed: says('40'),
  },
  maxPendingAcks: {
    options: { maxPendingAcks: 1, onError: () => {} },
    program: speaks((socket) => {
      for (let count = 0; count < 2; count++) socket.emit('question', () => {});
    }),
    deed: says('40'),
  },
  mailboxMessages: {
    options: { mailboxMessages: 1 },
    program: unread,
    deed: says('40', event('a')),
  },
  mailboxBytes: { options: { mailboxBytes: 10 }, program: unread, deed: says('40', event('a', 'b')) },
  maxAttachments: {
    options: { maxAttachments: 1 },
    deed: says('40', '452-["a",{"_placeholder":true,"num":0}]'),
  },
  'maxAttachments of those that are named': {
    options: { maxAttachments: 1 },
    deed: writes(
      masked('40'),
      masked('451-["a",{"_placeholder":true,"num":0},{"_placeholder":true,"num":0}]'),
      frame(0x82, ''),
    ),
  },
  attachmentTimeout: {
    options: { attachmentTimeout: 20 },
    deed: says('40', '451-["a",{"_placeholder":true,"num":0}]'),
  },
  maxArguments: { options: { maxArguments: 1 }, deed: says('40', event('a', 1, 2)) },
  maxDepth: { options: { maxDepth: 3 }, deed: says('40', event('a', [[[[]]]])) },
  maxValues: { options: { maxValues: 3 }, deed: says('40', event('a', [{}, {}])) },
  maxNameLength: { options: { maxNameLength: 3 }, deed: says('40', event('long')) },
  maxNamespaceLength: { options: { maxNamespaceLength: 3 }, deed: says('40/long,') },
  maxEventsPerSecond: { options: { maxEventsPerSecond: 1 }, deed: says('40', event('a')) },
  'maxHttpBufferSize of a body': {
    options: { maxHttpBufferSize: 100 },
    deed: says(event('a', 'b'.repeat(100))),
  },
  'maxHttpBufferSize of a body, revision 1': {
    options: { maxHttpBufferSize: 100 },
    deed: async (port) => {
      const { body } = await ask(port, tongues.vintage.handshake());
      const path = tongues.vintage.path('polling', tongues.vintage.sidIn(body));
      await ask(port, path);
      await ask(port, path, { method: 'POST', body: 'x'.repeat(101) });
    },
  },
  'maxHttpBufferSize of a message': {
    options: { maxHttpBufferSize: 20 },
    deed: writes(masked(event('a', 'b'.repeat(20)))),
  },
  'maxHttpBufferSize of a message that might be compressed': {
    options: { maxHttpBufferSize: 20, perMessageDeflate: true },
    deed: async (port) => {
      const line = await knock(port, WS, { 'Sec-WebSocket-Extensions': 'permessage-deflate' });
      await line.head();
      line.socket.write(masked(event('a', 'b'.repeat(20))));
    },
  },
  maxFragments: {
    options: { maxFragments: 1 },
    deed: writes(frame(0x01, '4'), frame(0x00, '0'), frame(0x80, '')),
  },
  maxControlFrames: { options: { maxControlFrames: 1 }, deed: writes(frame(0x89, ''), frame(0x89, '')) },
  bodyTimeout: {
    options: { bodyTimeout: 40 },
    deed: async (port) => {
      const path = `${POLL}&sid=${await handshake(port)}`;
      Knock.send(port, `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n4`);
    },
  },
  'pingTimeout, a question of ours': {
    options: { pingInterval: 20, pingTimeout: 20 },
    deed: writes(masked('40')),
  },
  'pingTimeout, a question of the client': {
    options: { pingInterval: 20, pingTimeout: 20 },
    deed: (port) => knock(port, tongues.classic.path('websocket', '').replace('&sid=', '')),
  },
  'pingTimeout, a heartbeat of revision 1': {
    options: { pingInterval: 20, pingTimeout: 20 },
    deed: async (port) => {
      const { body } = await ask(port, tongues.vintage.handshake());
      await knock(port, tongues.vintage.path('websocket', tongues.vintage.sidIn(body)));
    },
  },
  'pingTimeout, a poll of revision 1': {
    options: { pingInterval: 20, pingTimeout: 20 },
    deed: async (port) => {
      const { body } = await ask(port, tongues.vintage.handshake());
      await ask(port, tongues.vintage.path('polling', tongues.vintage.sidIn(body)));
    },
  },
  'connectionStateRecovery.maxLogBytes': {
    options: { connectionStateRecovery: { maxLogBytes: 10_000 } },
    program: speaks((socket) => {
      if (socket.handshake.auth.pid) return;
      socket.on('disconnect', () => {
        for (let count = 0; count < 20; count++) socket.nsp.emit('x', 'y'.repeat(1_000));
      });
    }),
    deed: async (port) => {
      const first = await knock(port, WS);
      await first.until(/"sid"/);
      first.socket.write(masked('40'));
      await first.until(/"pid":"[^"]+"/);
      const [, pid = ''] = /"pid":"([^"]+)/.exec(first.text) ?? [];
      first.socket.destroy();
      const second = await knock(port, WS);
      await second.until(/"sid"/);
      second.socket.write(masked(`40${JSON.stringify({ pid })}`));
    },
  },
  pollTimeout: { options: { pollTimeout: 20 }, deed: handshake },
  maxPendingPerAddress: {
    options: { maxPendingPerAddress: 1 },
    deed: async (port) => {
      await handshake(port);
      await ask(port, POLL);
    },
  },
  maxSessionsPerAddress: {
    options: { maxSessionsPerAddress: 1 },
    deed: async (port) => {
      await handshake(port);
      await ask(port, POLL);
    },
  },
  maxHandshakesPerSecond: {
    options: { maxHandshakesPerSecond: 1 },
    deed: async (port) => {
      for (let count = 0; count < 10; count++) await handshake(port);
      await ask(port, POLL);
    },
  },
};

describe('a bound that a client reaches', () => {
  let site: Site;
  afterEach(() => site.close());

  for (const [name, { options, program, deed }] of Object.entries(rows))
    it(`is counted: ${name}`, async () => {
      site = await openSite(options);
      program?.(site.io);
      await deed(site.port);
      const limits = () => site.io.stats().limits;
      const counted = async (): Promise<void> => {
        while (Object.keys(limits()).length === 0) await new Promise(setImmediate);
      };
      await within(counted(), `a count: ${JSON.stringify(site.io.stats())}`);
      assert.deepEqual(limits(), { [name.split(/[ ,]/)[0] ?? '']: 1 });
    });
});
