/** One WebSocket from its handshake to its end, seen from both sides of the wire. */
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket as TcpSocket } from 'node:net';
import type { Duplex } from 'node:stream';
import { mock } from 'node:test';
import { WebSocketServer } from 'ws';
import { carry, couriers } from '../../lib/transport/courier.js';
import type { Transport } from '../../lib/transport/transport.js';
import { waitForTurn } from '../../lib/transport/turn.js';
import { until } from '../delivery/ground.js';
import { certificate } from '../router/ground.js';
import { listening } from '../support/listening.js';
import { latch, within } from '../support/patience.js';
import { type FrameParts, write } from './client-frames.js';
import { batchOf, givesWay, Listener } from './listener.js';
import { type Coming, RawClient } from './raw-client.js';

const MAX_BYTES = 100_000;
const MAX_FRAGMENTS = 3;

const text = (payload: string): Buffer => write({ opcode: 1, payload });
const ping = (payload = ''): Buffer => write({ opcode: 9, payload });
const close = (code?: number, reason = ''): Buffer =>
  write({
    opcode: 8,
    payload: code === undefined ? '' : Buffer.from([code >> 8, code & 255, ...Buffer.from(reason)]),
  });

/** A close frame of the server, as hex. */
const closeFrame = (code: number, reason = ''): string =>
  Buffer.from([0x88, 2 + reason.length, code >> 8, code & 255, ...Buffer.from(reason)]).toString('hex');

describe('a WebSocket that is not compressed', () => {
  let server: Server;
  let serve: (created: Server) => Promise<void>;
  let port: number;
  let up: Listener;
  let opened: ReturnType<typeof latch<Transport>>;
  let connection: TcpSocket;

  beforeEach(async () => {
    up = new Listener();
    opened = latch<Transport>();
    const sockets = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      WebSocket: couriers({ maxBytes: MAX_BYTES, maxFragments: MAX_FRAGMENTS, maxControlFrames: 100 }),
    });
    serve = async (created) => {
      server = created;
      server.on('upgrade', upgrade);
      port = await listening(server);
    };
    const upgrade = (req: IncomingMessage, socket: Duplex, head: Buffer): void => {
      connection = socket as TcpSocket;
      sockets.handleUpgrade(req, socket, head, (courier) => {
        const transport = carry(courier, socket, { threshold: 0, maxControlFrames: 100 });
        transport.reportTo(up);
        opened.open(transport);
      });
    };
    await serve(createServer());
  });

  afterEach(async () => {
    mock.restoreAll();
    mock.timers.reset();
    connection?.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  async function joined(coming: Coming = {}) {
    const client = await RawClient.come(port, coming);
    return { client, transport: await opened.promise };
  }

  it('lets others have their turns while it takes thousands of messages, however fast', async () => {
    const { transport } = await joined();
    await givesWay(transport, up);
  });

  describe('hears', () => {
    it('what comes with the request', async () => {
      const { client } = await joined({ behind: Buffer.concat([text('a'), text('b').subarray(0, 3)]) });
      client.write(text('b').subarray(3));
      await up.heard(2);
      assert.deepEqual(up.frames, ['a', 'b']);
    });

    it('nothing of what else its bytes shared a chunk with, and keeps none of it alive', async () => {
      const { client } = await joined();
      client.write(write({ opcode: 2, payload: Buffer.from([1, 2, 3]) }), text('x'.repeat(50_000)));
      await up.heard(2);
      const [bytes] = up.frames;
      assert.ok(Buffer.isBuffer(bytes));
      assert.equal(Buffer.from(bytes.buffer).includes('x'.repeat(1_000)), false);
    });

    it('nothing while it is stopped, and then all of it in order', async () => {
      const { client, transport } = await joined();
      up.onFrame = () => transport.flow(false);
      client.write(text('a'), text('b'), text('c'));
      await up.heard(1);
      await new Promise(setImmediate);
      assert.deepEqual(up.frames, ['a']);
      assert.equal(transport.settled, false);
      transport.flow(true);
      assert.deepEqual(up.frames, ['a', 'b']);
      assert.equal(connection.isPaused(), true);
      up.onFrame = () => {};
      transport.flow(true);
      assert.deepEqual(up.frames, ['a', 'b', 'c']);
      assert.equal(transport.settled, true);
      client.write(text('d'));
      await up.heard(4);
    });

    it('nothing more of the socket while it is stopped', async () => {
      const { client, transport } = await joined();
      transport.flow(false);
      assert.equal(connection.isPaused(), true);
      client.write(text('a'));
      transport.flow(true);
      await up.heard(1);
      assert.equal(connection.isPaused(), false);
    });

    describe('so much at once that it would hold up others', () => {
      const many = Array.from({ length: 200 }, (_, index) => `${index}`);

      /** Works for a millisecond on each. @returns the most that one turn of the event loop has heard */
      function workHard(): () => number {
        let [inTurn, most] = [0, 0];
        up.onFrame = () => {
          if (inTurn === 0) setImmediate(() => (inTurn = 0));
          inTurn += 1;
          most = Math.max(most, inTurn);
          for (const end = performance.now() + 1; performance.now() < end; );
        };
        return () => most;
      }

      it('a part of it in each turn, and all of it in order', async () => {
        const { client } = await joined();
        const most = workHard();
        client.write(...many.map(text));
        await up.heard(many.length);
        assert.deepEqual(up.frames, many);
        assert.ok(most() <= 50, `${most()} messages in one turn`);
      });

      it('one where each takes longer than a turn should', async () => {
        const { client } = await joined();
        let [now, since, most] = [1_000_000, 0, 0];
        mock.method(performance, 'now', () => now);
        // A slice in the phase in which connections are read, and one right behind it.
        up.onFrame = () => {
          if (since === 0) setImmediate(() => (since = 0));
          since += 1;
          most = Math.max(most, since);
          now += 6;
        };
        client.write(...many.map(text));
        await up.heard(many.length);
        assert.deepEqual(up.frames, many);
        assert.ok(most <= 2, `${most} messages`);
      });

      it('the same if it is stopped meanwhile', async () => {
        const { client, transport } = await joined();
        const most = workHard();
        client.write(...many.map(text));
        await up.heard(1);
        transport.flow(false);
        transport.flow(true);
        transport.flow(false);
        const { length } = up.frames;
        for (let turn = 0; turn < 3; turn += 1) await new Promise(setImmediate);
        assert.equal(up.frames.length, length);
        transport.flow(true);
        await up.heard(many.length);
        assert.deepEqual(up.frames, many);
        assert.ok(most() <= 80, `${most()} messages in one turn`);
      });

      it('the same if the connection has ended behind it', async () => {
        const { client } = await joined();
        const most = workHard();
        client.write(...many.map(text));
        await up.heard(1);
        connection.destroy();
        await up.ended();
        assert.deepEqual(up.frames, many);
        assert.ok(most() <= 80, `${most()} messages in one turn`);
      });

      it('and then the goodbye behind it', async () => {
        const { client } = await joined();
        workHard();
        client.write(...many.map(text), close(1000));
        assert.equal(await client.hears(4), closeFrame(1000));
        assert.deepEqual(up.frames, many);
      });
    });

    it('what was said before the end, though nobody wanted it', async () => {
      const { client, transport } = await joined();
      up.onFrame = () => transport.flow(false);
      client.write(...['a', 'b', 'c', 'd'].map(text));
      await up.heard(1);
      connection.destroy();
      await up.ended();
      assert.deepEqual(up.frames, ['a', 'b', 'c', 'd']);
    });

    it('what was said before the end, without looking at the clock all the time where others wait', async () => {
      const { client, transport } = await joined();
      transport.flow(false);
      for (let times = 0; times < 3; times += 1) client.write(text('x'.repeat(20_000)));
      await until(() => connection.readableLength > 0);
      let [now, looks, others] = [performance.now(), 0, 0];
      mock.method(performance, 'now', () => {
        looks += 1;
        now += 0.001;
        return now;
      });
      for (let times = 0; times < 3; times += 1) waitForTurn(() => (others += 1));
      connection.destroy();
      await up.ended();
      assert.deepEqual([up.frames.length, others], [3, 3]);
      assert.ok(looks < 200, `${looks} looks`);
    });

    it('what nobody had read when the end came', async () => {
      const { client, transport } = await joined();
      transport.flow(false);
      client.write(text('a'), text('b'));
      await until(() => connection.readableLength > 0);
      connection.destroy();
      await up.ended();
      assert.deepEqual(up.frames, ['a', 'b']);
    });
  });

  describe('answers', () => {
    it('each ping of a client that reads, with what was in it', async () => {
      const { client } = await joined();
      client.write(ping('1'), ping('2'), ping());
      assert.equal(await client.hears(8), '8a0131' + '8a0132' + '8a00');
    });

    it('no ping behind its own goodbye', async () => {
      const { client, transport } = await joined();
      transport.close('orderly');
      client.write(ping('1'), close(1000));
      await client.ended;
      assert.equal(client.heard.toString('hex'), closeFrame(1000));
    });

    it('the latest ping alone, when the client has not read meanwhile', async () => {
      const { client, transport } = await joined();
      client.socket.pause();
      transport.send(batchOf(Buffer.alloc(20_000_000)));
      const before = connection.writableLength;
      assert.ok(before > 0);
      const writes = mock.method(connection, 'write').mock;
      client.write(...Array.from({ length: 90 }, (_, index) => ping(`${index}`)), text('done'));
      await up.heard(1);
      assert.deepEqual([connection.writableLength, writes.callCount()], [before, 1]);
      client.socket.resume();
      const size = 10 + 20_000_000;
      assert.equal(
        (await client.hears(size + 4)).slice(2 * size),
        `8a02${Buffer.from('89').toString('hex')}`,
      );
    });

    it('up to a hundred control frames in a second, and not one more', async () => {
      mock.method(performance, 'now', () => 1_000);
      const { client } = await joined();
      client.write(...Array.from({ length: 100 }, () => ping()), text('a'));
      await client.hears(200);
      client.write(write({ opcode: 10 }), text('b'));
      await client.ended;
      const why = 'more than maxControlFrames pings and pongs in a second';
      assert.equal(client.heard.subarray(200).toString('hex'), closeFrame(1008, why));
      client.socket.end();
      await up.ended();
      assert.deepEqual(up.frames, ['a']);
      assert.equal(up.ends[0]?.[0], 'transport error');
      assert.match(String(up.ends[0]?.[1]), /maxControlFrames/);
    });

    it('as many again in the next second', async () => {
      const now = mock.method(performance, 'now', () => 1_000);
      const { client } = await joined();
      for (let second = 1; second <= 3; second++) {
        now.mock.mockImplementation(() => second * 1_000);
        client.write(...Array.from({ length: 100 }, () => ping()));
        await client.hears(200 * second);
      }
    });
  });

  describe('ends', () => {
    const goodbyes: readonly [what: string, bytes: Buffer, answer: string][] = [
      ['without a code', close(), '8800'],
      ['with 1000', close(1000), closeFrame(1000)],
      ['with 1001 and a reason', close(1001, 'tab closed'), closeFrame(1001)],
      ['with a code of its own', close(4999, 'x'), closeFrame(4999)],
    ];

    for (const [what, bytes, answer] of goodbyes) {
      it(`when its client closes ${what}: says the same code, and ends the connection`, async () => {
        const { client } = await joined();
        client.write(text('a'), bytes, text('b'));
        await client.ended;
        assert.equal(client.heard.toString('hex'), answer);
        assert.deepEqual(up.ends, []);
        client.socket.end();
        await up.ended();
        assert.deepEqual(up.frames, ['a']);
        assert.deepEqual(up.ends, [['transport close', undefined]]);
      });
    }

    it('behind what it had been told to send', async () => {
      const { client, transport } = await joined();
      transport.send(batchOf('x'.repeat(90)));
      client.write(close(1000));
      await client.ended;
      assert.equal(client.heard.toString('latin1', 2, 92), 'x'.repeat(90));
      assert.equal(client.heard.subarray(92).toString('hex'), closeFrame(1000));
    });

    it('when it has been told to: says goodbye, waits for the answer, and then ends the connection', async () => {
      const { client, transport } = await joined();
      transport.close('orderly');
      transport.close('orderly');
      assert.equal(transport.writable, false);
      assert.equal(await client.hears(4), closeFrame(1000));
      client.write(text('too late'));
      assert.equal(connection.writableEnded, false);
      client.write(close(1000));
      await client.ended;
      assert.equal(client.heard.length, 4);
      client.socket.end();
      await up.ended();
      assert.deepEqual([up.frames, up.ends], [[], [['transport close', undefined]]]);
    });

    it('with 1008 after input that makes no sense', async () => {
      const { client, transport } = await joined();
      transport.close('malformed');
      assert.equal(await client.hears(4), closeFrame(1008));
    });

    it('when it was stopped, too: the answer to its goodbye is read', async () => {
      const { client, transport } = await joined();
      up.onFrame = () => transport.flow(false);
      client.write(text('a'), text('b'));
      await up.heard(1);
      transport.close('orderly');
      client.write(close(1000));
      await client.ended;
      assert.deepEqual(up.frames, ['a']);
    });

    for (const [what, last, seconds] of [
      ['does not answer its goodbye', undefined, 30],
      ['says goodbye and then keeps the connection', close(1000), 30],
      ['has made a mistake and then keeps the connection', write({ opcode: 3 }), 1],
    ] as const) {
      it(`by force after ${seconds} s, if its client ${what}`, async () => {
        const { client, transport } = await joined();
        mock.timers.enable({ apis: ['setTimeout'] });
        if (last) client.write(last);
        else transport.close('orderly');
        await client.hears(4);
        mock.timers.tick(seconds * 1_000 - 1);
        assert.equal(connection.destroyed, false);
        mock.timers.tick(1);
        assert.equal(connection.destroyed, true);
        mock.timers.reset();
        await up.ended();
      });
    }

    it('at once when it is aborted', async () => {
      const { client, transport } = await joined();
      transport.close('abort');
      await up.ended();
      await client.ended;
      assert.equal(client.heard.length, 0);
    });

    it('when its client ends its side without a word, behind what still has to leave', async () => {
      const { client, transport } = await joined();
      transport.send(batchOf('x'.repeat(100)));
      client.write(text('a'), text('half').subarray(0, 5));
      client.socket.end();
      await client.ended;
      await up.ended();
      assert.equal(client.heard.length, 102);
      assert.deepEqual([up.frames, up.ends], [['a'], [['transport close', undefined]]]);
    });

    it('behind all that still has to leave, though it is told to when its client has ended', async () => {
      const { client, transport } = await joined();
      client.socket.pause();
      transport.send(batchOf(Buffer.alloc(20_000_000)));
      client.socket.end();
      await until(() => connection.writableEnded);
      transport.close('orderly');
      client.socket.resume();
      await client.ended;
      assert.equal(client.heard.length, 10 + 20_000_000);
    });

    it('when the connection breaks', async () => {
      const { client } = await joined();
      client.socket.resetAndDestroy();
      await up.ended();
      assert.deepEqual(up.ends, [['transport close', undefined]]);
    });

    it('when the connection fails under it, and nobody is harmed', async () => {
      const { client } = await joined();
      connection.destroy(new Error('a broken wire'));
      await up.ended();
      await client.ended;
      assert.deepEqual(up.ends, [['transport close', undefined]]);
    });

    it('once, whatever comes together', async () => {
      const { client, transport } = await joined();
      client.write(write({ opcode: 3 }), close(1000));
      await client.ended;
      transport.close('orderly');
      transport.close('abort');
      await up.ended();
      assert.equal(up.ends.length, 1);
    });

    const faults: readonly [what: string, frames: readonly FrameParts[], code: number, why: RegExp][] = [
      ['is not masked', [{ opcode: 1, payload: 'a', mask: undefined }], 1002, /not masked/],
      ['has a reserved bit', [{ opcode: 1, reserved: 4 }], 1002, /reserved bit/],
      ['is no text', [{ opcode: 1, payload: Buffer.from([0xff]) }], 1007, /UTF-8/],
      ['is too large', [{ opcode: 2, length: 100_001n }], 1009, /maxHttpBufferSize/],
      [
        'is one of too many',
        [0, 1, 2, 3].map((index) => ({ opcode: index ? 0 : 1, fin: false })),
        1008,
        /maxFragments/,
      ],
    ];

    for (const [what, frames, code, why] of faults) {
      it(`with ${code} for a frame that ${what}, and tells why`, async () => {
        const { client, transport } = await joined();
        client.write(text('a'), ...frames.map(write), text('b'));
        await client.ended;
        assert.equal(client.heard.readUInt16BE(2), code);
        assert.match(client.heard.subarray(4).toString(), why);
        assert.equal(transport.writable, false);
        client.socket.end();
        await up.ended();
        assert.deepEqual(up.frames, ['a']);
        const [[reason, error] = []] = up.ends;
        assert.equal(reason, 'transport error');
        assert.match(String(error), why);
      });
    }

    it('with the first fault after its own goodbye, too', async () => {
      const { client, transport } = await joined();
      transport.close('orderly');
      client.write(write({ opcode: 3 }));
      await client.ended;
      assert.equal(client.heard.toString('hex'), closeFrame(1000));
      client.socket.end();
      await up.ended();
      assert.equal(up.ends[0]?.[0], 'transport error');
    });
  });

  it('does all of this through TLS, too', async () => {
    server.close();
    await serve(createTlsServer(certificate()));
    const { client, transport } = await joined({ secure: true, behind: text('early') });
    const large = Buffer.alloc(90_000, 7);
    client.write(write({ opcode: 2, payload: large }), text('a'), ping());
    await up.heard(3);
    assert.deepEqual(up.frames, ['early', large, 'a']);
    transport.send(batchOf('b', large));
    await client.hears(2 + 3 + 10 + large.length);
    client.write(close(1000));
    await client.ended;
    assert.equal(client.heard.subarray(-4).toString('hex'), closeFrame(1000));
    client.socket.end();
    await up.ended();
    assert.deepEqual(up.ends, [['transport close', undefined]]);
  });

  it('waits for its client to take what was sent, and says when it has', async () => {
    const { client, transport } = await joined();
    client.socket.pause();
    transport.send(batchOf(Buffer.alloc(20_000_000)));
    assert.equal(transport.writable, false);
    assert.ok(transport.buffered > 0);
    const drained = latch();
    transport.drained(() => drained.open());
    client.socket.resume();
    await within(drained.promise, 'the last byte to leave');
    await up.until(() => up.writables > 0, 'more to be wanted');
    assert.deepEqual([transport.writable, transport.buffered], [true, 0]);
  });
});
