/** Connections on which nothing is asked. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createTlsServer } from 'node:https';
import { PassThrough } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import express from 'express';
import { socketio } from '../../lib/index.js';
import { Threshold } from '../../lib/router/threshold.js';
import { within } from '../support/patience.js';
import { certificate, Ground } from './ground.js';
import { Knock } from './raw.js';

const ground = new Ground();
afterEach(() => ground.close());

/** A site whose clients are not waited for long. */
async function site(headersTimeout: number): Promise<number> {
  const app = express();
  app.use('/socket.io', ground.io(socketio({ headersTimeout })));
  app.get('/slow', (_req, res) => void setTimeout(() => res.send('slow'), 300));
  return (await ground.serve(app)).port;
}

const half = 'GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\n';

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
      const port = await site(100);
      const knock = Knock.send(port, text);
      assert.equal((await knock.answer()).status, 408);
    });
  }

  it('may take as long as it likes to be answered, and the next one to come', async () => {
    const port = await site(100);
    const knock = Knock.send(port, 'GET /slow HTTP/1.1\r\nHost: x\r\n\r\n');
    await knock.until(/slow$/);
    knock.socket.write(`${half}\r\n`);
    await knock.until(/"sid"/);
    knock.socket.destroy();
  });

  it('is not looked at where the option is 0', async () => {
    const port = await site(0);
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
