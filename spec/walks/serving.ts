/** Handlers that serve one client from its coming to its going. */
import assert from 'node:assert/strict';
import { heard, latch, within } from '../support/patience.js';
import type { Stage } from '../support/stage.js';

export function serving(stage: Stage): void {
  it('is read message by message, and answered', async () => {
    const { io } = await stage.open();
    const read: unknown[] = [];
    const over = latch();
    io.serve(async (socket) => {
      for await (const message of socket) {
        read.push([message.name, message.kind, message.data, message.args, message.wantsReply]);
        assert.equal(message.reply('received', message.data), message.wantsReply);
        assert.equal(message.reply('twice'), false);
      }
      over.open();
    });
    const { guest } = await stage.join();
    guest.send('text');
    guest.send({ json: true });
    guest.emit('event', 1, 2);
    assert.deepEqual(await guest.ask('question', 3), ['received', 3]);
    guest.leave();
    await within(over.promise, 'the end of the loop');
    assert.deepEqual(read, [
      ['message', 'text', 'text', ['text'], false],
      ['message', 'json', { json: true }, [{ json: true }], false],
      ['event', 'event', 1, [1, 2], false],
      ['question', 'event', 3, [3], true],
    ]);
  });

  it('loses nothing that it says before its handler reads', async () => {
    const { io } = await stage.open();
    const ready = latch();
    const read: unknown[] = [];
    io.serve(async (socket) => {
      socket.emit('come on');
      await ready.promise;
      for await (const message of socket) {
        read.push(message.data);
        if (message.name === 'end') break;
      }
    });
    const { guest } = await stage.join();
    const gone = heard(guest, 'disconnect');
    for (let index = 0; index < 50; index++) guest.emit('word', index);
    guest.emit('end', 'end');
    setImmediate(ready.open);
    await gone;
    assert.deepEqual(read, [...Array.from({ length: 50 }, (_, index) => index), 'end']);
  });

  it('is slowed down, never cut short, when its handler is slow', async () => {
    const { io } = await stage.open({ mailboxMessages: 4 });
    const read: unknown[] = [];
    const over = latch();
    io.serve(async (socket) => {
      for await (const message of socket) {
        read.push(message.data);
        await new Promise(setImmediate);
        if (message.name === 'end') break;
      }
      over.open();
    });
    const { guest } = await stage.join();
    for (let index = 0; index < 200; index++) guest.emit('word', index);
    guest.emit('end', 'end');
    await within(over.promise, 'the last message');
    assert.deepEqual(read, [...Array.from({ length: 200 }, (_, index) => index), 'end']);
  });

  it('is sent away when its handler ends', async () => {
    const { io } = await stage.open();
    io.serve(async (socket) => {
      socket.emit('goodbye', 1);
      await Promise.resolve();
    });
    const reasons: string[] = [];
    io.on('connection', (socket) => socket.on('disconnect', (reason) => reasons.push(reason)));
    const guest = stage.coming();
    const words = heard(guest, 'goodbye');
    assert.equal((await heard(guest, 'disconnect'))[0], stage.pair.words.dismissed);
    assert.deepEqual(await words, [1]);
    assert.deepEqual(reasons, ['server namespace disconnect']);
    assert.equal(io.sockets.sockets.size, 0);
  });

  it('is sent away when its handler fails, and the failure is reported', async () => {
    const site = await stage.open();
    const complaint = site.complaint();
    site.io.serve(async () => {
      await Promise.resolve();
      throw new Error('broken handler');
    });
    const guest = stage.coming();
    assert.equal((await heard(guest, 'disconnect'))[0], stage.pair.words.dismissed);
    const { error, event } = await complaint;
    assert.equal((error as Error).message, 'broken handler');
    assert.equal(event, 'serve');
  });

  it('stays in its other namespaces when the handler of one ends', async () => {
    const { io } = await stage.open();
    const end = latch();
    io.of('/short').serve(() => end.promise);
    const main = await stage.join();
    const short = await stage.beside(main.guest, '/short');
    const gone = heard(short.guest, 'disconnect');
    end.open();
    await gone;
    assert.equal(main.socket.connected, true);
    io.emit('still here');
    await heard(main.guest, 'still here');
  });

  it('is served by a handler and heard by listeners at the same time', async () => {
    const { io } = await stage.open();
    const read: unknown[] = [];
    const listened: unknown[] = [];
    io.serve(async (socket) => {
      socket.on('word', (word) => listened.push(word));
      for await (const message of socket) read.push(message.data);
    });
    const { guest, socket } = await stage.join();
    guest.emit('word', 1);
    guest.emit('word', 2);
    guest.emit('end');
    await heard(socket as never, 'end');
    assert.deepEqual(listened, [1, 2]);
    assert.deepEqual(read.slice(0, 2), [1, 2]);
  });

  it('is let go by a loop that breaks, and read by the next one', async () => {
    const { io } = await stage.open();
    const read: unknown[] = [];
    io.serve(async (socket) => {
      for await (const message of socket) {
        read.push(['first loop', message.data]);
        socket.emit('next');
        break;
      }
      for await (const message of socket) {
        read.push(['second loop', message.data]);
        break;
      }
    });
    const { guest } = await stage.join();
    guest.emit('word', 1);
    await heard(guest, 'next');
    const gone = heard(guest, 'disconnect');
    guest.emit('word', 2);
    await gone;
    assert.deepEqual(read, [
      ['first loop', 1],
      ['second loop', 2],
    ]);
  });
}
