/** Answers that a client owes. */
import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { type Guest, settled, type World, world } from './fake-client.js';

let here: World;
let alice: Guest;
beforeEach(() => {
  here = world();
  alice = here.join('alice');
});

describe('an answer', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
  afterEach(() => mock.timers.reset());

  it('comes once, with all its arguments', () => {
    const heard: unknown[][] = [];
    alice.socket.emit('x', (...args: unknown[]) => heard.push(args));
    const id = alice.client.asked;
    alice.answers(id, 1, 'two');
    alice.answers(id, 'again');
    alice.answers(99, 'unknown');
    assert.deepEqual(heard, [[1, 'two']]);
    assert.equal(alice.socket.acks.size, 0);
    assert.deepEqual(here.errors, []);
  });

  it('has a number that no other answer in the namespace has', () => {
    const bob = here.join('bob');
    alice.socket.emit('x', () => {});
    bob.socket.emit('x', () => {});
    here.root.timeout(1).emit('x', () => {});
    assert.deepEqual([...alice.socket.acks.keys()], [0, 2]);
    assert.deepEqual([...bob.socket.acks.keys()], [1, 2]);
  });

  it('counts only from the client that was asked', () => {
    const bob = here.join('bob');
    alice.socket.emit('x', () => assert.fail('not yours'));
    bob.answers(alice.client.asked, 'forged');
  });

  it('is waited for without end, if no end is said', () => {
    const heard: unknown[] = [];
    alice.socket.emit('x', (answer: unknown) => heard.push(answer));
    mock.timers.tick(1_000_000);
    alice.answers(alice.client.asked, 'late');
    assert.deepEqual(heard, ['late']);
  });

  it('in time has null for an error', () => {
    const heard: unknown[][] = [];
    alice.socket.timeout(100).emit('x', (...args: unknown[]) => heard.push(args));
    alice.answers(alice.client.asked, 1, 2);
    mock.timers.tick(1_000);
    assert.deepEqual(heard, [[null, 1, 2]]);
  });

  it('that came does not fail when the client leaves later', () => {
    const heard: unknown[][] = [];
    alice.socket.timeout(100).emit('x', (...args: unknown[]) => heard.push(args));
    alice.answers(alice.client.asked, 1);
    alice.socket.closed('transport close');
    assert.deepEqual(heard, [[null, 1]]);
  });

  it('too late is an error, once', () => {
    const heard: unknown[][] = [];
    alice.socket.timeout(100).emit('x', (...args: unknown[]) => heard.push(args));
    mock.timers.tick(99);
    assert.equal(heard.length, 0);
    mock.timers.tick(1);
    alice.answers(alice.client.asked, 'late');
    mock.timers.tick(1_000);
    assert.equal(heard.length, 1);
    assert.match(String(heard[0]?.[0]), /operation has timed out/);
  });

  it('may be promised', async () => {
    const plain = alice.socket.emitWithAck('x', 1);
    alice.answers(alice.client.asked, 'yes', 'more');
    assert.equal(await plain, 'yes');
    assert.deepEqual(alice.client.events, [['x', 1]]);
    const timed = alice.socket.timeout(100).emitWithAck('x');
    alice.answers(alice.client.asked, 'in time');
    assert.equal(await timed, 'in time');
    const late = alice.socket.timeout(100).emitWithAck('x');
    mock.timers.tick(100);
    await assert.rejects(late, { message: 'operation has timed out', code: 'ACK_TIMEOUT' });
  });

  it('may be an error in itself, and is no failure then', async () => {
    const answer = alice.socket.emitWithAck('x');
    alice.answers(alice.client.asked, { message: 'an object like an error' });
    assert.deepEqual(await answer, { message: 'an object like an error' });
  });

  it('is never promised to a reserved name, or to what cannot be written', async () => {
    await assert.rejects(alice.socket.emitWithAck('connect'), { code: 'EVENT_RESERVED' });
    await assert.rejects(alice.socket.emitWithAck('x', 1n), TypeError);
    assert.equal(alice.socket.acks.size, 0);
  });

  it('that makes its listener fail harms nobody', async () => {
    alice.socket.emit('x', () => {
      throw new Error('boom');
    });
    alice.answers(alice.client.asked);
    alice.socket.timeout(100).emit('x', async () => {
      throw new Error('boom');
    });
    mock.timers.tick(100);
    await settled();
    assert.equal(here.errors.length, 2);
    assert.equal(alice.socket.connected, true);
  });

  it('fails when the client leaves, once, for those who take an error', async () => {
    const heard: unknown[][] = [];
    const told: string[] = [];
    alice.socket.on('disconnect', () => told.push(`disconnect, ${heard.length} failed`));
    alice.socket.emit('x', () => assert.fail('takes no error'));
    alice.socket.timeout(100).emit('x', (...args: unknown[]) => heard.push(args));
    const promised = alice.socket.timeout(100).emitWithAck('x');
    alice.socket.closed('transport close');
    mock.timers.tick(1_000);
    assert.deepEqual(told, ['disconnect, 0 failed']);
    assert.equal(heard.length, 1);
    assert.match(String(heard[0]?.[0]), /socket has been disconnected/);
    await assert.rejects(promised, { code: 'SOCKET_CLOSED' });
    assert.equal(alice.socket.acks.size, 0);
  });

  it('fails at once, but not before emit returns, when the client has left', async () => {
    const heard: unknown[] = [];
    alice.socket.closed('transport close');
    alice.socket.timeout(100).emit('x', (error: Error) => heard.push(error.message));
    assert.deepEqual(heard, []);
    alice.socket.emit('x', () => assert.fail('takes no error'));
    await settled();
    assert.deepEqual(heard, ['socket has been disconnected']);
    assert.deepEqual(here.errors, []);
  });

  it('gives its place to another where too many are owed, once it has been waited for as long as ackTimeout', () => {
    let now = 0;
    const reading = mock.method(performance, 'now', () => now);
    here = world({ maxPendingAcks: 2, ackTimeout: 1_000 });
    alice = here.join();
    const heard: unknown[] = [];
    const ask = (name: string): void => void alice.socket.emit(name, (answer: unknown) => heard.push(answer));
    ask('first');
    const first = alice.client.asked;
    now = 600;
    ask('second');
    ask('refused');
    assert.match(String(here.errors.pop()?.error), /maxPendingAcks/);
    assert.equal(alice.client.asked, first + 1, 'it has not been sent');
    now = 2_000;
    ask('third');
    assert.match(String(here.errors.pop()?.error), /ackTimeout/);
    alice.answers(first, 'late');
    alice.answers(first + 1, 'in time, with room to wait');
    alice.answers(alice.client.asked, 'third');
    assert.deepEqual(heard, ['in time, with room to wait', 'third']);
    assert.equal(alice.socket.acks.size, 0);
    assert.deepEqual(here.errors, []);
    reading.mock.restore();
  });

  it('gives its place away at a time between once and one and a quarter times ackTimeout', () => {
    let now = 0;
    const reading = mock.method(performance, 'now', () => now);
    here = world({ maxPendingAcks: 2, ackTimeout: 1_000 });
    alice = here.join();
    const ask = (): number => {
      alice.socket.emit('x', () => {});
      return here.errors.splice(0).filter(({ error }) => /given up/.test(String(error))).length;
    };
    ask();
    ask();
    now = 999;
    assert.equal(ask(), 0);
    now = 1_250;
    assert.equal(ask(), 1);
    assert.equal(ask(), 1);
    assert.equal(ask(), 0, 'those that have taken their places are young');
    reading.mock.restore();
  });

  it('to a broadcast is as old as that, not as what was asked before', async () => {
    let now = 0;
    const reading = mock.method(performance, 'now', () => now);
    here = world({ maxPendingAcks: 1, ackTimeout: 1_000 });
    alice = here.join();
    alice.socket.emit('x', () => {});
    alice.answers(alice.client.asked);
    now = 5_000;
    const heard: unknown[] = [];
    here.root.timeout(60_000).emit('all', (_error: Error, answers: unknown[]) => heard.push(...answers));
    const asked = alice.client.asked;
    alice.socket.emit('x', () => {});
    assert.match(String(here.errors.pop()?.error), /maxPendingAcks/);
    alice.answers(asked, 'mine');
    await settled();
    assert.deepEqual(heard, ['mine']);
    reading.mock.restore();
  });

  it('fails at once when the client owes too many', async () => {
    here = world({ maxPendingAcks: 2 });
    alice = here.join();
    const heard: unknown[] = [];
    alice.socket.emit('x', () => {});
    alice.socket.emit('x', (answer: unknown) => heard.push(answer));
    alice.socket.emit('unheard', () => assert.fail('too many'));
    alice.socket.timeout(100).emit('unheard', (error: Error) => heard.push(error.message));
    await assert.rejects(alice.socket.timeout(100).emitWithAck('unheard'), /maxPendingAcks/);
    assert.match(String(heard[0]), /maxPendingAcks/);
    assert.match(String(here.errors[0]?.error), /maxPendingAcks/);
    assert.equal(here.errors.length, 1);
    assert.deepEqual(alice.client.events, [['x'], ['x']]);
    alice.answers(alice.client.asked, 'yes');
    assert.equal(heard[1], 'yes');
    alice.socket.emit('x', () => {});
    assert.equal(alice.client.events.length, 3);
  });

  it('is not waited for by more emits than the option says', () => {
    here = world({ maxPendingAcks: 100 });
    alice = here.join();
    for (let n = 0; n < 1_000; n++) alice.socket.emit('x', () => {});
    assert.equal(alice.socket.acks.size, 100);
    assert.equal(here.errors.length, 900);
    alice.socket.closed('transport close');
    assert.equal(alice.socket.acks.size, 0);
  });
});
