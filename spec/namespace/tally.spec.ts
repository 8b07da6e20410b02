/** The answers of many to one broadcast. */
import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { type Guest, settled, type World, world } from './fake-client.js';

let here: World;
let alice: Guest;
let bob: Guest;
beforeEach(() => {
  here = world();
  alice = here.join('alice');
  bob = here.join('bob');
});

describe('the answers of many', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
  afterEach(() => mock.timers.reset());

  const asked = (...guests: Guest[]): unknown[][] => {
    const heard: unknown[][] = [];
    here.root.timeout(100).emit('x', 1, (...args: unknown[]) => heard.push(args));
    for (const { client } of guests) assert.deepEqual(client.events, [['x', 1]]);
    return heard;
  };

  it('come together when all have answered, each with its first argument', async () => {
    const heard = asked(alice, bob);
    bob.answers(bob.client.asked, 'b', 'more');
    await settled();
    assert.deepEqual(heard, []);
    alice.answers(alice.client.asked, 'a');
    await settled();
    mock.timers.tick(1_000);
    assert.deepEqual(heard, [[null, ['b', 'a']]]);
  });

  it('come in part with an error when some are late', async () => {
    const heard = asked(alice, bob);
    alice.answers(alice.client.asked, 'a');
    await settled();
    mock.timers.tick(99);
    assert.deepEqual(heard, []);
    mock.timers.tick(1);
    const [error, responses] = heard[0] ?? [];
    assert.match(String(error), /operation has timed out/);
    assert.deepEqual(responses, ['a']);
    assert.equal(bob.socket.acks.size, 0);
    bob.answers(bob.client.asked, 'late');
    assert.deepEqual(responses, ['a']);
    assert.equal(heard.length, 1);
  });

  it('are none, and at once, where nobody is asked', async () => {
    const heard: unknown[][] = [];
    here.root
      .to('nowhere')
      .timeout(100)
      .emit('x', (...args: unknown[]) => heard.push(args));
    await settled();
    assert.deepEqual(heard, [[null, []]]);
  });

  it('may be promised', async () => {
    const all = here.root.timeout(100).emitWithAck('x');
    for (const guest of [alice, bob]) guest.answers(guest.client.asked, guest.socket.id);
    assert.deepEqual(await all, ['alice', 'bob']);
    const some = alice.socket.broadcast.timeout(100).emitWithAck('x');
    bob.answers(bob.client.asked, 'b');
    assert.deepEqual(await some, ['b']);
  });

  it('may be promised in part: the error has them', async () => {
    const some = here.root.timeout(100).emitWithAck('x');
    bob.answers(bob.client.asked, 'b');
    await settled();
    mock.timers.tick(100);
    await assert.rejects(some, { message: 'operation has timed out', responses: ['b'] });
  });

  it('are waited for no longer than a moment without timeout()', async () => {
    const heard: unknown[][] = [];
    here.root.to('alice').emit('x', (...args: unknown[]) => heard.push(args));
    await settled();
    mock.timers.tick(1);
    assert.match(String(heard[0]?.[0]), /timed out/);
  });

  it('do not suffer from a listener that fails', async () => {
    here.root.timeout(100).emit('x', () => {
      throw new Error('boom');
    });
    for (const guest of [alice, bob]) guest.answers(guest.client.asked);
    await settled();
    assert.deepEqual(
      here.errors.map(({ event }) => event),
      ['x'],
    );
  });

  it('are late if a client owes too many', async () => {
    here = world({ maxPendingAcks: 1 });
    alice = here.join('alice');
    alice.socket.emit('y', () => {});
    const heard: unknown[][] = [];
    here.root.timeout(100).emit('x', (...args: unknown[]) => heard.push(args));
    assert.deepEqual(alice.client.events, [['y'], ['x']]);
    assert.equal(alice.socket.acks.size, 1);
    await settled();
    mock.timers.tick(100);
    assert.match(String(heard[0]?.[0]), /timed out/);
  });
});

describe('answers that never come', () => {
  /** Timers that hold the process. */
  const timers = (): number =>
    process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;

  it('do not hold the process', async () => {
    await settled(); // From here on the clock of this very test is among them.
    const before = timers();
    here.root.timeout(60_000).emit('x', () => {});
    await settled();
    assert.equal(timers(), before);
    await here.root.close();
  });

  it('end with the namespace: an error, and those that came', async () => {
    const some = here.root.timeout(60_000).emitWithAck('x');
    bob.answers(bob.client.asked, 'b');
    await settled();
    await here.root.close();
    await here.root.close();
    await assert.rejects(some, { code: 'SERVER_CLOSED', responses: ['b'] });
    assert.equal(here.root.owed.size, 0);
  });

  it('leave nothing behind when they have come, or could not be asked for', async () => {
    const all = here.root.timeout(60_000).emitWithAck('x');
    assert.equal(here.root.owed.size, 1);
    for (const guest of [alice, bob]) guest.answers(guest.client.asked);
    await all;
    assert.throws(() => here.root.timeout(60_000).emit('x', 1n, () => {}), TypeError);
    assert.equal(here.root.owed.size, 0);
  });
});
