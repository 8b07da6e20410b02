/** HTTP/2, where every poll is a stream and no connection belongs to an answer. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  createSecureServer,
  createServer,
  type Http2Server,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { io as lookup } from 'socket.io-client';
import { type Server, socketio } from '../../lib/index.js';
import { heard, type Source, within } from '../support/patience.js';
import { certificate } from './ground.js';

interface Answer {
  readonly status: number;
  readonly body: string;
}

describe('a server of HTTP/2', () => {
  let io: Server;
  let server: Http2Server;
  let session: ClientHttp2Session;
  const complaints: unknown[] = [];

  beforeEach(async () => {
    complaints.length = 0;
    io = socketio({ onError: (error) => complaints.push(error) });
    server = createServer((req, res) => io(req as never, res as never));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  });
  afterEach(async () => {
    session.destroy();
    await io.close({ drain: 10 });
    server.close();
    assert.deepEqual(complaints, []);
  });

  function ask(query: string, headers: Record<string, string> = {}): ClientHttp2Stream {
    return session.request({ ':path': `/socket.io/?EIO=4&transport=polling${query}`, ...headers });
  }

  async function answered(stream: ClientHttp2Stream): Promise<Answer> {
    const heading = once(stream, 'response') as Promise<[{ ':status': number }]>;
    let body = '';
    stream.setEncoding('utf8').on('data', (text) => {
      body += text;
    });
    await within(once(stream, 'end'), 'an answer');
    const [{ ':status': status }] = await heading;
    return { status, body };
  }

  const get = (query: string, headers?: Record<string, string>): Promise<Answer> =>
    answered(ask(query, headers));

  function post(query: string, body: string): Promise<Answer> {
    const stream = ask(query, { ':method': 'POST' });
    stream.end(body);
    return answered(stream);
  }

  /** A client that has joined, and knows it. */
  async function arrive(): Promise<{ query: string; socket: { emit(event: string): unknown } & Source }> {
    const joining = heard(io as unknown as Source, 'connection');
    const { body } = await get('');
    const query = `&sid=${(JSON.parse(body.slice(1)) as { sid: string }).sid}`;
    assert.deepEqual(await post(query, '40'), { status: 200, body: 'ok' });
    assert.match((await get(query)).body, /^40\{"sid":/);
    const [socket] = await joining;
    return { query, socket: socket as { emit(event: string): unknown } & Source };
  }

  it('carries polls, each event once', async () => {
    const { query, socket } = await arrive();
    const waiting = get(query);
    socket.emit('one');
    assert.equal((await waiting).body, '42["one"]');
    socket.emit('two');
    assert.equal((await get(query)).body, '42["two"]');
    const answering = heard(socket, 'question');
    await post(query, '42["question",1]');
    assert.deepEqual(await answering, [1]);
  });

  it('loses nothing with a poll that is cut off', async () => {
    const { query, socket } = await arrive();
    const cut = ask(query);
    cut.on('error', () => {});
    // Its frames are written in this order: the poll waits when the POST behind it has been answered.
    await post(query, '42["there"]');
    cut.close(8);
    await post(query, '42["still there"]');
    socket.emit('event');
    assert.equal((await get(query)).body, '42["event"]');
  });

  it('is its own origin, and lets no other in', async () => {
    const { port } = server.address() as AddressInfo;
    const own = await get('', { origin: `http://127.0.0.1:${port}` });
    const other = await get('', { origin: 'http://a.example' });
    assert.deepEqual([own.status, other.status], [200, 403]);
  });

  it('refuses without a word that HTTP/2 does not know', async () => {
    const warned: unknown[] = [];
    const listener = (warning: Error): unknown => warned.push(warning.message);
    process.on('warning', listener);
    const { status, body } = await get('&sid=nobody');
    await new Promise(setImmediate);
    process.off('warning', listener);
    assert.deepEqual([status, body], [400, '{"code":1,"message":"Session ID unknown"}']);
    assert.deepEqual(warned, []);
  });

  it('upgrades those who speak HTTP/1.1 with it', async () => {
    const options = { ...certificate(), allowHTTP1: true };
    const secure = createSecureServer(options, (req, res) => io(req as never, res as never));
    io.attach(secure, { path: '/socket.io' });
    secure.listen(0, '127.0.0.1');
    await once(secure, 'listening');
    io.on('connection', (socket) => socket.on('how', (reply) => reply(socket.handshake.secure)));
    for (const way of ['polling', 'websocket']) {
      const client = lookup(`https://127.0.0.1:${(secure.address() as AddressInfo).port}`, {
        transports: [way],
        rejectUnauthorized: false,
        forceNew: true,
      });
      assert.equal(await within(client.emitWithAck('how'), way), true);
      client.close();
    }
    secure.close();
  });
});
