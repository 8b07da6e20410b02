/** What a socket says to its client and to others. */
import assert from 'node:assert/strict';
import { PacketType } from '../../lib/packet.js';
import { type Guest, type World, world } from './fake-client.js';

let here: World;
let alice: Guest;
beforeEach(() => {
  here = world();
  alice = here.join('alice');
});

const cycle = (): Record<string, unknown> => {
  const value: Record<string, unknown> = {};
  value.itself = value;
  return value;
};

describe('an emit', () => {
  it('reaches its client alone', () => {
    const bob = here.join('bob');
    assert.equal(alice.socket.emit('x', 1, { two: 2 }), true);
    assert.deepEqual(alice.client.received.at(-1), {
      type: PacketType.EVENT,
      nsp: '/',
      data: ['x', 1, { two: 2 }],
    });
    assert.deepEqual(bob.client.events, []);
  });

  it('carries the values of its moment', () => {
    const value = { n: 1 };
    alice.socket.emit('x', value);
    here.root.emit('y', value);
    value.n = 2;
    assert.deepEqual(alice.client.events, [
      ['x', { n: 1 }],
      ['y', { n: 1 }],
    ]);
  });

  it('refuses names that have a meaning of their own', () => {
    for (const name of [
      'connect',
      'connect_error',
      'disconnect',
      'disconnecting',
      'newListener',
      'removeListener',
    ])
      assert.throws(() => alice.socket.emit(name), { code: 'EVENT_RESERVED' });
    assert.equal(alice.client.received.length, 1);
    alice.socket.emit('error');
    alice.socket.emit('connection');
    assert.deepEqual(alice.client.events, [['error'], ['connection']]);
  });

  it('uses its flags up', () => {
    alice.socket.volatile.compress(false).emit('x');
    alice.socket.emit('y');
    alice.socket.compress(true).send('z');
    const [, first, second, third] = alice.client.flags;
    assert.equal(first?.volatile, true);
    assert.equal(first?.compress, false);
    assert.equal(second?.volatile, undefined);
    assert.equal(second?.compress, undefined);
    assert.equal(third?.compress, true);
  });

  it('uses its flags up even if it fails', () => {
    assert.throws(() => alice.socket.volatile.emit('connect'));
    alice.socket.emit('x');
    assert.equal(alice.client.flags.at(-1)?.volatile, undefined);
  });

  it('tells its caller what cannot be written, and waits for no answer to it', () => {
    assert.throws(() => alice.socket.emit('x', cycle()), TypeError);
    assert.throws(() => alice.socket.emit('x', 1n, () => assert.fail('no answer')), TypeError);
    assert.throws(() => alice.socket.timeout(1).emit('x', 1n, () => assert.fail('no answer')), TypeError);
    assert.equal(alice.socket.acks.size, 0);
    assert.equal(alice.client.received.length, 1);
  });
});

describe('send', () => {
  const forms = (): unknown[] =>
    alice.client.received.flatMap((packet) =>
      packet.type === PacketType.EVENT ? [[packet.form, ...packet.data.slice(1)]] : [],
    );

  it('is a text for one string, JSON for one other value, else an event', () => {
    assert.equal(alice.socket.send('text'), alice.socket);
    alice.socket.write({ json: 1 }).send(null).send('two', 'strings').send().send(undefined);
    assert.deepEqual(forms(), [
      ['text', 'text'],
      ['json', { json: 1 }],
      ['json', null],
      [undefined, 'two', 'strings'],
      [undefined],
      [undefined, null],
    ]);
    assert.ok(alice.client.events.every(([name]) => name === 'message'));
  });

  it('may ask for an answer', () => {
    const heard: unknown[] = [];
    alice.socket.send('text', (answer: unknown) => heard.push(answer));
    alice.answers(alice.client.asked, 'yes');
    assert.deepEqual(forms(), [['text', 'text']]);
    assert.deepEqual(heard, ['yes']);
  });

  it('keeps its form when all get it', () => {
    here.root.send('text');
    here.root.to('alice').send({ json: 1 });
    assert.deepEqual(forms(), [
      ['text', 'text'],
      ['json', { json: 1 }],
    ]);
  });
});

describe('listeners for all outgoing events', () => {
  it('hear direct emits and broadcasts, but no answers', () => {
    const heard: unknown[][] = [];
    const second = (): number => heard.push(['second']);
    alice.socket.onAnyOutgoing((...event) => heard.push(event)).onAnyOutgoing(second);
    alice.socket.prependAnyOutgoing(() => heard.push(['first']));
    alice.socket.on('ask', (answer) => answer());
    alice.asks(1, 'ask');
    alice.socket.emit('x', 1, () => {});
    assert.deepEqual(heard, [['first'], ['x', 1], ['second']]);
    alice.socket.offAnyOutgoing(second).offAnyOutgoing(second);
    here.root.emit('y', 2);
    assert.deepEqual(heard.slice(3), [['first'], ['y', 2]]);
    const [first] = alice.socket.listenersAnyOutgoing();
    assert.equal(alice.socket.listenersAnyOutgoing().length, 2);
    alice.socket.offAnyOutgoing(first);
    assert.equal(alice.socket.listenersAnyOutgoing().length, 1);
    alice.socket.offAnyOutgoing();
    assert.deepEqual(alice.socket.listenersAnyOutgoing(), []);
  });

  it('harm nobody when they fail', () => {
    alice.socket.onAnyOutgoing(() => {
      throw new Error('boom');
    });
    alice.socket.emit('x');
    assert.deepEqual(alice.client.events, [['x']]);
    assert.equal(here.errors[0]?.event, 'x');
  });
});

describe('a selection made by a socket', () => {
  it('never includes the socket', () => {
    const bob = here.join('bob');
    const carol = here.join('carol');
    alice.socket.join('a');
    bob.socket.join('a');
    alice.socket.broadcast.emit('broadcast');
    alice.socket.to('a').emit('to');
    alice.socket.in(['a', 'alice']).emit('in');
    alice.socket.except('a').emit('except');
    alice.socket.local.emit('local');
    alice.socket.broadcast.send('send');
    assert.deepEqual(alice.client.events, []);
    assert.deepEqual(bob.client.events, [['broadcast'], ['to'], ['in'], ['local'], ['message', 'send']]);
    assert.deepEqual(carol.client.events, [['broadcast'], ['except'], ['local'], ['message', 'send']]);
  });

  it('takes the flags of the socket over, and uses them up', () => {
    const bob = here.join('bob');
    alice.socket.volatile.broadcast.emit('x');
    alice.socket.broadcast.emit('y');
    assert.equal(bob.client.flags.at(-2)?.volatile, true);
    assert.equal(bob.client.flags.at(-1)?.volatile, undefined);
  });
});
