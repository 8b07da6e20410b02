/** Connections on which nothing is asked. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createSecureServer, createServer } from 'node:http2';
import { createServer as createTlsServer } from 'node:https';
import { connect as connectPlain } from 'node:net';
import { PassThrough } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import connected from 'connect';
import express from 'express';
import { socketio } from '../../lib/index.js';
import { Threshold } from '../../lib/router/threshold.js';
import { stoppedClock } from '../session/clock.js';
import { within } from '../support/patience.js';
import { certificate, Ground } from './ground.js';
import { Knock } from './raw.js';

const ground = new Ground();
afterEach(() => ground.close());

/** A site whose clients are not waited for long. */
async function open(headersTimeout: number): Promise<number> {
  const app = express();
  app.use('/socket.io', ground.io(socketio({ headersTimeout })));
  app.get('/slow', (_req, res) => void setTimeout(() => res.send('slow'), 300));
  return (await ground.serve(app)).port;
}

const half = 'GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\n';

/** As whoever reads the PROXY protocol does. */
function rename(connection: object): void {
  Object.defineProperties(connection, { remoteAddress: { value: '192.0.2.1' }, remotePort: { value: 7 } });
}

/** What is left of a connection that has closed before anything was asked. */
async function comeAndGo(threshold: Threshold): Promise<WeakRef<object>> {
  const connection = new PassThrough();
  threshold.came(connection);
  await once(connection.destroy(), 'close');
  return new WeakRef(connection);
}

describe('the first request of a connection', () => {
  for (const [what, text] of [
    ['half its headers', half],
    ['nothing', ''],
    ['a byte', 'G'],
  ] as const) {
    it(`may not stop after ${what}`, async () => {
      const port = await open(100);
      const knock = Knock.send(port, text);
      assert.equal((await knock.answer()).status, 408);
    });
  }

  it('may take as long as it likes to be answered, and the next one to come', async () => {
    const port = await open(100);
    const knock = Knock.send(port, 'GET /slow HTTP/1.1\r\nHost: x\r\n\r\n');
    await knock.until(/slow$/);
    knock.socket.write(`${half}\r\n`);
    await knock.until(/"sid"/);
    knock.socket.destroy();
  });

  it('is not looked at where the option is 0', async () => {
    const port = await open(0);
    const knock = Knock.send(port, half);
    const other = Knock.send(port, 'GET /slow HTTP/1.1\r\nHost: x\r\n\r\n');
    await other.until(/slow$/);
    assert.equal(knock.ended, false);
    knock.socket.destroy();
    other.socket.destroy();
  });

  it('is waited for by a server with TLS, too', async () => {
    const app = express();
    app.use('/socket.io', ground.io(socketio({ headersTimeout: 100 })));
    const port = await ground.open(createTlsServer(certificate(), app));
    const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false });
    socket.on('error', () => {});
    socket.resume();
    socket.write(half);
    await within(new Promise((resolve) => socket.once('close', resolve)), 'the end');
  });

  for (const [what, bytes] of [
    ['nothing', ''],
    ['half a greeting', '\x16\x03\x01\x02\x00\x01'],
  ] as const) {
    it(`comes after a line that is to be secured: ${what} may not stand there for ever`, async () => {
      const app = express();
      app.use('/socket.io', ground.io(socketio({ headersTimeout: 100 })));
      const port = await ground.open(createTlsServer(certificate(), app));
      const socket = connectPlain(port, '127.0.0.1');
      socket.on('error', () => {});
      socket.resume();
      socket.write(bytes, 'latin1');
      await within(new Promise((resolve) => socket.once('close', resolve)), 'the end');
    });
  }

  for (const where of ['a port', 'a Unix socket', 'a port, behind one who writes other addresses']) {
    it(`is waited for until the line has been secured, not until it is answered: by TLS, at ${where}`, async () => {
      const app = express();
      app.get('/hi', (_req, res) => void res.send('hi'));
      app.get('/slow', (_req, res) => void setTimeout(() => res.send('slow'), 400));
      app.use('/socket.io', ground.io(socketio({ headersTimeout: 150 })));
      const server = createTlsServer(certificate());
      if (where.endsWith('addresses')) server.on('connection', rename);
      server.on('request', app);
      const address =
        where === 'a Unix socket' ? { path: await ground.openPath(server) } : await ground.openAt(server);
      const guests = [1, 2, 3].map(() => connectTls({ ...address, rejectUnauthorized: false }));
      const heard = guests.map(async (guest) => {
        let answers = '';
        guest.on('data', (bytes) => {
          answers += bytes;
        });
        guest.write(
          'GET /hi HTTP/1.1\r\nHost: x\r\n\r\nGET /slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
        );
        await once(guest, 'close');
        return answers.match(/hi|slow/g);
      });
      assert.deepEqual(await within(Promise.all(heard), 'the answers'), Array(3).fill(['hi', 'slow']));
    });
  }

  for (const [how, make] of [
    ['with TLS', () => createSecureServer(certificate())],
    ['without', createServer],
  ] as const) {
    it(`is one of its streams where HTTP/2 is spoken, ${how}`, async () => {
      const server = make();
      server.on(
        'request',
        connected().use('/socket.io', ground.io(socketio({ headersTimeout: 100 }))) as never,
      );
      const scheme = how === 'with TLS' ? 'https' : 'http';
      const address = `${scheme}://127.0.0.1:${await ground.open(server as never)}`;
      const session = connect(address, { rejectUnauthorized: false });
      ground.after(() => session.destroy());
      const poll = { ':path': '/socket.io/?EIO=4&transport=polling' };
      await within(once(session.request(poll).resume(), 'end'), 'an answer');
      const silent = connect(address, { rejectUnauthorized: false }).on('error', () => {});
      await within(once(silent, 'close'), 'the end of a session that asks for nothing');
      await within(once(session.request(poll).resume(), 'end'), 'another answer');
    });
  }

  it('is not too late where we were: it may lie there', async () => {
    const clock = stoppedClock();
    try {
      const late: unknown[] = [];
      const threshold = new Threshold((connection) => late.push(connection));
      threshold.setPatience(15_000);
      const [asking, silent] = [new PassThrough(), new PassThrough()];
      threshold.came(asking);
      threshold.came(silent);
      await clock.stand(20_000);
      clock.pass(900);
      threshold.asked(asking);
      clock.pass(100);
      assert.deepEqual(late, [silent]);
    } finally {
      clock.restore();
    }
  });

  it('leaves no listener on its connection, whoever told of it', () => {
    const threshold = new Threshold(() => assert.fail());
    threshold.setPatience(60_000);
    const connection = new PassThrough();
    const before = connection.listenerCount('close');
    threshold.came(connection);
    threshold.came(connection);
    threshold.asked(connection);
    assert.equal(connection.listenerCount('close'), before);
  });

  it('is not waited for where the connection has gone: nothing of it is kept', async () => {
    const threshold = new Threshold(() => assert.fail());
    threshold.setPatience(60_000);
    const gone = await comeAndGo(threshold);
    setFlagsFromString('--expose-gc');
    // What a reference has shown in a turn is kept until its end.
    await nextTurn();
    runInNewContext('gc')();
    assert.equal(gone.deref(), undefined);
  });

  it('is followed by others, for which the server itself has the limit, as long as we are there', async () => {
    const io = socketio({ headersTimeout: 5_000 });
    const app = express();
    app.use('/socket.io', io);
    const { server } = await ground.serve(app);
    const before = server.headersTimeout;
    io.attach(server);
    const stricter = socketio({ headersTimeout: 3_000 }).attach(server);
    assert.deepEqual([before, server.headersTimeout], [60_000, 3_000]);
    await stricter.close();
    assert.equal(server.headersTimeout, 5_000);
    await io.close();
    assert.equal(server.headersTimeout, 60_000);
  });

  it('has the limit of its owner, where that is stricter, or was set later', async () => {
    const { server } = await ground.serve(() => {});
    server.headersTimeout = 2_000;
    const io = socketio({ headersTimeout: 5_000 }).attach(server);
    assert.equal(server.headersTimeout, 2_000);
    await io.close();
    const other = socketio({ headersTimeout: 1_000 }).attach(server);
    server.headersTimeout = 30_000;
    await other.close();
    assert.equal(server.headersTimeout, 30_000);
  });

  it('is told to a listener for client errors, as Node would', async () => {
    const app = express();
    app.use('/socket.io', ground.io(socketio({ headersTimeout: 100 })));
    const { server, port } = await ground.serve(app);
    const told = new Promise<string>((resolve) => {
      server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
        resolve(String(error.code));
        socket.end('HTTP/1.1 418 Mine\r\n\r\n');
      });
    });
    assert.equal((await Knock.send(port, half).answer()).status, 418);
    assert.equal(await told, 'ERR_HTTP_REQUEST_TIMEOUT');
  });
});
