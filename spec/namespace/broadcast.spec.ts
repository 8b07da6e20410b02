/** Selections: whom they reach, and how they travel. */
import assert from 'node:assert/strict';
import { type Guest, type World, world, written } from './fake-client.js';

let here: World;
let alice: Guest;
let bob: Guest;
beforeEach(() => {
  here = world();
  alice = here.join('alice');
  bob = here.join('bob');
});

describe('a selection', () => {
  it('is never changed by what is made from it', () => {
    alice.socket.join('a');
    bob.socket.join('b');
    const base = here.root.to('a');
    base.to('b').emit('both');
    base.except('a').emit('nobody');
    base.volatile.emit('volatile');
    base.emit('a only');
    assert.deepEqual(bob.client.events, [['both']]);
    assert.deepEqual(alice.client.events, [['both'], ['volatile'], ['a only']]);
    assert.equal(alice.client.flags.at(-1)?.volatile, undefined);
  });

  it('keeps flags and rooms together, in whatever order they are said', () => {
    alice.socket.join('a');
    here.root.volatile.compress(false).to('a').emit('x');
    assert.equal(alice.client.flags.at(-1)?.volatile, true);
    assert.equal(alice.client.flags.at(-1)?.compress, false);
    assert.deepEqual(bob.client.events, []);
  });

  it('is written once for all its members', () => {
    for (let n = 0; n < 100; n++) here.join();
    const before = written.times;
    here.root.emit('x', 1);
    assert.equal(written.times, before + 1);
    assert.deepEqual(bob.client.events, [['x', 1]]);
  });

  it('tells its caller what cannot be written', () => {
    assert.throws(() => here.root.emit('x', 1n), TypeError);
    assert.throws(() => here.root.timeout(1).emit('x', 1n, () => assert.fail('no answer')), TypeError);
    assert.equal(alice.socket.acks.size, 0);
  });

  it('refuses names that have a meaning of their own', async () => {
    assert.throws(() => here.root.to('a').emit('disconnect'), { code: 'EVENT_RESERVED' });
    await assert.rejects(here.root.timeout(1).emitWithAck('connect'), { code: 'EVENT_RESERVED' });
  });

  it('joins, leaves and disconnects its members', () => {
    here.root.in('alice').socketsJoin(['x', 'y']);
    here.root.except('bob').socketsLeave('y');
    assert.deepEqual([...alice.socket.rooms], ['alice', 'x']);
    assert.deepEqual([...bob.socket.rooms], ['bob']);
    here.root.in('x').disconnectSockets(true);
    assert.deepEqual(alice.client.closings, ['connection', 'membership']);
    here.root.except('alice').disconnectSockets();
    assert.deepEqual(bob.client.closings, ['membership']);
    const carol = here.join('carol');
    here.root.disconnectSockets();
    assert.deepEqual(carol.client.closings, ['membership']);
  });

  it('fetches its members: the real sockets', async () => {
    assert.deepEqual(await here.root.in('bob').fetchSockets(), [bob.socket]);
    assert.deepEqual(await here.root.except('bob').allSockets(), new Set(['alice']));
  });
});
