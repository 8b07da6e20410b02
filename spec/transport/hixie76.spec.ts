/** Frames over one WebSocket of the draft hixie-76. */
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { Socket as TcpSocket } from 'node:net';
import { mock } from 'node:test';
import { type Hixie76Transport, shakeHands } from '../../lib/transport/hixie76.js';
import { readOffer } from '../../lib/transport/hixie76-handshake.js';
import { Hixie76Client, type Introduction } from '../support/hixie76-client.js';
import { listening } from '../support/listening.js';
import { latch, within } from '../support/patience.js';
import { batchOf, givesWay, Listener } from './listener.js';

const limits = { maxBytes: 1_000, timeoutMs: 200 };

describe('a hixie-76 WebSocket', () => {
  let server: Server;
  let port: number;
  let up: Listener;
  let opened: ReturnType<typeof latch<Hixie76Transport>>;
  let connection: TcpSocket;
  let ended: ReturnType<typeof latch<void>>;

  beforeEach(async () => {
    up = new Listener();
    opened = latch<Hixie76Transport>();
    ended = latch<void>();
    server = createServer();
    server.on('upgrade', (req, socket, head) => {
      connection = socket as TcpSocket;
      connection.on('close', () => ended.open(undefined));
      const offer = readOffer(req.headers);
      assert.ok(offer);
      const address = `ws://${req.headers.host}${req.url}`;
      shakeHands(
        { socket, head, offer, address, lines: ['X-Site: yes'] },
        limits,
        'flashsocket',
        (transport) => {
          transport.reportTo(up);
          opened.open(transport);
        },
      );
    });
    port = await listening(server);
  });
  afterEach(async () => {
    mock.restoreAll();
    connection?.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  async function joined(introduction: Introduction = {}) {
    const client = await Hixie76Client.come(port, introduction);
    return { client, transport: await opened.promise };
  }

  it('opens for a client that checks the answer', async () => {
    const { client, transport } = await joined({
      origin: 'HTTP://A.example',
      path: '/socket.io/1/flashsocket/S?a=b',
    });
    assert.match(client.head, /\r\nX-Site: yes\r\n/);
    assert.equal(transport.name, 'flashsocket');
    assert.equal(transport.writable, true);
  });

  it('opens behind a proxy that holds the challenge back', async () => {
    const { client } = await joined({ late: true });
    client.send('a');
    await up.heard(1);
  });

  it('opens for a request that comes byte by byte', async () => {
    const { client } = await joined({ dripping: true });
    client.send('a');
    await up.heard(1);
  });

  it('ends if the challenge never comes', async () => {
    const socket = new TcpSocket().connect(port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write(
      'GET / HTTP/1.1\r\nHost: x\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\n' +
        'Sec-WebSocket-Key1: 1 0\r\nSec-WebSocket-Key2: 1 0\r\n\r\n1234567',
    );
    await within(ended.promise, 'the end of a connection that does not go on');
    assert.deepEqual([up.frames, up.ends], [[], []]);
    socket.destroy();
  });

  it('hears what follows the challenge in the same packet', async () => {
    const write = TcpSocket.prototype.write;
    mock.method(
      TcpSocket.prototype,
      'write',
      function (this: TcpSocket, ...args: Parameters<TcpSocket['write']>) {
        const [chunk] = args;
        const greeting = Buffer.isBuffer(chunk) && chunk.subarray(0, 3).toString() === 'GET';
        return write.call(
          this,
          ...((greeting
            ? ([Buffer.concat([chunk, Buffer.from('\0early\xff', 'latin1')])] as const)
            : args) as [Buffer]),
        );
      },
    );
    await joined();
    await up.heard(1);
    assert.deepEqual(up.frames, ['early']);
  });

  it('hears messages in order, and several packets in one message', async () => {
    const { client } = await joined();
    client.send('3:::é😀');
    client.send('\ufffd5\ufffd3:::a\ufffd5\ufffd3:::b');
    client.send('');
    client.send('2::');
    await up.heard(4);
    assert.deepEqual(up.frames, ['3:::é😀', '3:::a', '3:::b', '2::']);
  });

  it('hears a message that comes byte by byte', async () => {
    const { client } = await joined();
    client.send('3:::€', (bytes) => {
      for (const byte of bytes) client.socket.write(Buffer.from([byte]));
    });
    await up.heard(1);
    assert.deepEqual(up.frames, ['3:::€']);
  });

  it('is told what leaves together with one write', async () => {
    const { client, transport } = await joined();
    const write = mock.method(connection, 'write');
    transport.send(batchOf('1::', '3:::é', '5:::{}'));
    assert.deepEqual(
      [await client.next(), await client.next(), await client.next()],
      ['1::', '3:::é', '5:::{}'],
    );
    assert.equal(write.mock.callCount(), 1);
  });

  it('is not writable while the client does not read, and says when it is again', async () => {
    const { client, transport } = await joined();
    client.socket.pause();
    const text = 'x'.repeat(1_000_000);
    let sent = 0;
    while (transport.writable) {
      transport.send(batchOf(text));
      sent += 1;
    }
    assert.ok(transport.buffered > 0);
    let drained = false;
    transport.drained(() => {
      drained = true;
    });
    client.socket.resume();
    await up.until(() => up.writables === 1, 'the transport to be writable');
    assert.deepEqual([transport.writable, transport.buffered, drained], [true, 0, true]);
    for (let count = 0; count < sent; count++) assert.equal((await client.next()).length, text.length);
  });

  it('lets others have their turns while it takes thousands of messages, however fast', async () => {
    const { transport } = await joined();
    await givesWay(transport, up);
  });

  it('tells at once that nothing is left, and later that something has left', async () => {
    const { transport } = await joined();
    const calls: string[] = [];
    transport.drained(() => calls.push('empty'));
    assert.deepEqual(calls, ['empty']);
    transport.send(batchOf('1::'));
    await new Promise<void>((resolve) => transport.drained(resolve));
    assert.equal(transport.buffered, 0);
  });

  it('lets nobody wait for what can leave no more', async () => {
    const { client, transport } = await joined();
    client.socket.pause();
    while (transport.writable) transport.send(batchOf('x'.repeat(1_000_000)));
    const drained = new Promise<void>((resolve) => transport.drained(resolve));
    client.socket.resetAndDestroy();
    await within(drained, 'the news that all is over');
    await up.ended();
    assert.deepEqual([transport.writable, transport.buffered, up.writables], [false, 0, 0]);
  });

  it('is not heard while nobody listens, and not read either', async () => {
    const { client, transport } = await joined();
    up.onFrame = (frame) => frame === 'b' && transport.flow(false);
    for (const text of ['a', 'b', 'c', 'd']) client.send(text);
    await up.heard(2);
    for (let count = 0; count < 10_000; count++) client.send('x'.repeat(900));
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(up.frames, ['a', 'b']);
    assert.equal(connection.isPaused(), true);
    up.onFrame = () => {};
    transport.flow(true);
    await up.heard(10_004);
    assert.deepEqual(up.frames.slice(0, 4), ['a', 'b', 'c', 'd']);
    assert.equal(transport.settled, true);
  });

  it('stays open when its flow is stopped before a word was said', async () => {
    const { client, transport } = await joined();
    transport.flow(false);
    client.send('a');
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(up.frames, []);
    transport.flow(true);
    await up.heard(1);
  });

  it('is heard to the end when it leaves right after it has spoken', async () => {
    const { client } = await joined();
    for (let count = 0; count < 5_000; count++) client.send(`${count}`);
    client.socket.write(Buffer.from([0xff, 0]));
    await up.ended();
    assert.equal(up.frames.length, 5_000);
    assert.deepEqual(up.ends, [['transport close', undefined]]);
  });

  it('confirms a goodbye, and both sides end', async () => {
    const { client, transport } = await joined();
    transport.send(batchOf('1::'));
    await client.next();
    await client.leave();
    await up.ended();
    assert.deepEqual(up.ends, [['transport close', undefined]]);
  });

  it('is told goodbye behind what has been sent', async () => {
    const { client, transport } = await joined();
    transport.send(batchOf('0::'));
    transport.close('orderly');
    assert.equal(transport.writable, false);
    assert.equal((await client.rest()).toString('hex'), '00303a3affff00');
    await up.ended();
    assert.deepEqual(up.ends, [['transport close', undefined]]);
  });

  it('is not heard any more after it has been told goodbye', async () => {
    const { client, transport } = await joined();
    transport.close('orderly');
    client.send('late');
    await up.ended();
    assert.deepEqual(up.frames, []);
  });

  it('ends in the midst of its own words if the listener ends it', async () => {
    const { client, transport } = await joined();
    up.onFrame = () => transport.close('malformed');
    client.socket.write(Buffer.from('\0a\xff\0b\xff', 'latin1'));
    await up.ended();
    assert.deepEqual(up.frames, ['a']);
  });

  it('is cut at once by an abort, also behind a goodbye', async () => {
    const { client, transport } = await joined();
    client.socket.pause();
    while (transport.writable) transport.send(batchOf('x'.repeat(1_000_000)));
    transport.close('orderly');
    transport.close('abort');
    await up.ended();
    assert.equal(connection.destroyed, true);
    client.socket.destroy();
  });

  it('is closed for a message that is too large', async () => {
    const { client } = await joined();
    client.send('a');
    client.send('x'.repeat(1_001));
    assert.equal((await client.rest()).toString('hex'), 'ff00');
    await up.ended();
    assert.deepEqual(up.frames, ['a']);
    assert.equal(up.ends[0]?.[0], 'transport error');
    assert.match(String(up.ends[0]?.[1]), /maxHttpBufferSize/);
  });

  it('ends once when the client is gone', async () => {
    const { client, transport } = await joined();
    client.socket.resetAndDestroy();
    await up.ended();
    transport.close('orderly');
    transport.close('abort');
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(up.ends.length, 1);
    assert.equal(up.ends[0]?.[0], 'transport error');
  });

  it('ends when the client ends its side without a word', async () => {
    const { client } = await joined();
    client.send('a');
    client.socket.end();
    await up.ended();
    assert.deepEqual(up.ends, [['transport close', undefined]]);
    assert.deepEqual(up.frames, ['a']);
  });

  it('gives other connections their turn while one message brings very many packets', async () => {
    const { client } = await joined();
    let turns = 0;
    const others = setInterval(() => turns++, 0);
    up.onFrame = () => {
      const end = performance.now() + 0.5;
      while (performance.now() < end);
    };
    client.send('\ufffd1\ufffda'.repeat(100));
    await up.heard(100);
    clearInterval(others);
    assert.ok(turns > 3, `${turns} turns`);
  });
});
