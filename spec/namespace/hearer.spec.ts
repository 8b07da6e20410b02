/** What a socket hears of its client. */
import assert from 'node:assert/strict';
import { PacketType } from '../../lib/packet.js';
import { type Guest, settled, type World, world } from './fake-client.js';

let here: World;
let alice: Guest;
beforeEach(() => {
  here = world();
  alice = here.join('alice');
});

describe('a client that says something', () => {
  it('is heard at once, with all arguments', () => {
    const heard: unknown[][] = [];
    alice.socket.on('x', (...args) => heard.push(args));
    alice.says('x', 1, 'two', { three: 3 }, null);
    alice.says('x');
    alice.says('y');
    assert.deepEqual(heard, [[1, 'two', { three: 3 }, null], []]);
  });

  it('may use any name, and cannot say what only the server says', () => {
    const heard: unknown[][] = [];
    alice.socket.onAny((...event) => heard.push(event));
    for (const name of ['disconnect', 'disconnecting'] as const)
      alice.socket.on(name, () => assert.fail(`${name} from the wire`));
    for (const name of [
      'connect',
      'connect_error',
      'disconnect',
      'disconnecting',
      'newListener',
      'removeListener',
    ])
      alice.says(name);
    for (const name of ['error', 'connection', '__proto__', 'constructor', '']) alice.says(name, 1);
    assert.deepEqual(heard, [
      ['error', 1],
      ['connection', 1],
      ['__proto__', 1],
      ['constructor', 1],
      ['', 1],
    ]);
    assert.deepEqual(here.errors, []);
  });

  it('may use a number as name', () => {
    const heard: unknown[] = [];
    alice.socket.on('5', (value) => heard.push(value));
    alice.socket.receive({ type: PacketType.EVENT, nsp: '/', data: [5, 'five'] }, 10);
    assert.deepEqual(heard, ['five']);
  });

  it('does not suffer from listeners that fail, nor do others', async () => {
    const boom = new Error('boom');
    const heard: unknown[] = [];
    alice.socket.on('x', () => {
      throw boom;
    });
    alice.socket.on('x', async () => {
      throw boom;
    });
    alice.socket.on('x', (value) => heard.push(value));
    alice.says('x', 1);
    await settled();
    alice.says('x', 2);
    await settled();
    assert.deepEqual(heard, [1, 2]);
    assert.equal(alice.socket.connected, true);
    assert.deepEqual(here.errors, Array(4).fill({ error: boom, event: 'x', socket: alice.socket }));
  });

  it('does not suffer from an onError that fails', async () => {
    const warning = new Promise((resolve) => process.once('warning', resolve));
    here = world({
      onError: () => {
        throw new Error('even worse');
      },
    });
    const bob = here.join();
    bob.socket.on('x', () => {
      throw new Error('boom');
    });
    bob.says('x');
    assert.match(String(await warning), /even worse/);
  });
});

describe('a client that asks', () => {
  it('gets one answer', () => {
    alice.socket.on('x', (value: number, answer: (...args: unknown[]) => void) => {
      answer(value + 1, 'more');
      answer('again');
    });
    alice.asks(3, 'x', 1);
    assert.deepEqual(alice.client.answers, [[3, 2, 'more']]);
  });

  it('gets the answer of the quickest listener', () => {
    alice.socket.on('x', (answer) => answer('one'));
    alice.socket.on('x', (answer) => answer('two'));
    alice.asks(0, 'x');
    assert.deepEqual(alice.client.answers, [[0, 'one']]);
  });

  it('gets no answer after it has left', () => {
    let later = (): void => {};
    alice.socket.on('x', (answer) => {
      later = answer;
    });
    alice.asks(3, 'x');
    alice.socket.closed('transport close');
    later();
    assert.deepEqual(alice.client.answers, []);
  });

  it('can be answered again if the first try could not be written', () => {
    alice.socket.on('x', (answer) => {
      assert.throws(() => answer(1n), TypeError);
      answer('instead');
    });
    alice.asks(3, 'x');
    assert.deepEqual(alice.client.answers, [[3, 'instead']]);
  });

  it('gets a bare receipt before anybody listens, if that is all it wants', () => {
    const heard: unknown[][] = [];
    alice.socket.on('x', (...args) => heard.push([args, alice.client.answers.length]));
    alice.socket.receive({ type: PacketType.EVENT, nsp: '/', id: 4, receipt: true, data: ['x', 1] }, 10);
    assert.deepEqual(heard, [[[1], 1]]);
    assert.deepEqual(alice.client.answers, [[4]]);
  });
});

describe('listeners for all events', () => {
  it('come first, with the answering function, in their order', () => {
    const order: string[] = [];
    const note =
      (who: string) =>
      (...event: unknown[]): number =>
        order.push(`${who} ${event.length}`);
    const one = note('one');
    alice.socket.onAny(one).onAny(note('two')).prependAny(note('zero'));
    alice.socket.use((_event, next) => {
      order.push('use');
      next();
    });
    alice.socket.on('x', note('x'));
    alice.asks(1, 'x', 'argument');
    assert.deepEqual(order, ['zero 3', 'one 3', 'two 3', 'use', 'x 2']);
    assert.equal(alice.socket.listenersAny().length, 3);
    alice.socket.offAny(one).offAny(one);
    assert.equal(alice.socket.listenersAny().length, 2);
    const [first] = alice.socket.listenersAny();
    alice.socket.offAny(first);
    assert.equal(alice.socket.listenersAny().includes(first ?? one), false);
    alice.socket.offAny();
    assert.deepEqual(alice.socket.listenersAny(), []);
  });

  it('may change while they are called', () => {
    const heard: string[] = [];
    alice.socket.onAny(() => alice.socket.offAny());
    alice.socket.onAny((name) => heard.push(name));
    alice.says('x');
    alice.says('y');
    assert.deepEqual(heard, ['x']);
  });

  it('harm nobody when they fail', () => {
    const heard: unknown[] = [];
    alice.socket.onAny(() => {
      throw new Error('boom');
    });
    alice.socket.on('x', (value) => heard.push(value));
    alice.says('x', 1);
    assert.deepEqual(heard, [1]);
    assert.equal(here.errors[0]?.event, 'x');
  });
});

describe('a middleware for events', () => {
  it('may change them', () => {
    const heard: unknown[][] = [];
    alice.socket.on('y', (...args) => heard.push(args));
    alice.socket.use((event, next) => {
      event[0] = 'y';
      event.push('added');
      next();
    });
    alice.says('x', 1);
    assert.deepEqual(heard, [[1, 'added']]);
  });

  it('may not make a reserved event of them', () => {
    alice.socket.on('disconnect', () => assert.fail('not disconnected'));
    alice.socket.use((event, next) => {
      event[0] = 'disconnect';
      next();
    });
    alice.says('x');
  });

  it('drops them with an error, which the socket hears', () => {
    const error = new Error('no');
    const heard: unknown[] = [];
    alice.socket.on('x', () => assert.fail('dropped'));
    alice.socket.on('error', (one) => heard.push(one));
    alice.socket.use((_event, next) => next(error));
    alice.socket.use(() => assert.fail('not asked'));
    alice.says('x');
    assert.deepEqual(heard, [error]);
    assert.deepEqual(here.errors, []);
    assert.equal(alice.client.received.length, 1);
  });

  it('drops them with an error, which onError hears if the socket does not', async () => {
    const error = new Error('no');
    alice.socket.use(async () => {
      throw error;
    });
    alice.says('x');
    await settled();
    assert.deepEqual(here.errors, [{ error, event: 'middleware', socket: alice.socket }]);
    assert.equal(alice.socket.connected, true);
  });

  it('is not asked about answers', () => {
    const heard: unknown[] = [];
    alice.socket.use(() => assert.fail('not an event'));
    alice.socket.emit('x', (answer: unknown) => heard.push(answer));
    alice.answers(alice.client.asked, 'yes');
    assert.deepEqual(heard, ['yes']);
  });

  it('that lets pass too late lets nothing pass', () => {
    let letPass = (): void => {};
    alice.socket.on('x', () => assert.fail('gone'));
    alice.socket.use((_event, next) => {
      letPass = next;
    });
    alice.says('x');
    alice.socket.closed('transport close');
    letPass();
  });
});
