/** The listener table: Node's names, no special powers, no harm to neighbours. */
import assert from 'node:assert/strict';
import { type EventEmitter, on, once } from 'node:events';
import { call, Emitter } from '../lib/emitter.js';
import type { DefaultEventsMap } from '../lib/events.js';

const bad = (error: unknown): never => assert.fail(`unexpected error: ${String(error)}`);

describe('Emitter', () => {
  let emitter: Emitter<DefaultEventsMap>;
  let calls: unknown[][];
  const note =
    (who: string) =>
    (...args: unknown[]): void => {
      calls.push([who, ...args]);
    };

  beforeEach(() => {
    emitter = new Emitter();
    calls = [];
  });

  it('calls listeners in the order of their coming, with all arguments', () => {
    emitter.on('x', note('first')).addListener('x', note('second')).prependListener('x', note('zeroth'));
    assert.equal(emitter.dispatch('x', [1, 2, 3, 4], bad), true);
    assert.deepEqual(calls, [
      ['zeroth', 1, 2, 3, 4],
      ['first', 1, 2, 3, 4],
      ['second', 1, 2, 3, 4],
    ]);
  });

  it('says when nobody listens', () => {
    assert.equal(emitter.dispatch('x', [], bad), false);
    emitter.on('y', note('y'));
    assert.equal(emitter.dispatch('x', [], bad), false);
  });

  it('is the `this` of its listeners', () => {
    let self: unknown;
    emitter.on('x', function (this: unknown) {
      self = this;
    });
    emitter.dispatch('x', [], bad);
    assert.equal(self, emitter);
  });

  it('is the `this` of its once-listeners, too', () => {
    let self: unknown;
    emitter.once('x', function (this: unknown) {
      self = this;
    });
    emitter.dispatch('x', [], bad);
    assert.equal(self, emitter);
  });

  it('calls a once-listener once, even from within itself', () => {
    const again = (): void => {
      calls.push(['again']);
      emitter.dispatch('x', [], bad);
    };
    emitter.on('x', note('always')).once('x', again).prependOnceListener('x', note('front'));
    emitter.dispatch('x', [], bad);
    assert.deepEqual(
      calls.map(([who]) => who),
      ['front', 'always', 'again', 'always'],
    );
    assert.equal(emitter.listenerCount('x'), 1);
  });

  it('does not fire a once-listener from an older list', () => {
    emitter.prependListener('x', (depth: number) => {
      if (depth === 0) emitter.dispatch('x', [1], bad);
    });
    emitter.once('x', note('once'));
    emitter.dispatch('x', [0], bad);
    assert.deepEqual(calls, [['once', 1]]);
  });

  it('removes the latest registration, and once-listeners by their own function', () => {
    const one = note('one');
    emitter.on('x', one).on('x', note('two')).on('x', one).once('y', one);
    emitter.off('x', one);
    emitter.dispatch('x', [], bad);
    assert.deepEqual(
      calls.map(([who]) => who),
      ['one', 'two'],
    );
    emitter.removeListener('y', one);
    assert.equal(emitter.listenerCount('y'), 0);
    assert.deepEqual(emitter.eventNames(), ['x']);
  });

  it('does not mind the removal of a stranger', () => {
    emitter.off('x', note('nobody'));
    emitter.on('x', note('one')).off('x', note('nobody'));
    assert.equal(emitter.listenerCount('x'), 1);
  });

  it('removes all listeners of one event, or of all', () => {
    emitter.on('x', note('x')).on('y', note('y')).on('z', note('z'));
    emitter.removeAllListeners('x');
    assert.deepEqual(emitter.eventNames(), ['y', 'z']);
    emitter.removeAllListeners();
    assert.deepEqual(emitter.eventNames(), []);
    emitter.on('x', note('x'));
    assert.equal(emitter.listenerCount('x'), 1);
  });

  it('finishes a dispatch with the list it began with', () => {
    const second = note('second');
    emitter.on('x', () => {
      emitter.off('x', second).on('x', note('third'));
    });
    emitter.on('x', second);
    emitter.dispatch('x', [], bad);
    assert.deepEqual(
      calls.map(([who]) => who),
      ['second'],
    );
    emitter.dispatch('x', [], bad);
    assert.deepEqual(
      calls.map(([who]) => who),
      ['second', 'third'],
    );
  });

  it('shows listeners unwrapped, and raw ones in their wrappers', () => {
    const one = note('one');
    emitter.once('x', one);
    assert.deepEqual(emitter.listeners('x'), [one]);
    const [raw] = emitter.rawListeners('x');
    assert.notEqual(raw, one);
    raw?.('raw');
    raw?.('again');
    assert.deepEqual(calls, [['one', 'raw']]);
    assert.equal(emitter.listenerCount('x'), 0);
  });

  it('hands out lists that can be changed without harm', () => {
    emitter.on('x', note('one'));
    emitter.rawListeners('x').pop();
    emitter.listeners('x').pop();
    assert.equal(emitter.listenerCount('x'), 1);
  });

  it('takes the names of object members, symbols and "error" as plain names', () => {
    const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '', 'error'];
    for (const name of names) {
      assert.equal(emitter.dispatch(name, [new Error('nobody listens')], bad), false);
      emitter.on(name, note(name));
    }
    for (const name of names) emitter.dispatch(name, [], bad);
    assert.deepEqual(
      calls.map(([who]) => who),
      names,
    );
    assert.deepEqual(emitter.eventNames(), names);
    assert.equal(Object.getPrototypeOf(emitter), Emitter.prototype);
  });

  it('takes symbols as names', () => {
    const name = Symbol('s');
    const symbolic = new Emitter<{ [name]: (n: number) => void }>();
    symbolic.on(name, note('symbol'));
    symbolic.dispatch(name, [1], bad);
    assert.deepEqual(calls, [['symbol', 1]]);
  });

  it('goes on after a listener that throws, and tells of it', () => {
    const errors: unknown[] = [];
    const boom = new Error('boom');
    emitter.on('x', () => {
      throw boom;
    });
    emitter.on('x', note('next'));
    emitter.dispatch('x', [], (error) => errors.push(error));
    assert.deepEqual(errors, [boom]);
    assert.deepEqual(calls, [['next']]);
  });

  it('tells of each promise that is rejected', async () => {
    const errors: unknown[] = [];
    emitter.on('x', () => Promise.reject('one'));
    emitter.on('x', async () => {
      await null;
      throw 'two';
    });
    emitter.dispatch('x', [], (error) => errors.push(error));
    await new Promise(setImmediate);
    assert.deepEqual(errors, ['one', 'two']);
  });

  it('refuses what is no function at once', () => {
    const nonsense = 'text' as unknown as () => void;
    assert.throws(() => emitter.on('x', nonsense), TypeError);
    assert.throws(() => emitter.once('x', nonsense), TypeError);
  });

  it('knows no limit of listeners', () => {
    assert.equal(emitter.setMaxListeners(1).getMaxListeners(), 0);
    for (let n = 0; n < 100; n++) emitter.on('x', note('x'));
    assert.equal(emitter.listenerCount('x'), 100);
  });

  it('takes a thousand arguments', () => {
    const args = Array.from({ length: 1_000 }, (_, index) => index);
    emitter.on('x', note('many'));
    emitter.dispatch('x', args, bad);
    assert.deepEqual(calls, [['many', ...args]]);
  });

  it("works with node:events' once()", async () => {
    const answer = once(emitter as unknown as EventEmitter, 'x');
    emitter.dispatch('x', [1, 2], bad);
    assert.deepEqual(await answer, [1, 2]);
    assert.deepEqual(emitter.eventNames(), []);
  });

  it("works with node:events' once() and its error", async () => {
    const answer = once(emitter as unknown as EventEmitter, 'x');
    emitter.dispatch('error', [new Error('no')], bad);
    await assert.rejects(answer, /^Error: no$/);
    assert.deepEqual(emitter.eventNames(), []);
  });

  it("works with node:events' on()", async () => {
    const stream = on(emitter as unknown as EventEmitter, 'x');
    emitter.dispatch('x', ['a'], bad);
    emitter.dispatch('x', ['b'], bad);
    const got: unknown[] = [];
    for await (const args of stream) if (got.push(args) === 2) break;
    assert.deepEqual(got, [['a'], ['b']]);
    assert.deepEqual(emitter.eventNames(), []);
  });

  it('tells heirs of each new listener', () => {
    const heard: unknown[] = [];
    class Heir extends Emitter<DefaultEventsMap> {
      protected override listening(event: string | symbol): void {
        heard.push(event);
      }
    }
    new Heir().on('a', note('a')).once('b', note('b')).prependListener('c', note('c'));
    assert.deepEqual(heard, ['a', 'b', 'c']);
  });
});

describe('call', () => {
  it('waits for any thenable, and only for its failure', () => {
    const errors: unknown[] = [];
    // biome-ignore lint/suspicious/noThenProperty: a foreign promise is what is tested
    const thenable = { then: (_: unknown, reject: (error: unknown) => void) => reject('late') };
    call(
      () => thenable,
      undefined,
      [],
      (error) => errors.push(error),
    );
    call(
      () => null,
      undefined,
      [],
      (error) => errors.push(error),
    );
    assert.deepEqual(errors, ['late']);
  });
});
