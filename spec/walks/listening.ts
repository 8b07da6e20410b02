/** Everything on the server that listens to a client or to what it is told. */
import assert from 'node:assert/strict';
import { heard } from '../support/patience.js';
import type { Stage } from '../support/stage.js';

export function listening(stage: Stage): void {
  it('is heard by listeners for any event before those for one', async () => {
    await stage.open();
    const { guest, socket } = await stage.join();
    const order: unknown[] = [];
    socket.onAny((...args) => order.push(['any', ...args]));
    socket.prependAny((name) => order.push(['first', name]));
    socket.on('word', (...args) => order.push(['word', ...args]));
    guest.emit('word', 1, 'two');
    guest.emit('end');
    await heard(socket as never, 'end');
    assert.deepEqual(order.slice(0, 3), [
      ['first', 'word'],
      ['any', 'word', 1, 'two'],
      ['word', 1, 'two'],
    ]);
    socket.offAny();
    assert.deepEqual(socket.listenersAny(), []);
  });

  it('is told nothing that listeners for outgoing events do not see', async () => {
    const { io } = await stage.open();
    const { guest, socket } = await stage.join();
    const seen: unknown[] = [];
    socket.onAnyOutgoing((...args) => seen.push(args));
    socket.emit('direct', 1, Buffer.from('x'));
    io.emit('to all', 2);
    io.to(socket.id).emit('to some', 3);
    socket.broadcast.emit('to others', 4);
    await heard(guest, 'to some');
    assert.deepEqual(seen, [
      ['direct', 1, Buffer.from('x')],
      ['to all', 2],
      ['to some', 3],
    ]);
    socket.offAnyOutgoing();
    assert.deepEqual(socket.listenersAnyOutgoing(), []);
  });

  it('passes the middlewares of its socket, which may change or drop an event', async () => {
    await stage.open();
    const { guest, socket } = await stage.join();
    const errors: unknown[] = [];
    socket.use((event, next) => {
      if (event[0] === 'bad') next(new Error('not that'));
      else next();
    });
    socket.use(async (event, next) => {
      await Promise.resolve();
      event[1] = `${event[1]}, changed`;
      next();
    });
    socket.on('error', (error) => errors.push(error.message));
    socket.on('bad', () => assert.fail('it has been dropped'));
    guest.emit('bad', 1);
    guest.emit('good', 'word');
    assert.deepEqual(await heard(socket as never, 'good'), ['word, changed']);
    assert.deepEqual(errors, ['not that']);
  });

  it('is heard once by once, and no more after off', async () => {
    await stage.open();
    const { guest, socket } = await stage.join();
    const order: string[] = [];
    const listener = (): void => {
      order.push('on');
    };
    socket.once('word', () => order.push('once'));
    socket.on('word', listener);
    guest.emit('word');
    guest.emit('word');
    guest.emit('middle');
    await heard(socket as never, 'middle');
    socket.off('word', listener);
    guest.emit('word');
    guest.emit('end');
    await heard(socket as never, 'end');
    assert.deepEqual(order, ['once', 'on', 'on']);
  });

  it('is remembered by what is put into data', async () => {
    await stage.open();
    const a = await stage.join();
    const b = await stage.join();
    a.socket.data.count = 1;
    a.socket.on('count', (reply) => reply(++a.socket.data.count));
    assert.deepEqual(await a.guest.ask('count'), [2]);
    assert.deepEqual(await a.guest.ask('count'), [3]);
    assert.deepEqual(b.socket.data, {});
  });

  it('knows when everything that was said to it has left', async () => {
    await stage.open();
    const { guest, socket } = await stage.join();
    const arrived = heard(guest, 'big');
    socket.emit('small', 'x');
    assert.ok(socket.bufferedAmount > 0);
    socket.emit('big', 'x'.repeat(300_000));
    await socket.drained();
    assert.equal(socket.bufferedAmount, 0);
    await arrived;
  });
}
