/** What is said to all sockets of a namespace, and to other nodes. */
import assert from 'node:assert/strict';
import { type World, world } from './fake-client.js';

let here: World;
beforeEach(() => {
  here = world();
});

describe('a namespace', () => {
  it('speaks to all of its sockets, and to no others', () => {
    const inside = here.join();
    const outside = here.join(undefined, here.namespaces.of('/other'));
    assert.equal(here.root.emit('news', 1, 'two'), true);
    assert.equal(here.root.send('text').write({ json: true }), here.root);
    assert.deepEqual(inside.client.events, [
      ['news', 1, 'two'],
      ['message', 'text'],
      ['message', { json: true }],
    ]);
    assert.deepEqual(outside.client.events, []);
  });

  it('starts a fresh selection each time', () => {
    const alice = here.join('alice');
    const bob = here.join('bob');
    alice.socket.join('a');
    bob.socket.join('b');
    here.root.to('a').emit('x');
    here.root.in(['b', 'nowhere']).emit('y');
    here.root.except('a').emit('z');
    here.root.volatile.emit('v');
    here.root.compress(false).emit('c');
    here.root.local.emit('l');
    assert.deepEqual(alice.client.events, [['x'], ['v'], ['c'], ['l']]);
    assert.deepEqual(bob.client.events, [['y'], ['z'], ['v'], ['c'], ['l']]);
    assert.equal(alice.client.flags.at(-3)?.volatile, true);
    assert.equal(alice.client.flags.at(-2)?.compress, false);
  });

  it('lists, moves and disconnects its sockets', async () => {
    const { socket } = here.join('alice');
    assert.deepEqual(await here.root.fetchSockets(), [socket]);
    assert.deepEqual(await here.root.allSockets(), new Set(['alice']));
    here.root.socketsJoin(['a', 'b']);
    here.root.socketsLeave('a');
    assert.deepEqual([...socket.rooms], ['alice', 'b']);
    here.root.disconnectSockets(true);
    assert.equal(socket.connected, false);
  });

  it('refuses to emit what has a meaning of its own', () => {
    for (const name of ['connect', 'disconnect', 'disconnecting', 'connect_error', 'newListener'])
      assert.throws(() => here.root.emit(name), { code: 'EVENT_RESERVED' });
  });

  it('speaks to other nodes only, of which there are none', async () => {
    here.root.on('ping', () => assert.fail('own node'));
    assert.equal(here.root.serverSideEmit('ping', 1), true);
    const answer = new Promise((resolve) =>
      here.root.serverSideEmit('ping', (...args: unknown[]) => resolve(args)),
    );
    assert.deepEqual(await answer, [null, []]);
    assert.deepEqual(await here.root.serverSideEmitWithAck('ping', 1), []);
  });

  it('refuses to tell other nodes of what only they can tell', async () => {
    for (const name of ['connect', 'connection', 'new_namespace']) {
      assert.throws(() => here.root.serverSideEmit(name), { code: 'EVENT_RESERVED' });
      await assert.rejects(here.root.serverSideEmitWithAck(name), { code: 'EVENT_RESERVED' });
    }
  });

  it('hears other nodes, and answers', () => {
    const answers: unknown[] = [];
    here.root.on('add', (a: number, b: number, answer: (sum: number) => void) => answer(a + b));
    here.root.on('add', () => {
      throw new Error('boom');
    });
    here.root.onServerSideEmit(['add', 1, 2, (sum: unknown) => answers.push(sum)]);
    assert.deepEqual(answers, [3]);
    assert.equal(here.errors[0]?.event, 'add');
  });
});
