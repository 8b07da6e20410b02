/** A client comes: what it says, what it is told, who may refuse it. */
import assert from 'node:assert/strict';
import type { Socket } from '../../lib/index.js';
import { heard } from '../support/patience.js';
import type { Stage } from '../support/stage.js';

export function joining(stage: Stage): void {
  const { pair } = stage;

  it('has the same id on both sides', async () => {
    const { io } = await stage.open();
    const { guest, socket } = await stage.join();
    assert.equal(guest.id, socket.id);
    assert.equal(io.sockets.sockets.get(socket.id), socket);
    assert.deepEqual([...socket.rooms], [socket.id]);
    assert.equal(socket.connected, true);
    assert.equal(socket.disconnected, false);
    assert.equal(socket.recovered, false);
  });

  it('is described to the server by its handshake', async () => {
    const site = await stage.open();
    const before = Date.now();
    const { socket } = await stage.join('/', { query: { colour: 'red' }, headers: { 'x-shoe-size': '44' } });
    const { handshake } = socket;
    assert.equal(handshake.query.colour, 'red');
    if (pair.can.headers) {
      assert.equal(handshake.headers.host, `127.0.0.1:${site.port}`);
      assert.equal(handshake.query.transport, pair.first);
      assert.equal(handshake.headers['x-shoe-size'], '44');
    }
    assert.ok(handshake.url.startsWith(pair.address), handshake.url);
    assert.match(handshake.address, /127\.0\.0\.1$/);
    assert.equal(handshake.secure, false);
    assert.equal(handshake.xdomain, false);
    assert.ok(handshake.issued >= before && handshake.issued <= Date.now());
    assert.equal(Math.trunc(Date.parse(handshake.time) / 1000), Math.trunc(handshake.issued / 1000));
  });

  it('is connected by the transport that it chose', async () => {
    await stage.open();
    const { socket } = await stage.join();
    assert.equal(socket.conn.protocol, pair.protocol);
    assert.equal(socket.conn.transport.name, pair.last);
    assert.equal(socket.conn.readyState, 'open');
    assert.match(socket.conn.remoteAddress, /127\.0\.0\.1$/);
  });

  it('finds on its request what the middleware of the site put there', async () => {
    await stage.open({}, (app) => {
      app.use((req, _res, next) => {
        Object.assign(req, { user: 'ada' });
        next();
      });
    });
    const { socket } = await stage.join();
    assert.equal((socket.request as { user?: unknown }).user, 'ada');
  });

  if (pair.tellsAuth) {
    it('tells its credentials, to each namespace its own', async () => {
      const { io } = await stage.open();
      io.of('/admin');
      const { guest, socket } = await stage.join('/', { auth: { token: '123', deep: [{ a: null }] } });
      const other = await stage.beside(guest, '/admin', { auth: { token: '456' } });
      assert.deepEqual(socket.handshake.auth, { token: '123', deep: [{ a: null }] });
      assert.deepEqual(other.socket.handshake.auth, { token: '456' });
    });
  }

  it('is let in by middlewares one after the other', async () => {
    const { io } = await stage.open();
    const seen: unknown[] = [];
    io.use(async (socket, next) => {
      await Promise.resolve();
      socket.data.name = 'ada';
      seen.push(['first', socket.connected]);
      next();
    });
    io.use((socket, next) => {
      socket.join('members');
      seen.push(['second', socket.data.name]);
      next();
    });
    const { socket } = await stage.join();
    assert.deepEqual(seen, [
      ['first', false],
      ['second', 'ada'],
    ]);
    assert.equal(socket.data.name, 'ada');
    assert.deepEqual([...socket.rooms].sort(), [socket.id, 'members'].sort());
  });

  for (const data of [undefined, { code: 7, why: ['none', null] }, 'text', 0]) {
    it(`is refused by a middleware with ${data === undefined ? 'no data' : JSON.stringify(data)}`, async () => {
      const { io } = await stage.open();
      io.use((socket, next) => {
        socket.join('members');
        next(Object.assign(new Error('not authorized'), { data }));
      });
      io.on('connection', () => assert.fail('it has been refused'));
      const [error] = await heard(stage.coming(), pair.refused);
      assert.deepEqual(pair.told(error), pair.refusal('not authorized', data));
      assert.equal(io.sockets.sockets.size, 0);
      assert.equal(io.sockets.adapter.rooms.size, 0);
      assert.deepEqual(stage.site.complaints, []);
    });
  }

  it('is refused by one namespace and welcome in another', async () => {
    const { io } = await stage.open();
    io.of('/cellar').use((_socket, next) => next(new Error('keep out')));
    const { guest, socket } = await stage.join();
    const cellar = guest.beside('/cellar');
    cellar.enter();
    const [error] = await heard(cellar, pair.refused);
    assert.deepEqual(pair.told(error), pair.refusal('keep out', undefined));
    assert.equal(socket.connected, true);
    io.emit('still here');
    await heard(guest, 'still here');
  });

  if (pair.can.askAgain) {
    it('may try again after a refusal', async () => {
      const { io } = await stage.open();
      let refusals = 1;
      io.use((_socket, next) => next(refusals-- > 0 ? new Error('later') : undefined));
      const guest = stage.coming();
      await heard(guest, pair.refused);
      guest.enter();
      await heard(guest, 'connect');
      assert.equal(io.sockets.sockets.size, 1);
    });
  }

  it('hears that a namespace does not exist', async () => {
    await stage.open();
    const [error] = await heard(stage.coming('/nowhere'), pair.refused);
    assert.deepEqual(pair.told(error), pair.refusal('Invalid namespace', undefined));
  });

  it('has several namespaces on one connection', async () => {
    const { io } = await stage.open();
    const news = io.of('/news');
    const main = await stage.join();
    const other = await stage.beside(main.guest, '/news');
    assert.notEqual(main.socket.id, other.socket.id);
    assert.equal(main.socket.conn, other.socket.conn);
    assert.equal(main.socket.client, other.socket.client);
    assert.equal(main.socket.nsp.name, '/');
    assert.equal(other.socket.nsp, news);
    const heardInMain: unknown[] = [];
    main.guest.on('story', () => heardInMain.push('story'));
    const both = Promise.all([heard(other.guest, 'story'), heard(main.guest, 'story end')]);
    news.emit('story', 1);
    io.emit('story end');
    assert.deepEqual((await both)[0], [1]);
    assert.deepEqual(heardInMain, []);
    other.guest.emit('from news', 2);
    assert.deepEqual(await heard(other.socket as never, 'from news'), [2]);
  });

  it('stays in its other namespaces when it leaves one', async () => {
    const { io } = await stage.open();
    io.of('/news');
    const main = await stage.join();
    const other = await stage.beside(main.guest, '/news');
    const gone = heard(other.socket as never, 'disconnect');
    other.guest.leave();
    assert.equal((await gone)[0], 'client namespace disconnect');
    assert.equal(main.socket.connected, true);
    assert.deepEqual(await answering(main.socket, main.guest).ask('still?'), ['yes']);
    const again = await stage.arrival('/news', () => {
      other.guest.enter();
      return other.guest;
    });
    assert.notEqual(again.socket, other.socket);
    assert.equal(again.socket.id !== other.socket.id, pair.freshIds);
    assert.equal(again.socket.client, main.socket.client);
  });

  it('enters a namespace that was made after its connection', async () => {
    const { io } = await stage.open();
    const { guest } = await stage.join();
    const made = heard(io as never, 'new_namespace');
    io.of('/late');
    assert.equal(((await made)[0] as { name: string }).name, '/late');
    const { socket } = await stage.beside(guest, '/late');
    assert.equal(socket.nsp.name, '/late');
  });

  it('is greeted by connect first, then by connection', async () => {
    const { io } = await stage.open();
    const order: string[] = [];
    io.on('connection', (socket: Socket) => order.push(`connection ${socket.connected}`));
    io.on('connect', (socket: Socket) => order.push(`connect ${socket.connected}`));
    await stage.join();
    assert.deepEqual(order, ['connect true', 'connection true']);
  });

  it('hears what is said to it in the greeting', async () => {
    const { io } = await stage.open();
    io.on('connection', (socket) => {
      socket.emit('welcome', 1);
      io.emit('welcome', 2);
    });
    const guest = stage.coming();
    const words: unknown[] = [];
    guest.on('welcome', (word) => words.push(word));
    await heard(guest, 'connect');
    io.emit('end');
    await heard(guest, 'end');
    assert.deepEqual(words, [1, 2]);
  });
}

/** The guest, once the socket answers "still?" with "yes". */
function answering<G>(socket: Socket, guest: G): G {
  socket.on('still?', (reply) => reply('yes'));
  return guest;
}
