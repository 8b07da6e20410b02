/** A socket's rooms, and its way out. */
import assert from 'node:assert/strict';
import { PacketType } from '../../lib/packet.js';
import { type Guest, type World, world } from './fake-client.js';

let here: World;
let alice: Guest;
beforeEach(() => {
  here = world();
  alice = here.join('alice');
});

describe('a client that leaves', () => {
  it('is in its rooms in disconnecting, and in none in disconnect', () => {
    const told: unknown[] = [];
    const { socket } = alice;
    socket.join(['a', 'b']);
    for (const event of ['disconnecting', 'disconnect'] as const)
      socket.on(event, (reason, description) =>
        told.push([event, reason, description, socket.connected, [...socket.rooms]]),
      );
    socket.closed('transport close', 'details');
    socket.closed('ping timeout');
    assert.deepEqual(told, [
      ['disconnecting', 'transport close', 'details', true, ['alice', 'a', 'b']],
      ['disconnect', 'transport close', 'details', false, []],
    ]);
    assert.equal(here.root.sockets.size, 0);
    assert.equal(here.root.adapter.rooms.size, 0);
    assert.equal(here.root.adapter.sids.size, 0);
  });

  it('with a DISCONNECT has its reason, and its membership is closed', () => {
    const reasons: string[] = [];
    alice.socket.on('disconnect', (reason) => reasons.push(reason));
    alice.socket.receive({ type: PacketType.DISCONNECT, nsp: '/' }, 2);
    assert.deepEqual(reasons, ['client namespace disconnect']);
    assert.deepEqual(alice.client.closings, ['membership']);
    assert.equal(alice.client.received.length, 1);
  });

  it('is not heard any more', () => {
    alice.socket.on('x', () => assert.fail('gone'));
    alice.socket.onAny(() => assert.fail('gone'));
    alice.socket.closed('transport close');
    alice.says('x');
    alice.answers(0);
    alice.socket.receive({ type: PacketType.DISCONNECT, nsp: '/' }, 2);
    assert.deepEqual(alice.client.closings, []);
  });

  it('leaves nothing behind, whatever is done to it then', () => {
    const { socket, client } = alice;
    socket.closed('transport close');
    assert.equal(socket.join('late'), undefined);
    socket.leave('late');
    assert.equal(socket.emit('late'), true);
    assert.equal(socket.send('late'), socket);
    assert.equal(socket.disconnect(true), socket);
    assert.equal(client.received.length, 1);
    assert.deepEqual(client.closings, []);
    assert.equal(here.root.adapter.rooms.size, 0);
    assert.equal(here.root.adapter.sids.size, 0);
  });

  it('leaves nothing behind, whatever its listeners do meanwhile', () => {
    const { socket, client } = alice;
    const act = (): void => {
      socket.join('late');
      socket.emit('late');
      socket.emit('late', () => {});
      socket.disconnect();
      socket.removeAllListeners('x');
    };
    socket.on('disconnecting', act).on('disconnect', act);
    socket.closed('transport close');
    assert.equal(client.received.length, 1);
    assert.equal(here.root.adapter.rooms.size, 0);
    assert.equal(here.root.adapter.sids.size, 0);
    assert.deepEqual(here.errors, []);
  });

  it('leaves in good order though its listeners throw', () => {
    const boom = new Error('boom');
    const fail = (): never => {
      throw boom;
    };
    alice.socket.on('disconnecting', fail).on('disconnect', fail);
    alice.socket.closed('transport close');
    assert.deepEqual(
      here.errors.map(({ error, event }) => [error, event]),
      [
        [boom, 'disconnecting'],
        [boom, 'disconnect'],
      ],
    );
    assert.equal(here.root.sockets.size, 0);
  });

  it('leaves although the application took all listeners away', () => {
    alice.socket.removeAllListeners();
    alice.socket.closed('transport close');
    assert.equal(here.root.sockets.size, 0);
  });
});

describe('a client that is sent away', () => {
  it('is told, and only it', () => {
    const bob = here.join('bob');
    const reasons: string[] = [];
    alice.socket.on('disconnect', (reason) => reasons.push(reason));
    assert.equal(alice.socket.disconnect(), alice.socket);
    alice.socket.disconnect(true);
    assert.deepEqual(alice.client.received.at(-1), { type: PacketType.DISCONNECT, nsp: '/' });
    assert.deepEqual(reasons, ['server namespace disconnect']);
    assert.deepEqual(alice.client.closings, ['membership']);
    assert.deepEqual(bob.client.closings, []);
  });

  it('loses its whole connection if that is wanted', () => {
    alice.socket.disconnect(true);
    assert.deepEqual(alice.client.closings, ['connection', 'membership']);
  });

  it('gets nothing after its DISCONNECT', () => {
    alice.socket.on('disconnecting', () => alice.socket.emit('late'));
    alice.socket.disconnect();
    assert.equal(alice.client.received.at(-1)?.type, PacketType.DISCONNECT);
  });
});

describe('rooms', () => {
  it('are entered and left, one or several', () => {
    const { socket } = alice;
    const rooms = socket.rooms;
    socket.join('a');
    socket.join(['b', 'c']);
    socket.leave('b');
    assert.deepEqual([...rooms], ['alice', 'a', 'c']);
    assert.deepEqual(here.root.adapter.rooms.get('c'), new Set(['alice']));
  });
});
