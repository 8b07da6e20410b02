/** A mailbox and its messages. */
import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { Mailbox } from '../../lib/namespace/mailbox.js';
import { type Message, messageOf, noReply } from '../../lib/namespace/message.js';

const note = (text: string): Message => messageOf(['x', text], noReply, undefined);

function filled(bounds = { messages: 4, bytes: 100 }): { mailbox: Mailbox; flows: boolean[] } {
  const flows: boolean[] = [];
  return { mailbox: new Mailbox(bounds, (full) => flows.push(full === undefined)), flows };
}

describe('a mailbox', () => {
  it('gives messages in order, those that came before and those that come later', async () => {
    const { mailbox } = filled();
    mailbox.add(note('1'), 1);
    const reader = mailbox.read(() => {});
    assert.equal((await reader.next()).value?.data, '1');
    const second = reader.next();
    const third = reader.next();
    mailbox.add(note('2'), 1);
    mailbox.add(note('3'), 1);
    mailbox.add(note('4'), 1);
    assert.equal((await second).value?.data, '2');
    assert.equal((await third).value?.data, '3');
    assert.equal((await reader.next()).value?.data, '4');
  });

  it('stops the client at the bound of messages, and lets it go on below half of it', async () => {
    const { mailbox, flows } = filled();
    const reader = mailbox.read(() => {});
    for (const text of ['1', '2', '3']) mailbox.add(note(text), 1);
    assert.deepEqual(flows, []);
    mailbox.add(note('4'), 1);
    mailbox.add(note('5'), 1);
    assert.deepEqual(flows, [false]);
    for (let left = 4; left >= 2; left--) await reader.next();
    assert.deepEqual(flows, [false]);
    await reader.next();
    assert.deepEqual(flows, [false, true]);
    assert.equal((await reader.next()).value?.data, '5');
  });

  it('stops the client at the bound of bytes, and lets it go on below half of it', async () => {
    const { mailbox, flows } = filled({ messages: 100, bytes: 100 });
    const reader = mailbox.read(() => {});
    mailbox.add(note('1'), 60);
    assert.deepEqual(flows, []);
    mailbox.add(note('2'), 50);
    assert.deepEqual(flows, [false]);
    await reader.next();
    assert.deepEqual(flows, [false]);
    await reader.next();
    assert.deepEqual(flows, [false, true]);
  });

  it('may have room for one only', async () => {
    const { mailbox, flows } = filled({ messages: 1, bytes: 100 });
    const reader = mailbox.read(() => {});
    mailbox.add(note('1'), 1);
    await reader.next();
    mailbox.add(note('2'), 1);
    assert.deepEqual(flows, [false, true, false]);
  });

  it('does not stop a client whose reader waits', () => {
    const { mailbox, flows } = filled({ messages: 1, bytes: 1 });
    const reader = mailbox.read(() => {});
    reader.next();
    mailbox.add(note('1'), 1_000);
    assert.deepEqual(flows, []);
  });

  it('keeps all of ten thousand messages in order', async () => {
    const { mailbox } = filled();
    const reader = mailbox.read(() => {});
    let read = 0;
    for (let n = 0; n < 10_000; n++) {
      mailbox.add(note(String(n)), 1);
      if (n % 3 === 0) assert.equal((await reader.next()).value?.data, String(read++));
    }
    mailbox.end();
    for await (const message of reader) assert.equal(message.data, String(read++));
    assert.equal(read, 10_000);
  });

  it('ends after what is in it has been read', async () => {
    const { mailbox, flows } = filled({ messages: 1, bytes: 100 });
    mailbox.add(note('1'), 1);
    mailbox.end();
    mailbox.end();
    mailbox.add(note('too late'), 1);
    assert.deepEqual(flows, [false, true]);
    const read: unknown[] = [];
    for await (const message of mailbox.read(() => {})) read.push(message.data);
    assert.deepEqual(read, ['1']);
    assert.equal((await mailbox.read(() => {}).next()).done, true);
  });

  it('ends for readers who wait', async () => {
    const { mailbox } = filled();
    const waiting = mailbox.read(() => {}).next();
    mailbox.end();
    assert.deepEqual(await waiting, { done: true, value: undefined });
  });

  it('has one reader', () => {
    const { mailbox } = filled();
    assert.equal(mailbox.taken, false);
    mailbox.read(() => {});
    assert.equal(mailbox.taken, true);
    assert.throws(() => mailbox.read(() => {}), { code: 'MAILBOX_TAKEN' });
  });

  it('keeps what a reader that goes early leaves over for the next one', async () => {
    const { mailbox, flows } = filled({ messages: 2, bytes: 100 });
    let left = 0;
    const reader = mailbox.read(() => {
      left += 1;
    });
    mailbox.add(note('1'), 1);
    mailbox.add(note('2'), 1);
    await reader.return?.();
    await reader.return?.();
    assert.equal(left, 1);
    assert.equal(mailbox.taken, false);
    assert.deepEqual(flows, [false]);
    const next = mailbox.read(() => {});
    await reader.return?.();
    assert.equal(mailbox.taken, true);
    assert.equal((await reader.next()).done, true);
    assert.equal((await next.next()).value?.data, '1');
    assert.equal((await next.next()).value?.data, '2');
    assert.deepEqual(flows, [false, true]);
  });

  it('tells a reader who goes that nothing will come', async () => {
    const { mailbox } = filled();
    const reader = mailbox.read(() => {});
    const waiting = reader.next();
    await reader.return?.();
    assert.equal((await waiting).done, true);
    mailbox.add(note('1'), 1);
    assert.equal((await mailbox.read(() => {}).next()).value?.data, '1');
  });

  it('forgets everything when it is discarded, and frees the client', async () => {
    const { mailbox, flows } = filled({ messages: 1, bytes: 100 });
    mailbox.add(note('1'), 1);
    mailbox.discard();
    mailbox.add(note('too late'), 1);
    assert.deepEqual(flows, [false, true]);
    assert.equal((await mailbox.read(() => {}).next()).done, true);
  });
});

describe('a message', () => {
  it('shows its parts, without the answering function', () => {
    const reply = (): boolean => true;
    const message = messageOf(['x', 1, 'two', reply], reply, undefined);
    assert.deepEqual(message, {
      name: 'x',
      args: [1, 'two'],
      data: 1,
      kind: 'event',
      wantsReply: true,
      reply,
    });
    assert.equal(messageOf(['x'], noReply, undefined).data, undefined);
    assert.equal(messageOf(['x'], noReply, undefined).wantsReply, false);
    assert.equal(noReply('anything'), false);
  });

  it('is a text or JSON if it was sent so, in whatever protocol', () => {
    const kind = (event: unknown[], form?: 'text' | 'json'): string => messageOf(event, noReply, form).kind;
    assert.equal(kind(['message', 'a'], 'text'), 'text');
    assert.equal(kind(['message', 'a'], 'json'), 'json');
    assert.equal(kind(['message', 'a']), 'text');
    assert.equal(kind(['message', { a: 1 }]), 'json');
    assert.equal(kind(['message', 'a', 'b']), 'event');
    assert.equal(kind(['message']), 'event');
    assert.equal(kind(['x', 'a']), 'event');
  });
});

describe('a mailbox that nobody has ever read', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
  afterEach(() => mock.timers.reset());

  function full(): { mailbox: Mailbox; neglected: () => number } {
    let times = 0;
    const mailbox = new Mailbox(
      { messages: 2, bytes: 100 },
      () => {},
      () => {
        times += 1;
      },
    );
    for (const text of ['1', '2']) mailbox.add(note(text), 1);
    return { mailbox, neglected: () => times };
  }

  it('is neglected when it has been full for a minute', () => {
    const { neglected } = full();
    mock.timers.tick(59_999);
    assert.equal(neglected(), 0);
    mock.timers.tick(1);
    assert.equal(neglected(), 1);
  });

  it('is not if somebody reads in time, however slowly', async () => {
    const { mailbox, neglected } = full();
    mock.timers.tick(59_999);
    assert.equal((await mailbox.read(() => {}).next()).value?.data, '1');
    mailbox.add(note('3'), 1);
    mock.timers.tick(600_000);
    assert.equal(neglected(), 0);
  });

  it('is not if somebody lets the client speak: what it has said stays for whoever reads later', () => {
    const { mailbox, neglected } = full();
    mailbox.resume();
    mock.timers.tick(60_000);
    assert.deepEqual([neglected(), mailbox.count], [0, 2]);
  });

  it('is not if the client has left', () => {
    const { mailbox, neglected } = full();
    mailbox.end();
    mock.timers.tick(60_000);
    assert.equal(neglected(), 0);
  });
});
