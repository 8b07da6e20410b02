/** Iterating over a socket's messages. */
import assert from 'node:assert/strict';
import { PacketType } from '../../lib/packet.js';
import { type Guest, settled, type World, world } from './fake-client.js';

describe('iterating over a socket', () => {
  let here: World;
  let alice: Guest;
  beforeEach(() => {
    here = world({ mailboxMessages: 2 });
    alice = here.join('alice');
  });

  const read = async (guest: Guest, most = Number.POSITIVE_INFINITY): Promise<unknown[]> => {
    const got: unknown[] = [];
    for await (const message of guest.socket) if (got.push(message.data) >= most) break;
    return got;
  };

  it('begins with what comes from then on', async () => {
    alice.says('x', 'before');
    const got = read(alice);
    alice.says('x', 1);
    alice.says('y', 2);
    alice.socket.closed('transport close');
    assert.deepEqual(await got, [1, 2]);
  });

  it('gets what listeners get, too', async () => {
    const heard: unknown[] = [];
    alice.socket.on('x', (value) => heard.push(value));
    const got = read(alice, 1);
    alice.says('x', 1);
    assert.deepEqual(await got, [1]);
    assert.deepEqual(heard, [1]);
  });

  it('gets a message although its listener disconnects', async () => {
    alice.socket.on('x', () => alice.socket.disconnect());
    const got = read(alice);
    alice.says('x', 1);
    assert.deepEqual(await got, [1]);
  });

  it('answers, once, and only who asks', async () => {
    const told: unknown[] = [];
    const reading = (async () => {
      for await (const message of alice.socket)
        told.push([message.wantsReply, message.reply('yes', 1), message.reply('again')]);
    })();
    alice.asks(3, 'x', 'question');
    alice.says('x');
    await settled();
    alice.socket.receive({ type: PacketType.EVENT, nsp: '/', id: 4, receipt: true, data: ['x'] }, 10);
    await settled();
    alice.socket.closed('transport close');
    await reading;
    assert.deepEqual(told, [
      [true, true, false],
      [false, false, false],
      [false, false, false],
    ]);
    assert.deepEqual(alice.client.answers, [[3, 'yes', 1], [4]]);
  });

  it('shares the one answer with the listeners', async () => {
    alice.socket.on('x', (answer) => answer('listener'));
    const reading = alice.socket[Symbol.asyncIterator]().next();
    alice.asks(3, 'x');
    const { value } = await reading;
    assert.equal(value?.reply('mailbox'), false);
    assert.deepEqual(alice.client.answers, [[3, 'listener']]);
  });

  it('cannot answer who has left', async () => {
    const reading = alice.socket[Symbol.asyncIterator]().next();
    alice.asks(3, 'x');
    alice.socket.closed('transport close');
    assert.equal((await reading).value?.reply('late'), false);
  });

  it('is for one at a time', async () => {
    const got = read(alice, 1);
    await assert.rejects(read(alice), { code: 'MAILBOX_TAKEN' });
    alice.says('x', 1);
    assert.deepEqual(await got, [1]);
  });

  it('slows the client down, and break sets it free', async () => {
    const reader = alice.socket[Symbol.asyncIterator]();
    alice.says('x', 1);
    alice.says('x', 2);
    assert.deepEqual(alice.client.flows, [false]);
    alice.says('x', 3);
    await reader.next();
    await reader.next();
    assert.deepEqual(alice.client.flows, [false]);
    await reader.return?.();
    assert.deepEqual(alice.client.flows, [false, true]);
    for (let n = 0; n < 10; n++) alice.says('x', n);
    assert.deepEqual(alice.client.flows, [false, true]);
  });

  it('may begin anew after break, with what comes from then on: nobody keeps what was not read', async () => {
    const first = read(alice, 1);
    alice.says('x', 1);
    alice.says('x', 'unread');
    await first;
    alice.says('x', 'between');
    const second = read(alice, 1);
    alice.says('x', 2);
    assert.deepEqual(await second, [2]);
  });

  it('is over at once when the client has left', async () => {
    alice.socket.closed('transport close');
    assert.deepEqual(await read(alice), []);
  });

  it('never sees what a middleware dropped', async () => {
    alice.socket.on('error', () => {});
    alice.socket.use((event, next) => next(event[1] === 'bad' ? new Error('bad') : undefined));
    const got = read(alice, 1);
    alice.says('x', 'bad');
    alice.says('x', 'good');
    assert.deepEqual(await got, ['good']);
  });

  it('leaves no client stopped that is gone', () => {
    alice.socket[Symbol.asyncIterator]();
    alice.says('x', 1);
    alice.says('x', 2);
    alice.socket.closed('client namespace disconnect');
    assert.deepEqual(alice.client.flows, [false, true]);
  });
});
