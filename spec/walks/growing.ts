/** Namespaces that are made when a client asks for them. */
import assert from 'node:assert/strict';
import type { Socket } from '../../lib/index.js';
import { heard, heardTimes } from '../support/patience.js';
import type { Present, Stage } from '../support/stage.js';

/** Somebody who comes into a namespace that is not there yet; `over` an existing connection, if that is given. */
async function settle(stage: Stage, name: string, over?: Present): Promise<Present> {
  const arrived = new Promise<Socket>((resolve) => {
    stage.io.once('new_namespace', (nsp) => nsp.on('connection', resolve));
  });
  const guest = over ? over.guest.beside(name) : stage.coming(name);
  const connected = heard(guest, 'connect');
  if (over) guest.enter();
  const [socket] = await Promise.all([arrived, connected]);
  return { guest, socket };
}

export function growing(stage: Stage): void {
  it('is welcome in every namespace whose name fits a pattern', async () => {
    const { io } = await stage.open();
    const parent = io.of(/^\/room-\d+$/);
    const { guest, socket } = await settle(stage, '/room-101');
    assert.equal(socket.nsp.name, '/room-101');
    guest.emit('hello', 1);
    assert.deepEqual(await heard(socket as never, 'hello'), [1]);
    parent.emit('welcome', 2);
    assert.deepEqual(await heard(guest, 'welcome'), [2]);
    const [error] = await heard(stage.coming('/room-x'), stage.pair.refused);
    assert.deepEqual(stage.pair.told(error), stage.pair.refusal('Invalid namespace', undefined));
  });

  it('is let in by a function that asks elsewhere first', async () => {
    const { io } = await stage.open();
    const asked: unknown[] = [];
    io.of((name, _auth, next) => {
      asked.push(name);
      setImmediate(next, null, name === '/members');
    });
    await settle(stage, '/members');
    const [error] = await heard(stage.coming('/strangers'), stage.pair.refused);
    assert.deepEqual(stage.pair.told(error), stage.pair.refusal('Invalid namespace', undefined));
    assert.deepEqual(asked, ['/members', '/strangers']);
  });

  it('hears that the namespace does not exist if the function fails', async () => {
    const { io, complaints } = await stage.open();
    io.of(() => {
      throw new Error('out of order');
    });
    const { guest, socket } = await stage.join();
    const other = guest.beside('/anywhere');
    other.enter();
    const [error] = await heard(other, stage.pair.refused);
    assert.deepEqual(stage.pair.told(error), stage.pair.refusal('Invalid namespace', undefined));
    assert.equal(socket.connected, true);
    assert.deepEqual(
      complaints.map(({ event }) => event),
      ['namespace'],
    );
  });

  it('shares one namespace with somebody who comes at the same time', async () => {
    const { io } = await stage.open();
    const parent = io.of((_name, _auth, next) => setImmediate(next, null, true));
    const made: unknown[] = [];
    io.on('new_namespace', (nsp) => made.push(nsp.name));
    const greeted = new Promise<void>((resolve) => {
      let count = 0;
      parent.on('connection', () => ++count === 2 && resolve());
    });
    const guests = [stage.coming('/race'), stage.coming('/race')];
    await Promise.all([greeted, ...guests.map((guest) => heard(guest, 'connect'))]);
    assert.deepEqual(made, ['/race']);
    io.of('/race').emit('both');
    await Promise.all(guests.map((guest) => heard(guest, 'both')));
  });

  it('meets the middleware and the listeners of the parent', async () => {
    const { io } = await stage.open();
    const parent = io.of(/^\/room-/);
    parent.use((socket, next) =>
      next(socket.nsp.name === '/room-private' ? new Error('keep out') : undefined),
    );
    const greetings: unknown[] = [];
    parent.on('connection', (socket) => greetings.push(socket.nsp.name));
    await settle(stage, '/room-open');
    const [error] = await heard(stage.coming('/room-private'), stage.pair.refused);
    assert.deepEqual(stage.pair.told(error), stage.pair.refusal('keep out', undefined));
    assert.deepEqual(greetings, ['/room-open']);
    assert.deepEqual(
      [...parent.children].map(({ name }) => name),
      ['/room-open'],
    );
  });

  it('takes its namespace along when it leaves last, and finds it anew', async () => {
    const { io } = await stage.open();
    const parent = io.of(/^\/room-/);
    const main = await stage.join();
    const first = await settle(stage, '/room-1', main);
    const gone = heard(first.socket as never, 'disconnect');
    first.guest.leave();
    await gone;
    assert.equal(parent.children.size, 0);
    const second = await settle(stage, '/room-1', main);
    assert.notEqual(second.socket.nsp, first.socket.nsp);
    assert.equal(main.socket.connected, true);
  });

  it('hears what is said to rooms of all children', async () => {
    const { io } = await stage.open();
    const parent = io.of(/^\/room-/);
    parent.on('connection', (socket) => socket.join('red'));
    const one = await settle(stage, '/room-1');
    const two = await settle(stage, '/room-2');
    two.socket.leave('red');
    const heardByBoth = Promise.all([heardTimes(one.guest, 'word', 2), heardTimes(two.guest, 'word', 1)]);
    parent.to('red').emit('word', 'red');
    parent.emit('word', 'all');
    assert.deepEqual(await heardByBoth, [[['red'], ['all']], [['all']]]);
  });
}
