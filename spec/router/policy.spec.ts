/** The policy file for Flash, on the HTTP port and on one of its own. */
import assert from 'node:assert/strict';
import type { Server as HttpServer } from 'node:http';
import { connect, Server as NetServer, type Socket } from 'node:net';
import { mock } from 'node:test';
import express from 'express';
import { socketio, type UserOptions } from '../../lib/index.js';
import { policyFile } from '../../lib/router/policy.js';
import { heard, latch, within } from '../support/patience.js';
import { Ground } from './ground.js';
import { ask, Knock } from './raw.js';

const REQUEST = '<policy-file-request/>\0';
const HEAD =
  '<?xml version="1.0"?><!DOCTYPE cross-domain-policy SYSTEM "http://www.macromedia.com/xml/dtds/cross-domain-policy.dtd">';
/** What the server of that time said, with `*` for everything. */
const ALL = `${HEAD}<cross-domain-policy><allow-access-from domain="*" to-ports="*"/></cross-domain-policy>`;
const BAD = 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n';
const flashPolicy = { domains: ['*'], ports: ['*'] } as const;

describe('the policy file', () => {
  it('allows each domain on all the ports', () => {
    assert.equal(policyFile(flashPolicy), ALL);
    assert.equal(
      policyFile({ domains: ['a.example', '*.b.example'], ports: [80, '8000-8080'] }),
      `${HEAD}<cross-domain-policy><allow-access-from domain="a.example" to-ports="80,8000-8080"/>` +
        '<allow-access-from domain="*.b.example" to-ports="80,8000-8080"/></cross-domain-policy>',
    );
  });

  it('cannot be broken out of', () => {
    const file = policyFile({ domains: ['"/><allow-access-from domain="*"/>&\''], ports: ['"'] });
    assert.ok(
      file.includes(
        '<allow-access-from domain="&#34;/&#62;&#60;allow-access-from domain=&#34;*&#34;/&#62;&#38;&#39;" to-ports="&#34;"/>',
      ),
      file,
    );
  });

  const wrong: readonly (readonly [value: unknown, named: string])[] = [
    [true, 'flashPolicy'],
    [{}, 'flashPolicy.domains'],
    [{ domains: '*', ports: ['*'] }, 'flashPolicy.domains'],
    [{ domains: [], ports: ['*'] }, 'flashPolicy.domains'],
    [{ domains: ['http://a.example'], ports: ['*'] }, 'flashPolicy.domains'],
    [{ domains: ['a.*'], ports: ['*'] }, 'flashPolicy.domains'],
    [{ domains: ['"'], ports: ['*'] }, 'flashPolicy.domains'],
    [{ domains: ['*'] }, 'flashPolicy.ports'],
    [{ domains: ['*'], ports: 80 }, 'flashPolicy.ports'],
    [{ domains: ['*'], ports: [0] }, 'flashPolicy.ports'],
    [{ domains: ['*'], ports: [65_536] }, 'flashPolicy.ports'],
    [{ domains: ['*'], ports: ['90-80'] }, 'flashPolicy.ports'],
    [{ domains: ['*'], ports: ['80,81'] }, 'flashPolicy.ports'],
    [{ domains: ['*'], ports: ['*'], listen: '843' }, 'flashPolicy.listen'],
    [{ domains: ['*'], ports: ['*'], listen: -1 }, 'flashPolicy.listen'],
    [{ domains: ['*'], ports: ['*'], listen: { port: 0, host: 1 } }, 'flashPolicy.listen'],
    [{ domains: ['*'], ports: ['*'], port: 843 }, 'flashPolicy.port'],
  ];
  for (const [value, named] of wrong) {
    it(`is refused as an option: ${JSON.stringify(value)}`, () =>
      assert.throws(
        () => socketio({ flashPolicy: value } as UserOptions),
        (error: Error & { code?: string }) => {
          assert.equal(error.code, 'OPTION_INVALID');
          assert.ok(error.message.startsWith(`${named} `), error.message);
          return true;
        },
      ));
  }
});

describe('Flash on the HTTP port', () => {
  let ground: Ground;
  let server: HttpServer;
  let port: number;

  async function site(options: UserOptions = { flashPolicy }): Promise<void> {
    const app = express();
    app.use('/socket.io', ground.io(socketio(options)));
    app.get('/slow', () => {});
    ({ server, port } = await ground.serve(app));
  }
  beforeEach(() => {
    ground = new Ground();
  });
  afterEach(async () => {
    mock.timers.reset();
    await ground.close();
  });

  /** All that comes for these pieces, each sent when the one before has been read. */
  async function said(...pieces: string[]): Promise<string> {
    const accepted = heard(server, 'connection');
    const knock = Knock.send(port, pieces[0] ?? '');
    const [socket] = (await accepted) as [Socket];
    let sent = (pieces[0] ?? '').length;
    for (const piece of pieces.slice(1)) {
      await within(read(socket, sent), `${sent} bytes to be read`);
      knock.socket.write(piece);
      sent += piece.length;
    }
    await knock.answer();
    return knock.text;
  }

  it('H34 gets the policy, and the connection ends', async () => {
    await site();
    assert.equal(await said(REQUEST), ALL);
  });

  it('gets it as the very first visitor of the site, and as the second', async () => {
    await site();
    assert.equal(await said(REQUEST), ALL);
    assert.equal((await ask(port, '/none')).status, 404);
    assert.equal(await said(REQUEST), ALL);
  });

  it('gets it from a server that was named by attach', async () => {
    const io = ground.io(socketio({ flashPolicy }));
    ({ server, port } = await ground.serve((req, res) => io(req, res, () => res.end())));
    assert.equal(await said(REQUEST), BAD);
    io.attach(server, { path: '/socket.io' });
    assert.equal(await said(REQUEST), ALL);
  });

  it('gets it from the one of two on a server that has a policy', async () => {
    const app = express();
    app.use('/a', ground.io(socketio()));
    app.use('/b', ground.io(socketio({ flashPolicy })));
    ({ server, port } = await ground.serve(app));
    assert.equal(await said(...REQUEST), ALL);
    assert.equal(await said('<html>'), BAD);
  });

  it('gets it for a request that comes in pieces, cut anywhere', async () => {
    await site();
    for (let at = 1; at < REQUEST.length; at++) {
      assert.equal(await said(REQUEST.slice(0, at), REQUEST.slice(at)), ALL, `cut at ${at}`);
    }
  });

  it('gets it byte by byte', async () => {
    await site();
    assert.equal(await said(...REQUEST), ALL);
  });

  it('gets nothing but an error without the option', async () => {
    await site({});
    await ask(port, '/socket.io/');
    assert.equal(await said(REQUEST), BAD);
  });

  it('gets nothing but an error when the server has closed', async () => {
    const io = socketio({ flashPolicy });
    const app = express();
    app.use('/socket.io', io);
    ({ server, port } = await ground.serve(app));
    assert.equal(await said(REQUEST), ALL);
    await io.close();
    assert.equal(await said(REQUEST), BAD);
  });

  const others: readonly (readonly [what: string, ...pieces: string[]])[] = [
    ['something else', '<html>'],
    ['something longer', `${REQUEST}x`],
    ['something that begins like it', '<policy-file', '-response/>'],
    ['a method that HTTP does not know', 'NONSENSE / HTTP/1.1\r\n\r\n'],
  ];
  for (const [what, ...pieces] of others) {
    it(`gets what Node says for ${what}`, async () => {
      await site();
      await ask(port, '/socket.io/');
      assert.equal(await said(...pieces), BAD);
    });
  }

  it('leaves other errors to whoever listens for them', async () => {
    await site();
    await ask(port, '/socket.io/');
    const codes: unknown[] = [];
    server.on('clientError', (error: Error & { code?: string }, socket) => {
      codes.push(error.code);
      socket.end('mine');
    });
    assert.equal(await said(REQUEST), ALL);
    assert.deepEqual(codes, []);
    assert.equal(await said('<html>'), 'mine');
    assert.equal(await said('GET / HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n'), 'mine');
    assert.deepEqual(codes, ['HPE_INVALID_METHOD', 'HPE_INVALID_CONTENT_LENGTH']);
    assert.equal(server.listenerCount('clientError'), 1);
  });

  it('is not answered in the middle of a conversation', async () => {
    await site();
    await ask(port, '/socket.io/');
    const got = await said('GET /slow HTTP/1.1\r\nHost: x\r\n\r\n', REQUEST);
    assert.equal(got, BAD);
  });

  for (const [listener, answer] of [
    [false, BAD],
    [true, 'mine'],
  ] as const) {
    it(`that does not go on gets what ${listener ? 'the site' : 'Node'} says, in 5 seconds`, async () => {
      await site();
      await ask(port, '/socket.io/');
      if (listener) server.on('clientError', (_error, socket) => socket.end('mine', () => socket.destroy()));
      const accepted = heard(server, 'connection');
      const knock = Knock.send(port, '');
      const [socket] = (await accepted) as [Socket];
      mock.timers.enable({ apis: ['setTimeout'] });
      knock.socket.write('<policy');
      while (socket.bytesRead < 7) await new Promise((resolve) => setImmediate(resolve));
      await new Promise((resolve) => setImmediate(resolve));
      mock.timers.tick(4_999);
      assert.equal(knock.text, '');
      mock.timers.tick(1);
      mock.timers.reset();
      await knock.answer();
      assert.equal(knock.text, answer);
    });
  }

  it('may be gone before it has asked', async () => {
    await site();
    const knock = Knock.send(port, '<policy');
    const [socket] = (await heard(server, 'connection')) as [Socket];
    await read(socket, 7);
    knock.socket.resetAndDestroy();
    await heard(socket, 'close');
    assert.equal(await said(REQUEST), ALL);
  });
});

describe('Flash on a port of its own', () => {
  let ground: Ground;
  beforeEach(() => {
    ground = new Ground();
  });
  afterEach(async () => {
    mock.restoreAll();
    await ground.close();
  });

  /** A server that listens for Flash, too. */
  async function listening(options: UserOptions = {}) {
    const listen = mock.method(NetServer.prototype, 'listen');
    const policy = { ...flashPolicy, listen: { port: 0, host: '127.0.0.1' } };
    const io = ground.io(socketio({ flashPolicy: policy, ...options }));
    const server = listen.mock.calls[0]?.this as NetServer;
    await heard(server, 'listening');
    return { io, server, port: (server.address() as { port: number }).port };
  }

  it('H33 gets the policy, and the connection ends', async () => {
    const { port } = await listening();
    const knock = Knock.send(port, REQUEST);
    await knock.answer();
    assert.equal(knock.text, ALL);
  });

  it('gets it without a question, and whatever it says', async () => {
    const { port } = await listening();
    for (const word of ['', 'x'.repeat(100_000)]) {
      const knock = Knock.send(port, word);
      await knock.until(/<\/cross-domain-policy>$/);
      knock.socket.end();
      await knock.answer();
      assert.equal(knock.text, ALL);
    }
  });

  it('is cut when it does not end, in 5 seconds', async () => {
    const { port, server } = await listening();
    mock.timers.enable({ apis: ['setTimeout'] });
    const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    socket.on('error', () => {});
    const theirs = await accepted;
    mock.timers.tick(4_999);
    assert.equal(theirs.destroyed, false);
    mock.timers.tick(1);
    assert.equal(theirs.destroyed, true);
    mock.timers.reset();
    socket.destroy();
  });

  it('finds nobody when the server has closed', async () => {
    const { io, port, server } = await listening();
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    socket.on('error', () => {});
    await heard(server, 'connection');
    await io.close();
    assert.equal(server.listening, false);
    await heard(connect(port, '127.0.0.1'), 'error');
    socket.destroy();
  });

  it('finds nobody when the server was closed before it could listen', async () => {
    const listen = mock.method(NetServer.prototype, 'listen');
    const io = socketio({ flashPolicy: { ...flashPolicy, listen: { port: 0, host: 'localhost' } } });
    const server = listen.mock.calls[0]?.this as NetServer;
    const over = heard(server, 'close');
    await io.close();
    await over;
    assert.equal(server.listening, false);
  });

  it('is complained of if the port is taken, and nothing else suffers', async () => {
    const { port } = await listening();
    const complaint = latch<[unknown, unknown]>();
    const io = ground.io(
      socketio({
        flashPolicy: { ...flashPolicy, listen: { port, host: '127.0.0.1' } },
        onError: (error, { event }) => complaint.open([(error as { code?: string }).code, event]),
      }),
    );
    assert.deepEqual(await within(complaint.promise, 'a complaint'), ['EADDRINUSE', 'flashPolicy']);
    await io.close();
  });
});

async function read(socket: Socket, bytes: number): Promise<void> {
  while (socket.bytesRead < bytes) await new Promise((resolve) => setImmediate(resolve));
}
