/** One WebSocket that is left to `ws`, since its messages may be compressed. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { Socket as TcpSocket } from 'node:net';
import { mock } from 'node:test';
import { type ServerOptions, WebSocket, WebSocketServer } from 'ws';
import { carry } from '../../lib/transport/courier.js';
import { DeflateConnection } from '../../lib/transport/deflate-connection.js';
import type { Transport } from '../../lib/transport/transport.js';
import { listening } from '../support/listening.js';
import { latch } from '../support/patience.js';
import { write } from './client-frames.js';
import { batchOf, givesWay, Listener } from './listener.js';
import { RawClient } from './raw-client.js';

const OFFER = 'Sec-WebSocket-Extensions: permessage-deflate\r\n';

/** A close frame, of the client or of the server. */
const words = (code: number, reason = ''): Buffer =>
  Buffer.from([code >> 8, code & 255, ...Buffer.from(reason)]);

describe('a WebSocket that may be compressed', () => {
  let server: Server;
  let up: Listener;
  let connection: TcpSocket;
  let opened: ReturnType<typeof latch<Transport>>;
  let port: number;

  afterEach(async () => {
    mock.restoreAll();
    connection.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  async function serve(options: ServerOptions = {}): Promise<void> {
    up = new Listener();
    opened = latch<Transport>();
    const sockets = new WebSocketServer({
      noServer: true,
      perMessageDeflate: true,
      maxPayload: 1_000,
      maxFragments: 3,
      WebSocket: DeflateConnection,
      ...options,
    });
    server = createServer();
    server.on('upgrade', (req, socket: TcpSocket, head) => {
      connection = socket;
      sockets.handleUpgrade(req, socket, head, (ws) => {
        const transport = carry(ws, socket, { threshold: 1_024, maxControlFrames: 100 });
        transport.reportTo(up);
        opened.open(transport);
      });
    });
    port = await listening(server);
  }

  async function joined(options?: ServerOptions) {
    await serve({ maxPayload: 10_000, ...options });
    const client = new WebSocket(`ws://127.0.0.1:${port}`);
    client.on('error', () => {});
    await once(client, 'open');
    return { client, transport: await opened.promise };
  }

  it('says and hears text and bytes', async () => {
    const { client, transport } = await joined();
    const heard: unknown[] = [];
    const both = latch();
    client.on('message', (data: Buffer, isBinary) => {
      heard.push(isBinary ? data : data.toString());
      if (heard.length === 2) both.open();
    });
    transport.send(batchOf('a'.repeat(2_000), Buffer.alloc(3_000)));
    await both.promise;
    assert.deepEqual(heard, ['a'.repeat(2_000), Buffer.alloc(3_000)]);
    client.send('b'.repeat(2_000));
    client.send(Buffer.alloc(10));
    await up.heard(2);
    assert.deepEqual(up.frames, ['b'.repeat(2_000), Buffer.alloc(10)]);
  });

  it('lets others have their turns while it takes thousands of messages, however fast', async () => {
    const { transport } = await joined();
    await givesWay(transport, up);
  });

  it('hears what was said before the end, though nobody wanted it', async () => {
    await serve();
    const raw = await RawClient.come(port, { headers: OFFER });
    const transport = await opened.promise;
    up.onFrame = () => transport.flow(false);
    raw.write(...['a', 'b', 'c', 'd'].map((payload) => write({ opcode: 1, payload })));
    await up.heard(1);
    assert.equal(transport.settled, false);
    connection.destroy();
    await up.ended();
    assert.deepEqual(up.frames, ['a', 'b', 'c', 'd']);
    assert.equal(transport.settled, true);
  });

  const bounds: readonly [
    what: string,
    options: ServerOptions,
    frames: readonly (readonly [string, boolean])[],
    why: RegExp,
  ][] = [
    ['too large', { maxPayload: 100 }, [['x'.repeat(101), true]], /maxHttpBufferSize/],
    [
      'in too many pieces',
      { maxFragments: 2 },
      [
        ['a', false],
        ['b', false],
        ['c', true],
      ],
      /maxFragments/,
    ],
  ];

  for (const [what, options, frames, why] of bounds) {
    it(`tells which option has refused a message that is ${what}`, async () => {
      const { client } = await joined(options);
      for (const [text, fin] of frames) client.send(text, { fin });
      await up.ended();
      const [[reason, error] = []] = up.ends;
      assert.equal(reason, 'transport error');
      assert.match(String(error), why);
    });
  }

  it('tells which option has refused a message that is longer than any number here', async () => {
    await serve({ maxPayload: 100 });
    const length = Buffer.from('0040000000000000', 'hex');
    await RawClient.come(port, {
      behind: Buffer.concat([Buffer.from([0x82, 0xff]), length, Buffer.alloc(4)]),
    });
    await up.ended();
    assert.match(String(up.ends[0]?.[1]), /maxHttpBufferSize/);
  });

  const part = (payload: string): Buffer => write({ opcode: 1, payload, fin: false });

  const wrongs: readonly [what: string, bytes: Buffer | readonly Buffer[], code: number, why: string][] = [
    [
      'a message that is too large',
      write({ opcode: 1, payload: 'x'.repeat(1_001) }),
      1009,
      'a message has more than maxHttpBufferSize bytes',
    ],
    [
      'too many fragments',
      [part('a'), ...['b', 'c', 'd'].map((payload) => write({ opcode: 0, payload, fin: false }))],
      1008,
      'a message has more than maxFragments frames',
    ],
    ['a text that is not UTF-8', write({ opcode: 1, payload: Buffer.of(0xff) }), 1007, 'a text is not UTF-8'],
    [
      'bytes that cannot be inflated',
      write({ opcode: 1, payload: Buffer.of(0xff, 0xff), reserved: 4 }),
      1007,
      'a message is not compressed as agreed',
    ],
    ['no mask', Buffer.of(0x81, 1, 0x32), 1002, 'a frame is not masked'],
    ['a reserved bit', write({ opcode: 1, reserved: 2 }), 1002, 'a reserved bit of a frame is set'],
    ['a reserved opcode', write({ opcode: 3 }), 1002, 'a frame has an opcode that may not stand there'],
    ['nothing to continue', write({ opcode: 0 }), 1002, 'a frame has an opcode that may not stand there'],
    ['a ping in two pieces', write({ opcode: 9, fin: false }), 1002, 'a control frame is fragmented'],
    [
      'half a close code',
      write({ opcode: 8, payload: Buffer.of(3) }),
      1002,
      'a control frame has a length that it may not have',
    ],
    [
      'a close code of nobody',
      write({ opcode: 8, payload: words(1005) }),
      1002,
      'a close frame has a code that nobody may send',
    ],
    [
      'too many pings',
      Array.from({ length: 101 }, () => write({ opcode: 10 })),
      1008,
      'more than maxControlFrames pings and pongs in a second',
    ],
  ];

  for (const [what, bytes, code, why] of wrongs) {
    it(`tells its client why it ends: ${what}`, async () => {
      await serve();
      const raw = await RawClient.come(port, { headers: OFFER });
      raw.write(...[bytes].flat());
      await raw.ended;
      assert.deepEqual(raw.heard, Buffer.from([0x88, 2 + why.length, ...words(code, why)]));
      raw.socket.end();
      await up.ended();
      const [[reason, error] = []] = up.ends;
      assert.deepEqual([reason, String(error)], ['transport error', `RangeError: ${why}`]);
    });
  }

  it('says only the code back to a client that closes', async () => {
    await serve();
    const raw = await RawClient.come(port, { headers: OFFER });
    raw.write(write({ opcode: 8, payload: words(1001, 'tab closed') }));
    await raw.ended;
    assert.deepEqual(raw.heard, Buffer.from([0x88, 2, ...words(1001)]));
    raw.socket.end();
    await up.ended();
    assert.deepEqual(up.ends, [['transport close', undefined]]);
  });

  it('says its own goodbye with the words that it is given', async () => {
    await serve();
    const raw = await RawClient.come(port, { headers: OFFER });
    const transport = await opened.promise;
    transport.close('malformed', 'because');
    assert.equal(await raw.hears(11), Buffer.from([0x88, 9, ...words(1008, 'because')]).toString('hex'));
  });

  describe('hears messages that are much work', () => {
    const many = Array.from({ length: 30 }, (_, index) => `${index}`);

    /** @returns the most that were heard before a timer could ring */
    function workHard(): () => number {
      let [now, since, most] = [1_000_000, 0, 0];
      mock.method(performance, 'now', () => now);
      up.onFrame = () => {
        if (since === 0) setImmediate(() => (since = 0));
        since += 1;
        most = Math.max(most, since);
        now += 6;
      };
      return () => most;
    }

    it('of many clients: a few before others have their turn, and all of them', async () => {
      await serve();
      const clients = await Promise.all(many.map(() => RawClient.come(port, { headers: OFFER })));
      const most = workHard();
      for (const [index, client] of clients.entries())
        client.write(write({ opcode: 1, payload: `${index}` }));
      await up.heard(many.length);
      for (const client of clients) client.socket.destroy();
      assert.deepEqual([...up.frames].sort(), [...many].sort());
      assert.ok(most() <= 4, `${most()} messages`);
    });

    it('in their order, where the flow is stopped and the connection ends', async () => {
      await serve();
      const client = await RawClient.come(port, { headers: OFFER });
      const transport = await opened.promise;
      workHard();
      client.write(...many.map((payload) => write({ opcode: 1, payload })));
      await up.heard(3);
      transport.flow(false);
      const { length } = up.frames;
      for (let turn = 0; turn < 3; turn += 1) await new Promise(setImmediate);
      assert.equal(up.frames.length, length);
      transport.flow(true);
      client.write(write({ opcode: 8, payload: words(1000) }));
      client.socket.end();
      await up.ended();
      assert.deepEqual(up.frames, many);
    });
  });
});
