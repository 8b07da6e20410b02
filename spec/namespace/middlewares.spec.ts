/** Middlewares before a client joins. */
import assert from 'node:assert/strict';
import { PacketType } from '../../lib/packet.js';
import { settled, type World, world } from './fake-client.js';

let here: World;
beforeEach(() => {
  here = world();
});

describe('a client before a middleware', () => {
  it('joins after all have let it pass, in order', async () => {
    const order: string[] = [];
    here.root.use((socket, next) => {
      order.push(`first, connected: ${socket.connected}`);
      setImmediate(next);
    });
    here.root.use((_socket, next) => {
      order.push('second');
      next();
    });
    here.root.on('connection', () => order.push('connection'));
    const { socket, client } = here.join();
    assert.equal(here.root.sockets.size, 0);
    await settled();
    await settled();
    assert.deepEqual(order, ['first, connected: false', 'second', 'connection']);
    assert.equal(socket.connected, true);
    assert.equal(client.received[0]?.type, PacketType.CONNECT);
  });

  it('does not join in the same tick, even if the middleware is quick', async () => {
    here.root.use((_socket, next) => next());
    const { socket } = here.join();
    assert.equal(socket.connected, false);
    await settled();
    assert.equal(socket.connected, true);
  });

  it('waits for those that were there when it came, not for later ones', async () => {
    here.root.use((_socket, next) => {
      here.root.use((_late, refuse) => refuse(new Error('late')));
      next();
    });
    const { socket } = here.join();
    await settled();
    assert.equal(socket.connected, true);
  });

  it('is told why it is refused, and nothing is left of it', async () => {
    here.root.use((socket, next) => {
      socket.join('lobby');
      next(Object.assign(new Error('not you'), { data: { code: 7 } }));
    });
    here.root.on('connection', () => assert.fail('must not connect'));
    const { socket, client } = here.join();
    await settled();
    assert.deepEqual(client.received, [
      { type: PacketType.CONNECT_ERROR, nsp: '/', data: { message: 'not you', data: { code: 7 } } },
    ]);
    assert.deepEqual(client.closings, ['membership']);
    assert.equal(socket.connected, false);
    assert.equal(here.root.adapter.rooms.size, 0);
    assert.equal(here.root.adapter.sids.size, 0);
    assert.deepEqual(here.errors, []);
  });

  it('is told just the message where there is no data', async () => {
    here.root.use((_socket, next) => next(new Error('no')));
    const { client } = here.join();
    await settled();
    assert.deepEqual(client.received, [
      { type: PacketType.CONNECT_ERROR, nsp: '/', data: { message: 'no' } },
    ]);
  });

  it('is refused by a throw and by a rejection, of which onError hears', async () => {
    const thrown = new Error('thrown');
    const rejected = new Error('rejected');
    const failures = [
      () => {
        throw thrown;
      },
      () => Promise.reject(rejected),
    ];
    here.root.use(() => failures.shift()?.());
    const one = here.join().client;
    const two = here.join().client;
    await settled();
    const messages = [...one.received, ...two.received].map((packet) => 'data' in packet && packet.data);
    assert.deepEqual(messages, [{ message: 'thrown' }, { message: 'rejected' }]);
    assert.deepEqual(
      here.errors.map(({ error, event }) => [error, event]),
      [
        [thrown, 'middleware'],
        [rejected, 'middleware'],
      ],
    );
  });

  it('is refused even if the data of the refusal cannot be written', async () => {
    const data: Record<string, unknown> = {};
    data.itself = data;
    here.root.use((_socket, next) => next(Object.assign(new Error('no'), { data })));
    const { client } = here.join();
    await settled();
    assert.deepEqual(client.received, [
      { type: PacketType.CONNECT_ERROR, nsp: '/', data: { message: 'no' } },
    ]);
    assert.deepEqual(client.closings, ['membership']);
    assert.equal(here.errors.length, 1);
  });

  it('is refused even if the refusal cannot be read', async () => {
    const hostile = {
      get message() {
        throw new Error('no message');
      },
    };
    const refusals = [hostile, Object.create(null)];
    here.root.use((_socket, next) => next(refusals.shift()));
    const clients = [here.join().client, here.join().client];
    await settled();
    for (const { received, closings } of clients) {
      assert.equal(received[0]?.type, PacketType.CONNECT_ERROR);
      assert.deepEqual(closings, ['membership']);
    }
  });

  it('is dropped silently if its connection ends meanwhile', async () => {
    let letPass = (): void => {};
    here.root.use((socket, next) => {
      socket.join('lobby');
      letPass = next;
    });
    here.root.on('connection', () => assert.fail('must not connect'));
    const { socket, client } = here.join();
    socket.on('disconnect', () => assert.fail('was never connected'));
    socket.closed('transport close');
    letPass();
    await settled();
    assert.deepEqual(client.received, []);
    assert.deepEqual(client.closings, []);
    assert.equal(here.root.sockets.size, 0);
    assert.equal(here.root.adapter.sids.size, 0);
  });

  it('has nothing to wait for then: answers fail, messages end', async () => {
    here.root.use(() => {});
    const { socket } = here.join();
    const answer = socket.timeout(60_000).emitWithAck('x');
    const message = socket[Symbol.asyncIterator]().next();
    socket.closed('transport close');
    await assert.rejects(answer, { code: 'SOCKET_CLOSED' });
    assert.equal((await message).done, true);
  });

  it('is not told of a refusal either, then', async () => {
    here.root.use((_socket, next) => next(new Error('no')));
    const { socket, client } = here.join();
    socket.closed('transport close');
    await settled();
    assert.deepEqual(client.received, []);
    assert.deepEqual(client.closings, []);
  });

  it('waits as long as the middleware is silent', async () => {
    here.root.use(() => {});
    const { socket, client } = here.join();
    await settled();
    assert.equal(socket.connected, false);
    assert.deepEqual(client.received, []);
  });

  it('gets what the middleware emits before it has joined', async () => {
    here.root.use((socket, next) => {
      socket.emit('hold on');
      next();
    });
    const { client } = here.join();
    await settled();
    assert.deepEqual(
      client.received.map(({ type }) => type),
      [PacketType.EVENT, PacketType.CONNECT],
    );
  });

  it('is not heard, and cannot be disconnected', async () => {
    here.root.use((socket, next) => {
      socket.on('x', () => assert.fail('too early'));
      socket.disconnect(true);
      setImmediate(next);
    });
    const { client, socket, says } = here.join();
    says('x');
    await settled();
    await settled();
    assert.equal(socket.connected, true);
    assert.deepEqual(client.closings, []);
  });
});
