/** What `ws` asks of the class that it is given instead of its own. */
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { type ServerOptions, WebSocket, WebSocketServer } from 'ws';
import { Courier, carry, couriers } from '../../lib/transport/courier.js';
import { DeflateConnection } from '../../lib/transport/deflate-connection.js';
import { listening } from '../support/listening.js';
import { latch, within } from '../support/patience.js';
import { RawClient } from './raw-client.js';

describe('a courier', () => {
  let server: Server;
  let port: number;
  let connection: Socket;
  let errors: unknown[];
  let given: ReturnType<typeof latch<{ readonly connected: unknown }>>;

  beforeEach(() => {
    errors = [];
    given = latch<{ readonly connected: unknown }>();
  });
  afterEach(async () => {
    connection?.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  /** @param times how often the same connection is handed over */
  async function serve(options: ServerOptions, times = 1): Promise<void> {
    const sockets = new WebSocketServer({ noServer: true, clientTracking: false, ...options });
    server = createServer();
    server.on('upgrade', (req, socket: Socket, head) => {
      connection = socket;
      for (let time = 0; time < times; time++) {
        try {
          sockets.handleUpgrade(req, socket, head, (connected) => given.open({ connected }));
        } catch (error) {
          errors.push(error);
        }
      }
    });
    port = await listening(server);
  }

  it('is asked by the installed ws for nothing but what it has', async () => {
    const asked = new Set<string>();
    const watch = <T extends object>(target: T): T =>
      new Proxy(target, {
        get: (object, name) => {
          asked.add(`get ${String(name)}`);
          return Reflect.get(object, name);
        },
        set: (object, name, value) => {
          asked.add(`set ${String(name)}`);
          return Reflect.set(object, name, value);
        },
      });
    const watched = new Proxy(couriers({ maxBytes: 1_000, maxFragments: 10, maxControlFrames: 100 }), {
      construct: (target, args) => watch(Reflect.construct(target, args) as object),
    });
    await serve({ WebSocket: watched });
    const client = await RawClient.come(port, { headers: 'Sec-WebSocket-Protocol: chat, other\r\n' });
    assert.match(client.head, /sec-websocket-protocol: chat/i);
    await given.promise;
    assert.deepEqual([...asked].sort(), ['get setSocket', 'set _protocol']);
  });

  it('is what ws calls back with', async () => {
    await serve({ WebSocket: couriers({ maxBytes: 1_000, maxFragments: 10, maxControlFrames: 100 }) });
    await RawClient.come(port);
    const { connected: courier } = await within(given.promise, 'a courier');
    assert.ok(courier instanceof Courier);
    assert.deepEqual(courier.limits, { maxBytes: 1_000, maxFragments: 10, maxControlFrames: 100 });
  });

  it('leaves one listener for errors, and the idle limit of the site behind', async () => {
    await serve({ WebSocket: couriers({ maxBytes: 1_000, maxFragments: 10, maxControlFrames: 100 }) });
    server.setTimeout(60_000);
    await RawClient.come(port);
    await given.promise;
    assert.equal(connection.listenerCount('error'), 1);
    assert.equal(connection.timeout, 0);
  });

  it('never carries one connection twice', async () => {
    await serve({ WebSocket: couriers({ maxBytes: 1_000, maxFragments: 10, maxControlFrames: 100 }) }, 2);
    await RawClient.come(port);
    await given.promise;
    assert.match(String(errors), /a WebSocket already/);
  });

  it('allows no text that could not be made a string', () => {
    const Class = couriers({
      maxBytes: Number.MAX_SAFE_INTEGER,
      maxFragments: 10,
      maxControlFrames: 100,
    }) as unknown as new () => Courier;
    const { limits } = new Class();
    assert.ok(limits.maxBytes < 2 ** 30);
  });

  it('is not used where ws compresses', async () => {
    await serve({ perMessageDeflate: true, WebSocket: DeflateConnection });
    const ws = new WebSocket(`ws://127.0.0.1:${port}`);
    ws.on('error', () => {});
    const { connected } = await within(given.promise, 'a connection');
    assert.ok(connected instanceof DeflateConnection);
    assert.equal(
      carry(connected as WebSocket, connection, { threshold: 0, maxControlFrames: 100 }).name,
      'websocket',
    );
    ws.terminate();
  });

  it('carries no WebSocket that would end without a word', async () => {
    await serve({ perMessageDeflate: true });
    await RawClient.come(port);
    const { connected } = await within(given.promise, 'a connection');
    assert.throws(
      () => carry(connected as WebSocket, connection, { threshold: 0, maxControlFrames: 100 }),
      /somebody else/,
    );
  });
});
