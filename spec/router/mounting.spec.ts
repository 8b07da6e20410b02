/** Wherever a site mounts us, clients find us, without another call. */
import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createRequire } from 'node:module';
import connect from 'connect';
import express from 'express';
import type { Server } from '../../lib/index.js';
import { heard } from '../support/patience.js';
import { certificate, example, Ground, ways } from './ground.js';

const express4 = createRequire(import.meta.url)('express4') as typeof express;

/** Builds a site around `io`. @returns the server, and the path that clients name */
type Build = (io: Server) => { readonly listener: RequestListener; readonly path?: string };

function builds(make: typeof express): Record<string, Build> {
  return {
    'on the application': (io) => ({ listener: make().use('/socket.io', io) }),
    'on the application, another path': (io) => ({ listener: make().use('/a/b/', io), path: '/a/b' }),
    'at its root': (io) => ({ listener: make().use(io), path: '/' }),
    'at one of several paths': (io) => ({ listener: make().use(['/x', '/socket.io'], io) }),
    twice: (io) => ({ listener: make().use('/one', io).use('/two', io), path: '/two' }),
    'in a wrapped handler': (io) => {
      const app = make().use('/socket.io', io);
      return { listener: (req, res) => app(req, res) };
    },
    'on a sub-application, which was mounted before': (io) => {
      const app = make();
      const sub = make();
      app.use('/sub', sub);
      sub.use('/socket.io', io);
      return { listener: app, path: '/sub/socket.io' };
    },
    'on a sub-application, which is mounted after': (io) => {
      const sub = make();
      sub.use('/socket.io', io);
      const middle = make();
      middle.use('/sub', sub);
      return { listener: make().use(['/first', '/second'], middle), path: '/second/sub/socket.io' };
    },
    'on a router': (io) => {
      const router = make.Router();
      router.use('/socket.io', io);
      return { listener: make().use('/api', router), path: '/api/socket.io' };
    },
    'on a router of a router': (io) => {
      const inner = make.Router();
      inner.use('/socket.io', io);
      const outer = make.Router();
      outer.use('/inner', inner);
      return { listener: make().use('/outer', outer), path: '/outer/inner/socket.io' };
    },
    'under a pattern': (io) => ({ listener: make().use('/:tenant/live', io), path: '/anna/live' }),
  };
}

const sites: Record<string, Build> = {
  ...Object.fromEntries(
    Object.entries(builds(express)).map(([name, build]) => [`Express 5: ${name}`, build]),
  ),
  ...Object.fromEntries(
    Object.entries(builds(express4)).map(([name, build]) => [`Express 4: ${name}`, build]),
  ),
  Connect: (io) => ({ listener: connect().use('/socket.io', io) }),
  'Connect within Connect': (io) => {
    const inner = connect();
    inner.use('/socket.io', io);
    return { listener: connect().use('/inner', inner), path: '/inner/socket.io' };
  },
};

describe('mounting', () => {
  let ground: Ground;

  beforeEach(() => {
    ground = new Ground();
  });

  afterEach(() => ground.close());

  for (const [name, build] of Object.entries(sites)) {
    for (const way of ways) {
      it(`${name}: a client that comes ${way.name} is served`, async () => {
        const io = ground.io(example());
        const { listener, path = '/socket.io' } = build(io);
        const { port } = await ground.serve(listener);
        const client = ground.client(`http://127.0.0.1:${port}`, { path, transports: way.transports });
        const [greeting] = await heard(client, 'message');
        assert.equal(greeting, `connected: ${client.id}`);
        assert.equal(await client.emitWithAck('message', 'hello'), 'received');
      });
    }
  }

  for (const way of ways) {
    it(`app.listen: a client that comes ${way.name} is served`, async () => {
      const app = express();
      app.use('/socket.io', ground.io(example()));
      const server = app.listen(0, '127.0.0.1');
      await heard(server, 'listening');
      ground.after(() => server.close());
      const { port } = server.address() as { port: number };
      const client = await ground.arrival(`http://127.0.0.1:${port}`, { transports: way.transports });
      assert.equal(await client.emitWithAck('message', 'hello'), 'received');
      client.disconnect();
    });

    it(`https: a client that comes ${way.name} is served, and known as secure`, async () => {
      const io = ground.io(example());
      const app = express().use('/socket.io', io);
      const port = await ground.open(createTlsServer(certificate(), app));
      const client = await ground.arrival(`https://localhost:${port}`, { transports: way.transports });
      assert.equal(await client.emitWithAck('message', 'hello'), 'received');
      const [socket] = [...io.sockets.sockets.values()];
      assert.equal(socket?.handshake.secure, true);
    });
  }

  it('one io on an http and an https server has the clients of both in one room', async () => {
    const io = ground.io(example());
    const app = express().use('/socket.io', io);
    const plain = await ground.open(createServer(app));
    const secure = await ground.open(createTlsServer(certificate(), app));
    const anna = await ground.arrival(`http://127.0.0.1:${plain}`, { transports: ['websocket'] });
    const bert = await ground.arrival(`https://localhost:${secure}`, { transports: ['websocket'] });
    const told = heard(anna, 'news');
    bert.emit('ignored');
    io.emit('news', 1);
    assert.deepEqual(await told, [1]);
    assert.equal(io.sockets.sockets.size, 2);
  });

  it('two ios on one server keep their clients apart', async () => {
    const one = ground.io(example());
    const two = ground.io(example());
    const { port } = await ground.serve(express().use('/one', one).use('/two', two));
    for (const { transports } of ways) {
      await ground.arrival(`http://127.0.0.1:${port}`, { path: '/one', transports });
    }
    await ground.arrival(`http://127.0.0.1:${port}`, { path: '/two', transports: ['websocket'] });
    assert.equal(one.sockets.sockets.size, 3);
    assert.equal(two.sockets.sockets.size, 1);
  });

  it('a mount that comes after the server has been in use is found', async () => {
    const app = express();
    const { port } = await ground.serve(app);
    assert.equal((await fetch(`http://127.0.0.1:${port}/`)).status, 404);
    app.use('/socket.io', ground.io(example()));
    await ground.arrival(`http://127.0.0.1:${port}`, { transports: ['websocket'] });
  });

  it('a request that is not for us passes to the site', async () => {
    const app = express();
    app.use('/socket.io', ground.io(example()));
    app.get('/', (_req, res) => void res.send('home'));
    const { port } = await ground.serve(app);
    await ground.arrival(`http://127.0.0.1:${port}`, { transports: ['websocket'] });
    assert.equal(await (await fetch(`http://127.0.0.1:${port}/?sid=1`)).text(), 'home');
  });
});
