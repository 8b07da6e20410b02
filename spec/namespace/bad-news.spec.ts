/** Answers that will not come, and whoever waits for them in great numbers. */
import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { allTold } from '../../lib/namespace/bad-news.js';
import { type Guest, settled, type World, world } from './fake-client.js';

const MANY = 1_000;

let here: World;
let alice: Guest;
let heard: string[];
beforeEach(() => {
  here = world();
  alice = here.join('alice');
  heard = [];
});
afterEach(allTold);

const numbers = (name: string): string[] => Array.from({ length: MANY }, (_, n) => `${name} ${n}`);

function ask(guest: Guest, name: string, act = (_n: number): void => {}): void {
  for (let n = 0; n < MANY; n++) {
    guest.socket.timeout(60_000).emit('x', (error: Error) => {
      assert.ok(error instanceof Error);
      heard.push(`${name} ${n}`);
      act(n);
    });
  }
}

describe('a client that leaves and owes many answers', () => {
  it('holds up nobody: the first are told so at once, the others in later turns, in order, once', async () => {
    ask(alice, 'a');
    alice.socket.closed('transport close');
    assert.ok(heard.length > 0 && heard.length < 100, `${heard.length} at once`);
    assert.equal(alice.socket.acks.size, 0);
    await allTold();
    assert.deepEqual(heard, numbers('a'));
  });

  it('gives others their turns where it takes long to be told', async () => {
    let now = 0;
    const reading = mock.method(performance, 'now', () => now);
    ask(alice, 'a', () => {
      now += 1;
    });
    alice.socket.closed('transport close');
    for (let before = 0; heard.length < MANY; before = heard.length) {
      if (before > 0) await new Promise((resolve) => setImmediate(resolve));
      assert.ok(heard.length - before <= 7, `${heard.length - before} milliseconds in a turn`);
    }
    assert.deepEqual(heard, numbers('a'));
    reading.mock.restore();
  });

  it('is followed by others in the order of their leaving', async () => {
    const bob = here.join('bob');
    ask(bob, 'b');
    ask(alice, 'a');
    alice.socket.closed('transport close');
    const early = heard.length;
    bob.socket.closed('transport close');
    assert.equal(heard.length, early, 'one share of the turn for all');
    await allTold();
    assert.deepEqual(heard, [...numbers('a'), ...numbers('b')]);
  });

  it('gives each of them an error of its own, which nobody has looked at the stack for', async () => {
    const errors: unknown[] = [];
    const { stackTraceLimit } = Error;
    for (let n = 0; n < 3; n++)
      alice.socket.timeout(60_000).emit('x', (error: unknown) => errors.push(error));
    alice.socket.closed('transport close');
    assert.equal(new Set(errors).size, 3);
    for (const error of errors) {
      assert.ok(error instanceof Error);
      assert.equal(error.message, 'socket has been disconnected');
      assert.doesNotMatch(String(error.stack), /\n {4}at /);
    }
    assert.equal(Error.stackTraceLimit, stackTraceLimit);
    assert.match(String(new Error('later').stack), /\n {4}at /);
  });

  it('is told where somebody’s test has put timers of its own in the place of Node’s', async () => {
    mock.timers.enable({ apis: ['setImmediate'] });
    ask(alice, 'a');
    alice.socket.closed('transport close');
    mock.timers.reset();
    await allTold();
    assert.deepEqual(heard, numbers('a'));
  });

  it('is done with when the namespace has closed', async () => {
    ask(alice, 'a');
    alice.socket.closed('server shutting down');
    await here.root.close();
    assert.deepEqual(heard, numbers('a'));
  });

  it('may owe them to promises', async () => {
    const all = Array.from({ length: MANY }, () => alice.socket.timeout(60_000).emitWithAck('x'));
    alice.socket.closed('transport close');
    const results = await Promise.allSettled(all);
    assert.ok(results.every((one) => one.status === 'rejected' && one.reason.code === 'SOCKET_CLOSED'));
  });

  it('may owe them to callbacks that throw, speak to others and send them away', async () => {
    const bob = here.join('bob');
    ask(bob, 'b');
    ask(alice, 'a', (n) => {
      here.root.emit('news', n);
      if (n === 100) bob.socket.disconnect();
      alice.socket.timeout(60_000).emit('x', () => heard.push('too late to ask'));
      throw new Error('boom');
    });
    alice.socket.closed('transport close');
    // Bob's are told behind those of alice, and who asks in vain meanwhile hears so behind both.
    for (let times = 0; times < 3; times += 1) await allTold();
    await settled();
    const failed = heard.filter((one) => one !== 'too late to ask');
    assert.deepEqual(failed, [...numbers('a'), ...numbers('b')]);
    assert.equal(heard.length, 3 * MANY);
    assert.equal(here.errors.length, MANY);
    assert.equal(bob.client.events.filter(([name]) => name === 'news').length, 101);
  });
});

describe('answers of which many are late together', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
  afterEach(() => mock.timers.reset());

  it('hold up nobody, and come too late from that moment on', async () => {
    ask(alice, 'a');
    const last = alice.client.asked;
    mock.timers.tick(60_000);
    assert.ok(heard.length > 0 && heard.length < 100, `${heard.length} at once`);
    alice.answers(last, 'late');
    alice.socket.closed('transport close');
    await allTold();
    assert.deepEqual(heard, numbers('a'));
  });

  it('are not told of twice where the client leaves before all have heard', async () => {
    ask(alice, 'a');
    alice.socket.closed('transport close');
    mock.timers.tick(60_000);
    await allTold();
    mock.timers.tick(60_000);
    assert.deepEqual(heard, numbers('a'));
  });
});
