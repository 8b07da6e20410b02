/** Joining a namespace. */
import assert from 'node:assert/strict';
import { PacketType } from '../../lib/packet.js';
import { FakeClient, settled, type World, world } from './fake-client.js';

let here: World;
beforeEach(() => {
  here = world();
});

describe('a client that joins', () => {
  it('has joined at once where there are no middlewares', () => {
    const { client, socket } = here.join('alice');
    assert.equal(socket.connected, true);
    assert.equal(socket.disconnected, false);
    assert.deepEqual(client.received, [{ type: PacketType.CONNECT, nsp: '/', data: { sid: 'alice' } }]);
    assert.equal(here.root.sockets.get('alice'), socket);
    assert.deepEqual(socket.rooms, new Set(['alice']));
  });

  it('is announced as connect, then as connection, when all is in place', () => {
    const told: unknown[] = [];
    here.root.on('connection', (socket) => told.push(['connection', socket.id]));
    here.root.on('connect', (socket) => {
      told.push(['connect', socket.connected, here.root.sockets.has(socket.id), [...socket.rooms]]);
      socket.emit('welcome');
    });
    const { client } = here.join('alice');
    assert.deepEqual(told, [
      ['connect', true, true, ['alice']],
      ['connection', 'alice'],
    ]);
    assert.deepEqual(
      client.received.map(({ type }) => type),
      [PacketType.CONNECT, PacketType.EVENT],
    );
  });

  it('can be sent away by the very listener that hears of it', () => {
    here.root.on('connection', (socket) => socket.disconnect());
    const { client, socket } = here.join();
    assert.equal(socket.connected, false);
    assert.deepEqual(client.closings, ['membership']);
    assert.equal(here.root.sockets.size, 0);
    assert.equal(here.root.adapter.rooms.size, 0);
  });

  it('does not suffer from a listener that throws or rejects', async () => {
    const boom = new Error('boom');
    const heard: string[] = [];
    here.root.on('connection', () => {
      throw boom;
    });
    here.root.on('connection', () => Promise.reject(boom));
    here.root.on('connection', (socket) => heard.push(socket.id));
    const { socket } = here.join('alice');
    await settled();
    assert.deepEqual(heard, ['alice']);
    assert.equal(socket.connected, true);
    assert.deepEqual(here.errors, [
      { error: boom, event: 'connection', socket },
      { error: boom, event: 'connection', socket },
    ]);
  });

  it('shows who it is', () => {
    const client = new FakeClient('alice');
    const socket = here.root.connect(client.arrival({ token: 't' }));
    assert.equal(socket.id, 'alice');
    assert.equal(socket.nsp, here.root);
    assert.equal(socket.handshake.auth.token, 't');
    assert.equal(socket.conn, client.conn);
    assert.equal(socket.client.id, 'conn-of-alice');
    assert.equal(socket.request, socket.client.request);
    assert.equal(socket.recovered, false);
    assert.equal(socket.server.of('/'), here.root);
    assert.equal(socket.bufferedAmount, 7);
  });

  it('has data of its own, made when first looked at', () => {
    const { socket } = here.join();
    const other = here.join().socket;
    socket.data.name = 'alice';
    assert.deepEqual(socket.data, { name: 'alice' });
    assert.deepEqual(other.data, {});
    socket.data = { all: 'new' };
    assert.deepEqual(socket.data, { all: 'new' });
  });

  it('can be waited for until it has everything', async () => {
    assert.equal(await here.join().socket.drained(), undefined);
  });
});
