/** What a transport can tell of what is still on its way. */
import assert from 'node:assert/strict';
import { createServer as createHttpServer, request } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { engine4 } from '../../lib/codec/engine4.js';
import { Hixie76Transport } from '../../lib/transport/hixie76.js';
import { PollGaps } from '../../lib/transport/poll-gap.js';
import { PollingTransport } from '../../lib/transport/polling.js';
import type { Transport } from '../../lib/transport/transport.js';
import { WebSocketTransport } from '../../lib/transport/websocket.js';
import { within } from '../support/patience.js';
import { batchOf, Listener } from './listener.js';

const limits = { maxBytes: 1_000, maxFragments: 10, maxControlFrames: 10 };

/** Connections, by how they are read. */
const kinds: Record<string, (socket: Socket) => Transport> = {
  websocket: (socket) => new WebSocketTransport(socket, limits, new Listener()),
  'hixie-76': (socket) => {
    const transport = new Hixie76Transport(socket, 1_000, 'websocket');
    transport.begin(Buffer.alloc(0));
    return transport;
  },
};

async function portOf(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

function until(is: () => boolean, what: string): Promise<void> {
  const look = async (): Promise<void> => {
    while (!is()) await new Promise(setImmediate);
  };
  return within(look(), what);
}

describe('a connection', () => {
  for (const [name, carriedBy] of Object.entries(kinds))
    it(`counts what has come of a message that is not whole (${name})`, async () => {
      const server = createServer();
      const accepted = new Promise<Socket>((resolve) => server.on('connection', resolve));
      const client = connect(await portOf(server), '127.0.0.1');
      const transport = carriedBy((await accepted).on('error', () => {}));
      // A text of 100 bytes, of which half a one is there.
      client.write(Buffer.from([0x81, 0xe4, 0, 0, 0, 0, ...Buffer.alloc(50)]));
      await until(() => transport.arrived === 56, '56 bytes');
      assert.equal(transport.busy, false);
      client.write('more');
      await until(() => transport.arrived === 60, '60 bytes');
      client.destroy();
      server.close();
    });
});

describe('polling', () => {
  let server: ReturnType<typeof createHttpServer>;
  let port: number;
  let listener: Listener;
  let polling: PollingTransport;

  beforeEach(async () => {
    listener = new Listener();
    const bounds = { maxHttpBufferSize: 1_000, bodyTimeout: 30_000, gaps: new PollGaps(15_000) };
    polling = new PollingTransport(engine4.payload, bounds, listener);
    server = createHttpServer((req, res) =>
      req.method === 'GET' ? polling.poll(res) : polling.post(req, res),
    );
    port = await portOf(server);
  });
  afterEach(() => {
    polling.close('abort');
    server.closeAllConnections();
    server.close();
  });

  /** @returns settles with the length of the answer */
  function ask(method: string, body = new PassThrough().end()): Promise<number> {
    return new Promise((resolve, reject) => {
      const req = request({ host: '127.0.0.1', port, method, agent: false }, (res) => {
        let length = 0;
        res.on('data', (piece: Buffer) => (length += piece.length)).on('end', () => resolve(length));
      });
      req.on('error', reject);
      body.pipe(req);
    });
  }

  it('is busy behind a long answer, until the client comes again', async () => {
    const poll = ask('GET');
    await until(() => polling.writable, 'a poll');
    polling.send(batchOf('4'.repeat(9_000)));
    assert.equal(await poll, 9_000);
    assert.equal(polling.busy, true);
    const next = ask('GET');
    await until(() => polling.writable, 'the next poll');
    assert.equal(polling.busy, false);
    polling.send(batchOf('4short'));
    await next;
    assert.equal(polling.busy, false);
  });

  it('is busy with a body, and counts what has come of it, and of those before', async () => {
    const first = new PassThrough();
    const post = ask('POST', first);
    first.write('4'.repeat(100));
    await until(() => polling.arrived === 100, '100 bytes');
    assert.equal(polling.busy, true);
    first.end('4'.repeat(11));
    await post;
    assert.deepEqual([polling.busy, polling.arrived], [false, 111]);
    await ask('POST', new PassThrough().end('4x'));
    assert.equal(polling.arrived, 113);
  });
});
