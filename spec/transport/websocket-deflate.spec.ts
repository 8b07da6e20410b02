/** One WebSocket that is left to `ws`, since its messages may be compressed. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { Socket as TcpSocket } from 'node:net';
import { type ServerOptions, WebSocket, WebSocketServer } from 'ws';
import { carry } from '../../lib/transport/courier.js';
import type { Transport } from '../../lib/transport/transport.js';
import { listening } from '../support/listening.js';
import { latch } from '../support/patience.js';
import { write } from './client-frames.js';
import { batchOf, givesWay, Listener } from './listener.js';
import { RawClient } from './raw-client.js';

describe('a WebSocket that may be compressed', () => {
  let server: Server;
  let up: Listener;
  let connection: TcpSocket;
  let opened: ReturnType<typeof latch<Transport>>;
  let port: number;

  afterEach(async () => {
    connection.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  async function serve(options: ServerOptions = {}): Promise<void> {
    up = new Listener();
    opened = latch<Transport>();
    const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: true, ...options });
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
    await serve(options);
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
    const raw = await RawClient.come(port, { headers: 'Sec-WebSocket-Extensions: permessage-deflate\r\n' });
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
});
