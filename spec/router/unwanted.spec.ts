/** What nobody asked for holds nothing: bodies beside a request, requests behind a last answer, upgrades that nobody takes. */
import assert from 'node:assert/strict';
import { createServer, type Server as HttpServer, type IncomingMessage } from 'node:http';
import { type ClientHttp2Stream, connect, createServer as createServer2 } from 'node:http2';
import type { AddressInfo, Socket as NetSocket } from 'node:net';
import express from 'express';
import { type Server, socketio } from '../../lib/index.js';
import { heard, latch, within } from '../support/patience.js';
import { Ground } from './ground.js';
import { ask, handshake, Knock, knock } from './raw.js';

const POLL = '/socket.io/?EIO=4&transport=polling';

describe('what nobody wants', () => {
  let ground: Ground;
  let io: Server;
  let server: HttpServer;
  let port: number;

  beforeEach(async () => {
    ground = new Ground();
    io = ground.io(socketio({ handshakeTimeout: 100, transports: ['polling', 'websocket', 'htmlfile'] }));
    const app = express().use('/socket.io', io);
    ({ server, port } = await ground.serve(app));
  });
  afterEach(() => ground.close());

  const request = (method: string, path: string, headers = '', body = ''): string =>
    `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${headers}\r\n${body}`;

  describe('a body that trickles', () => {
    const begun = 'Content-Length: 100000\r\n';

    for (const [who, text] of [
      [
        'a goodbye of revision 1 to nobody',
        request('POST', '/socket.io/1/xhr-polling/nope?disconnect=1', begun, 'x'),
      ],
      ['a goodbye without a transport', request('POST', '/socket.io/1//nope?disconnect', begun, 'x')],
      ['a GET that says goodbye', request('GET', '/socket.io/1/xhr-polling/nope?disconnect=1', begun, 'x')],
      ['an endless page of nobody', request('GET', '/socket.io/1/htmlfile/nope', begun, 'x')],
      ['a handshake of revision 1', request('POST', '/socket.io/1/', begun, 'x')],
      ['a handshake', request('GET', POLL, begun, 'x')],
      ['a handshake, in chunks', request('GET', POLL, 'Transfer-Encoding: chunked\r\n', '1\r\nx\r\n')],
    ] as const) {
      it(`ends its connection with the answer: ${who}`, async () => {
        const { status, headers } = await Knock.send(port, text).answer();
        assert.deepEqual([status, headers.connection], [200, 'close']);
      });
    }

    it('ends the connection of a poll, too, when that has been answered', async () => {
      const joined = heard(io as never, 'connection');
      const sid = await handshake(port);
      await ask(port, `${POLL}&sid=${sid}`, { method: 'POST', body: '40' });
      const [socket] = (await joined) as [{ emit(event: string): void }];
      await ask(port, `${POLL}&sid=${sid}`);
      const poll = Knock.send(port, request('GET', `${POLL}&sid=${sid}`, begun, 'x'));
      await ask(port, `${POLL}&sid=${sid}`, { method: 'POST', body: '3' });
      socket.emit('word');
      const { status, body, headers } = await poll.answer();
      assert.deepEqual([status, body, headers.connection], [200, '42["word"]', 'close']);
    });

    it('leaves the connection of a lawful poll open', async () => {
      const sid = await handshake(port);
      const poll = Knock.send(port, request('POST', `${POLL}&sid=${sid}`, 'Content-Length: 2\r\n', '40'));
      await poll.until(/ok$/);
      poll.socket.write(request('GET', `${POLL}&sid=${sid}`));
      await poll.until(/40\{"sid"/);
      assert.doesNotMatch(poll.text, /Connection: close/);
      poll.socket.destroy();
    });

    it('is what a refusal ends the connection for: one of a GET without a body leaves it open', async () => {
      const refused = Knock.send(port, request('GET', `${POLL}&sid=nobody`));
      await refused.until(/Session ID unknown/);
      assert.doesNotMatch(refused.text, /Connection: close/);
      refused.socket.write(request('GET', POLL));
      await refused.until(/"sid":/);
      refused.socket.destroy();
    });

    it('ends its stream over HTTP/2', async () => {
      const server2 = createServer2((req, res) => io(req as never, res as never));
      await ground.open(server2 as never);
      const session = connect(`http://127.0.0.1:${(server2.address() as AddressInfo).port}`);
      ground.after(() => session.destroy());
      for (const [method, path] of [
        ['POST', '/socket.io/1/xhr-polling/nope'],
        ['POST', `${POLL}&sid=nope`],
        ['GET', POLL],
      ]) {
        const stream: ClientHttp2Stream = session.request(
          { ':method': method, ':path': path },
          { endStream: false },
        );
        const closed = heard(stream as never, 'close');
        stream.resume().write('x');
        await closed;
        assert.equal(stream.rstCode, 0, path);
      }
    });
  });

  it('requests behind a last answer are not kept', async () => {
    const accepted = heard(server, 'connection');
    const sid = await handshake(port);
    await accepted;
    const mine = heard(server, 'connection');
    // The poll waits, and behind it waits the answer that ends the connection.
    const knocked = Knock.send(port, request('GET', `${POLL}&sid=${sid}`));
    const [connection] = (await mine) as [NetSocket];
    const paused = heard(connection as never, 'pause');
    knocked.socket.write(request('GET', POLL, 'Content-Length: 1\r\n', 'x'));
    const page = Buffer.from(request('GET', '/').repeat(2_000));
    for (let times = 0; times < 50; times += 1) knocked.socket.write(page);
    await paused;
    const before = connection.bytesRead;
    for (let turn = 0; turn < 50; turn += 1) await new Promise(setImmediate);
    assert.ok(
      connection.bytesRead - before <= 65_536,
      `${connection.bytesRead - before} bytes more were read`,
    );
    // Whoever waited is answered, and then it is over.
    await ask(port, `${POLL}&sid=${sid}`, { method: 'POST', body: '1' });
    assert.equal((await knocked.answer()).status, 200);
  });

  describe('an upgrade that nobody takes, beside other listeners', () => {
    it('ends after handshakeTimeout', async () => {
      server.on('upgrade', () => {});
      assert.equal((await (await knock(port, '/nobody')).answer()).status, 404);
    });

    it('may break off', async () => {
      const came = latch<IncomingMessage>();
      server.on('upgrade', came.open);
      const { socket } = await knock(port, '/nobody');
      const { socket: theirs } = await came.promise;
      const gone = heard(theirs as never, 'close');
      socket.resetAndDestroy();
      theirs.resume();
      await gone;
      assert.equal((await ask(port, POLL)).status, 200);
    });

    it('is left to whoever takes it late', async () => {
      const came = latch<NetSocket>();
      server.on('upgrade', (_req: IncomingMessage, socket: NetSocket) => came.open(socket));
      const knocked = await knock(port, '/other');
      const socket = await came.promise;
      await new Promise(setImmediate);
      socket.on('data', () => {});
      const later = await knock(port, '/nobody');
      assert.equal((await later.answer()).status, 404);
      assert.equal(knocked.ended, false);
      socket.end('theirs');
      await knocked.until(/^theirs$/);
    });
  });

  it('a client that has gone before it is asked for leaves no session', async () => {
    const app = express();
    const opened = latch<() => void>();
    app.use('/late', (_req, _res, next) => opened.open(next), io);
    const late = createServer(app);
    const latePort = await ground.open(late);
    const knocked = Knock.send(latePort, request('GET', '/late/?EIO=4&transport=polling'));
    const next = await opened.promise;
    const connections = () =>
      new Promise((resolve) => late.getConnections((_error, count) => resolve(count)));
    knocked.socket.resetAndDestroy();
    await within(gone(connections), 'the end of the connection');
    next();
    assert.equal(io.engine.clientsCount, 0);
  });
});

async function gone(connections: () => Promise<unknown>): Promise<void> {
  while ((await connections()) !== 0) await new Promise(setImmediate);
}
