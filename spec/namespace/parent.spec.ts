/** Namespaces that are made when a client asks for their names. */
import assert from 'node:assert/strict';
import { MemoryAdapter } from '../../lib/adapter/memory.js';
import type { Namespace } from '../../lib/namespace/namespace.js';
import { Namespaces } from '../../lib/namespace/namespaces.js';
import type { NameMatcher, ParentNamespace } from '../../lib/namespace/parent.js';
import { type Guest, settled, type World, world } from './fake-client.js';

let here: World;
beforeEach(() => {
  here = world();
});

function parentOf(match: RegExp | NameMatcher): ParentNamespace {
  return here.namespaces.of(match) as ParentNamespace;
}

/** Asks for a name as a client does. */
async function seek(name: string, auth = {}): Promise<Namespace | undefined> {
  return here.namespaces.resolve(name, auth);
}

async function enter(name: string): Promise<Guest> {
  const found = await seek(name);
  assert.ok(found, `${name} was not found`);
  return here.join(undefined, found);
}

describe('a parent namespace', () => {
  it('has a name that no client asks for, another one each time', () => {
    const first = Number(parentOf(/a/).name.slice(2));
    assert.equal(parentOf(/a/).name, `/_${first + 1}`);
    assert.deepEqual(here.created, []);
    assert.deepEqual([...here.namespaces], [here.root]);
    assert.equal(here.namespaces.resolve('/_0', {}), undefined);
  });

  it('is found by a pattern at once, a function may take its time', async () => {
    const parent = parentOf(/^\/room-\d+$/);
    const found = here.namespaces.resolve('/room-1', {});
    assert.ok(found && !(found instanceof Promise));
    assert.equal(found.name, '/room-1');
    assert.ok(parent.children.has(found));
    parentOf((_name, _auth, next) => setImmediate(next, null, true));
    assert.equal((await seek('/late'))?.name, '/late');
    assert.deepEqual(
      here.created.map(({ name }) => name),
      ['/room-1', '/late'],
    );
  });

  it('tells a matcher the name and what the client says of itself', async () => {
    const asked: unknown[] = [];
    parentOf((name, auth, next) => {
      asked.push([name, auth]);
      next(null, auth.token === 'ok');
    });
    assert.equal(await seek('/x', { token: 'no' }), undefined);
    assert.equal((await seek('y', { token: 'ok' }))?.name, '/y');
    assert.deepEqual(asked, [
      ['/x', { token: 'no' }],
      ['/y', { token: 'ok' }],
    ]);
  });

  it('is asked after those that were made before it, if they say no', async () => {
    const order: string[] = [];
    const says =
      (what: string, error: Error | null, allow?: boolean): NameMatcher =>
      (_name, _auth, next) => {
        order.push(what);
        setImmediate(() => next(error, allow));
      };
    parentOf(says('no', null, false));
    parentOf(/^\/other$/);
    parentOf(says('nothing', null));
    parentOf(says('an error beats yes', new Error('x'), true));
    const fourth = parentOf(says('yes', null, true));
    parentOf(says('too late', null, true));
    const found = await seek('/here');
    assert.deepEqual(order, ['no', 'nothing', 'an error beats yes', 'yes']);
    assert.ok(found && fourth.children.has(found));
  });

  it('comes after the namespaces that have the very name', async () => {
    parentOf(() => assert.fail('must not be asked'));
    const fixed = here.namespaces.of('/fixed');
    assert.equal(await seek('/fixed'), fixed);
  });

  it('gives two clients who come at once the same child', async () => {
    const parent = parentOf((_name, _auth, next) => setImmediate(next, null, true));
    const [one, two] = await Promise.all([seek('/race'), seek('/race')]);
    assert.ok(one && one === two);
    assert.equal(parent.children.size, 1);
    assert.equal(here.created.length, 1);
  });

  it('counts only the first word of a matcher', async () => {
    parentOf((_name, _auth, next) => {
      next(null, false);
      next(null, true);
    });
    assert.equal(await seek('/x'), undefined);
  });

  it('harms nobody if its matcher fails; onError hears of it and the next one is asked', async () => {
    parentOf(() => {
      throw new Error('thrown');
    });
    parentOf(() => Promise.reject(new Error('rejected')));
    const third = parentOf(/^\/x$/);
    assert.ok(third.children.has((await seek('/x')) as Namespace));
    assert.equal(await seek('/y'), undefined);
    const heard = here.errors.map(({ error, event }) => `${event}: ${(error as Error).message}`);
    assert.deepEqual(heard, [
      'namespace: thrown',
      'namespace: rejected',
      'namespace: thrown',
      'namespace: rejected',
    ]);
  });

  it('keeps only its own client waiting if its matcher is silent', async () => {
    parentOf(() => {});
    let answered = false;
    void seek('/silent').finally(() => {
      answered = true;
    });
    here.namespaces.of('/other');
    assert.equal((await seek('/other'))?.name, '/other');
    await settled();
    assert.equal(answered, false);
  });

  it('refuses patterns that remember their last match', () => {
    for (const pattern of [/a/g, /a/y])
      assert.throws(() => parentOf(pattern), {
        code: 'NAMESPACE_INVALID',
        message: 'stateful regular expressions are not supported',
      });
  });

  it('gives a child what it has when the child is made, and nothing later', async () => {
    const parent = parentOf(/^\/room-/);
    const seen: string[] = [];
    parent.use((_socket, next) => {
      seen.push('middleware');
      next();
    });
    parent.on('connect', () => seen.push('connect'));
    parent.on('connection', (socket) => seen.push(`connection in ${socket.nsp.name}`));
    await enter('/room-1');
    await settled();
    parent.use((_socket, next) => {
      seen.push('late middleware');
      next();
    });
    parent.on('connection', () => seen.push('late connection'));
    await enter('/room-1');
    await settled();
    const once = ['middleware', 'connect', 'connection in /room-1'];
    assert.deepEqual(seen.splice(0), [...once, ...once]);
    await enter('/room-2');
    await settled();
    assert.deepEqual(seen, [
      'middleware',
      'late middleware',
      'connect',
      'connection in /room-2',
      'late connection',
    ]);
  });

  it('is not changed by what is given to a child', async () => {
    const parent = parentOf(/^\/room-/);
    const child = (await seek('/room-1')) as Namespace;
    child.use((_socket, next) => next(new Error('no')));
    child.on('connection', () => {});
    assert.equal(parent.listenerCount('connection'), 0);
    const { socket } = await enter('/room-2');
    assert.equal(socket.connected, true);
  });

  it('serves the clients of its children', async () => {
    const served: string[] = [];
    parentOf(/^\/room-/).serve(async (socket) => {
      for await (const message of socket) served.push(`${socket.nsp.name} ${message.name}`);
    });
    const { says } = await enter('/room-1');
    says('hello');
    await settled();
    assert.deepEqual(served, ['/room-1 hello']);
  });

  it('adopts what the program makes under a name that its pattern fits; the first such parent does', () => {
    parentOf(() => assert.fail('functions are asked by clients alone'));
    const first = parentOf(/^\/room-\d+$/);
    const second = parentOf(/^\/room-/);
    first.on('connection', () => {});
    const child = here.namespaces.of('room-1');
    assert.ok(first.children.has(child));
    assert.equal(second.children.size, 0);
    assert.equal(child.listenerCount('connection'), 1);
    assert.deepEqual(here.created, [child]);
  });
});

describe('what is said in a parent namespace', () => {
  let parent: ParentNamespace;
  let one: Guest;
  let two: Guest;
  beforeEach(async () => {
    parent = parentOf(/^\/room-/);
    one = await enter('/room-1');
    two = await enter('/room-2');
  });

  it('reaches all children, in each under its own name', () => {
    parent.emit('hello', 1);
    parent.send('text');
    for (const { client, socket } of [one, two]) {
      assert.deepEqual(client.events, [
        ['hello', 1],
        ['message', 'text'],
      ]);
      assert.deepEqual([...new Set(client.received.map(({ nsp }) => nsp))], [socket.nsp.name]);
    }
  });

  it('reaches rooms of all children, with exceptions', async () => {
    const three = await enter('/room-2');
    one.socket.join('red');
    three.socket.join('red');
    parent.to('red').emit('to');
    parent.except('red').emit('except');
    parent.volatile.local.compress(false).emit('flags');
    assert.deepEqual(one.client.events, [['to'], ['flags']]);
    assert.deepEqual(two.client.events, [['except'], ['flags']]);
    assert.deepEqual(three.client.events, [['to'], ['flags']]);
  });

  it('is answered by the clients of all children', async () => {
    const answers = parent.timeout(1_000).emitWithAck('why');
    one.answers(one.client.asked, 'because');
    two.answers(two.client.asked, 'who knows');
    assert.deepEqual(await answers, ['because', 'who knows']);
  });

  it('is answered by nobody at once where there is no child', async () => {
    const answers = await parentOf(/^\/none$/)
      .timeout(60_000)
      .emitWithAck('why');
    assert.deepEqual(answers, []);
  });

  it('moves and sends away the clients of all children', async () => {
    parent.socketsJoin(['red', 'blue']);
    parent.socketsLeave('blue');
    assert.deepEqual([...one.socket.rooms], [one.socket.id, 'red']);
    assert.deepEqual([...(await parent.adapter.sockets(new Set(['red'])))], [one.socket.id, two.socket.id]);
    parent.disconnectSockets();
    assert.deepEqual([one.socket.connected, two.socket.connected], [false, false]);
  });

  it('fails at once if it cannot be written', () => {
    assert.throws(() => parent.emit('number', 1n), TypeError);
  });

  it('is no question for sockets, nor for other nodes', async () => {
    const message = 'fetchSockets() is not supported on parent namespaces';
    assert.throws(() => parent.fetchSockets(), { message });
    await assert.rejects(parent.to('red').fetchSockets(), { message });
    assert.throws(() => parent.serverSideEmit('x'), { code: 'NOT_SUPPORTED' });
  });

  it('reaches the other children although one of them fails', async () => {
    here.errors.length = 0;
    const [first] = parent.children;
    assert.ok(first);
    first.adapter.broadcast = () => Promise.reject(new Error('no broker'));
    parent.emit('hello');
    await settled();
    assert.deepEqual(two.client.events, [['hello']]);
    assert.equal(here.errors.length, 1);
  });
});

describe('a child namespace', () => {
  it('goes with its last client, and its adapter is closed', async () => {
    const parent = parentOf(/^\/room-/);
    const one = await enter('/room-1');
    const two = await enter('/room-1');
    const { nsp } = one.socket;
    let closed = 0;
    nsp.adapter.close = () => {
      closed += 1;
    };
    one.socket.disconnect();
    assert.equal(here.namespaces.of('/room-1'), nsp);
    two.socket.disconnect();
    assert.equal(closed, 1);
    assert.equal(parent.children.size, 0);
    assert.deepEqual([...here.namespaces], [here.root]);
    const again = await enter('/room-1');
    assert.notEqual(again.socket.nsp, nsp);
    assert.equal(again.socket.connected, true);
  });

  it('goes when its only client is refused', async () => {
    const parent = parentOf(/^\/room-/);
    parent.use((_socket, next) => next(new Error('no')));
    await enter('/room-1');
    await settled();
    assert.equal(parent.children.size, 0);
    assert.deepEqual([...here.namespaces], [here.root]);
  });

  it('stays while a middleware still has a client', async () => {
    const parent = parentOf(/^\/room-/);
    const passing: (() => void)[] = [];
    parent.use((_socket, next) => passing.push(next));
    const one = await enter('/room-1');
    const two = await enter('/room-1');
    passing[0]?.();
    await settled();
    one.socket.disconnect();
    passing[1]?.();
    await settled();
    assert.equal(two.socket.connected, true);
    assert.ok([...here.namespaces].includes(two.socket.nsp as Namespace));
  });

  it('goes if the client that asked for it has gone meanwhile', async () => {
    const parent = parentOf(/^\/room-/);
    (await seek('/room-1'))?.vacate();
    assert.equal(parent.children.size, 0);
    const { socket } = await enter('/room-2');
    (await seek('/room-2'))?.vacate();
    assert.equal(parent.children.size, 1);
    assert.equal(socket.connected, true);
  });

  it('stays if the program made it by its name', async () => {
    const parent = parentOf(/^\/room-/);
    const child = here.namespaces.of('/room-1');
    const { socket } = await enter('/room-1');
    socket.disconnect();
    assert.equal(here.namespaces.of('/room-1'), child);
    assert.equal(parent.children.size, 1);
  });

  it('stays if that is wished', async () => {
    here = world({ cleanupEmptyChildNamespaces: false });
    const parent = parentOf(/^\/room-/);
    const { socket } = await enter('/room-1');
    socket.disconnect();
    assert.equal(parent.children.size, 1);
  });

  it('may be entered anew by whoever leaves it, in the same breath', async () => {
    parentOf(/^\/room-/);
    const { socket } = await enter('/room-1');
    let again: Namespace | undefined;
    socket.on('disconnect', () => {
      again = here.namespaces.resolve('/room-1', {}) as Namespace;
    });
    socket.disconnect();
    assert.ok(again && again !== socket.nsp);
    assert.equal(here.join(undefined, again).socket.connected, true);
    assert.ok([...here.namespaces].includes(again));
  });

  it('may have an adapter that cannot be closed', async () => {
    class Clinging extends MemoryAdapter<unknown> {
      override close(): Promise<void> {
        return Promise.reject(new Error('still busy'));
      }
    }
    const { options, server } = here.root;
    const own = new Namespaces({ server, options, createAdapter: (host) => new Clinging(host) }, () => {});
    own.of(/^\/room-/);
    here.join(undefined, own.resolve('/room-1', {}) as Namespace).socket.disconnect();
    await settled();
    assert.deepEqual([...own], []);
    assert.deepEqual(
      here.errors.map(({ event }) => event),
      ['adapter'],
    );
  });
});
