/** Acknowledgements, in both directions. */
import assert from 'node:assert/strict';
import type { Socket } from '../../lib/index.js';
import { heard, latch, within } from '../support/patience.js';
import type { Stage } from '../support/stage.js';

type Reply = (...args: unknown[]) => void;

export function asking(stage: Stage): void {
  const { can } = stage.pair;

  it('gets every argument of an answer', async () => {
    await stage.open();
    const { guest, socket } = await stage.join();
    socket.on('question', (a, b, reply) => reply(b, a, null, { nested: ['😀'] }));
    assert.deepEqual(await guest.ask('question', 1, '2'), ['2', 1, null, { nested: ['😀'] }]);
  });

  it('gets an empty answer', async () => {
    await stage.open();
    const { guest, socket } = await stage.join();
    socket.on('question', (reply) => reply());
    assert.deepEqual(await guest.ask('question'), []);
  });

  it('gets one answer, the first', async () => {
    await stage.open();
    const { guest, socket } = await stage.join();
    const answers: unknown[] = [];
    socket.on('question', (reply) => {
      reply(1);
      reply(2);
      socket.emit('end');
    });
    guest.emit('question', (answer: unknown) => answers.push(answer));
    await heard(guest, 'end');
    assert.deepEqual(answers, [1]);
  });

  it('gets its answers in the order in which they are given', async () => {
    await stage.open();
    const { guest, socket } = await stage.join();
    const replies: Reply[] = [];
    const complete = latch();
    socket.on('question', (_index, reply) => {
      replies.push(reply);
      if (replies.length === 3) complete.open();
    });
    const order: number[] = [];
    const asked = [0, 1, 2].map((index) => guest.ask('question', index).then(() => order.push(index)));
    await within(complete.promise, 'three questions');
    for (const index of [2, 0, 1]) replies[index]?.();
    await Promise.all(asked);
    assert.deepEqual(order, [2, 0, 1]);
  });

  it('answers the server', async () => {
    await stage.open();
    const { guest, socket } = await stage.join();
    guest.on('question', (a, reply) => (reply as Reply)(a, 'and more'));
    const answer = await new Promise((resolve) => {
      socket.emit('question', 1, (...args: unknown[]) => resolve(args));
    });
    assert.deepEqual(answer, [1, 'and more']);
    assert.equal(await socket.emitWithAck('question', 'first'), 'first');
    assert.equal(await socket.timeout(5_000).emitWithAck('question', 'in time'), 'in time');
  });

  it('answers a question with an error first, where a time limit is set', async () => {
    await stage.open();
    const { guest, socket } = await stage.join();
    guest.on('question', (reply) => (reply as Reply)('a', 'b'));
    const args = await new Promise((resolve) => {
      socket.timeout(5_000).emit('question', (...all: unknown[]) => resolve(all));
    });
    assert.deepEqual(args, [null, 'a', 'b']);
  });

  it('that is silent makes the server wait no longer than it wants', async () => {
    await stage.open();
    const { guest, socket } = await stage.join();
    const late = latch<Reply>();
    guest.on('question', (reply) => late.open(reply as Reply));
    await assert.rejects(socket.timeout(50).emitWithAck('question'), { message: 'operation has timed out' });
    await assert.rejects(
      new Promise((_resolve, reject) => {
        socket.timeout(1).emit('question', (error: Error, ...rest: unknown[]) => {
          assert.deepEqual(rest, []);
          reject(error);
        });
      }),
      { message: 'operation has timed out' },
    );
    (await within(late.promise, 'the question'))('too late');
    guest.emit('end');
    await heard(socket as never, 'end');
    assert.deepEqual(stage.site.complaints, []);
  });

  it('that leaves without an answer is not waited for', async () => {
    await stage.open();
    const { guest, socket } = await stage.join();
    guest.on('question', () => guest.leave());
    await assert.rejects(socket.timeout(60_000).emitWithAck('question'), {
      message: 'socket has been disconnected',
    });
  });

  if (can.timeout) {
    it('waits no longer than it wants', async () => {
      await stage.open();
      const { guest, socket } = await stage.join();
      socket.on('question', () => {});
      socket.on('easy question', (reply) => reply('answer'));
      const timed = (event: string, ms: number): Promise<unknown[]> =>
        new Promise((resolve) => {
          guest.verbs.timeout?.(ms).emit(event, (...args: unknown[]) => resolve(args));
        });
      const [error] = await timed('question', 20);
      assert.equal((error as Error).message, 'operation has timed out');
      assert.deepEqual(await timed('easy question', 5_000), [null, 'answer']);
    });
  }

  if (can.emitWithAck) {
    it('may promise itself the answer', async () => {
      await stage.open();
      const { guest, socket } = await stage.join();
      socket.on('question', (a, reply) => reply(a));
      assert.equal(await guest.verbs.emitWithAck?.('question', 'x'), 'x');
      socket.on('silence', () => {});
      await assert.rejects(async () => guest.verbs.timeout?.(20).emitWithAck?.('silence'));
    });
  }

  it('answers a broadcast together with the others', async () => {
    const { io } = await stage.open();
    const people = [await stage.join(), await stage.join(), await stage.join()];
    for (const [index, { guest }] of people.entries()) {
      guest.on('who', (reply) => (reply as Reply)(index, 'not counted'));
    }
    const answers: unknown[] = await io.timeout(5_000).emitWithAck('who');
    assert.deepEqual(answers.sort(), [0, 1, 2]);
    const [error, responses] = await new Promise<[unknown, unknown[]]>((resolve) => {
      io.to(idOf(people[0]))
        .to(idOf(people[1]))
        .timeout(5_000)
        .emit('who', (failure: unknown, all: unknown[]) => resolve([failure, all]));
    });
    assert.equal(error, null);
    assert.deepEqual(responses.sort(), [0, 1]);
    const others: unknown[] | undefined = await people[0]?.socket.broadcast.timeout(5_000).emitWithAck('who');
    assert.deepEqual(others?.sort(), [1, 2]);
  });

  it('has its answer kept when others do not answer a broadcast', async () => {
    const { io } = await stage.open();
    const talkative = await stage.join();
    await stage.join();
    talkative.guest.on('who', (reply) => (reply as Reply)('me'));
    // The delay is the thing tested: the answer of one needs time to arrive.
    await assert.rejects(io.timeout(150).emitWithAck('who'), {
      message: 'operation has timed out',
      responses: ['me'],
    });
  });

  it('is not needed for a broadcast to nobody', async () => {
    const { io } = await stage.open();
    await stage.join();
    assert.deepEqual(await io.to('empty room').timeout(5_000).emitWithAck('who'), []);
  });
}

function idOf(person: { readonly socket: Socket } | undefined): string {
  return person?.socket.id ?? '';
}
