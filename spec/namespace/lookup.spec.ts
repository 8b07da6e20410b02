/** Places that are looked for elsewhere, and are not found in time. */
import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Found } from '../../lib/adapter/keeper.js';
import type { Parcel } from '../../lib/codec/parcel.js';
import { Emitter } from '../../lib/emitter.js';
import type { Conn } from '../../lib/namespace/connection.js';
import { LOOKUP_MS, Lookup } from '../../lib/namespace/lookup.js';
import { stoppedClock } from '../session/clock.js';

type Place = Found<Parcel>;

/** A store that answers when it is told to. */
class Store {
  answer!: (place: Place | undefined) => void;
  fail!: (error: Error) => void;
  readonly asked = new Promise<Place | undefined>((resolve, reject) => {
    this.answer = resolve;
    this.fail = reject;
  });
}

class Line extends Emitter {
  end(): void {
    this.dispatch('close', [], assert.ifError);
  }
}

/** Knows nobody, as a namespace’s own. */
const unheard = (): void => {};

/** A place that counts how often it is given back. */
function place(): Place & { declined: number } {
  const found = {
    declined: 0,
    decline() {
      found.declined += 1;
    },
  };
  return found as unknown as Place & { declined: number };
}

describe('a place that is looked for', () => {
  let store: Store;
  let line: Line;
  let failures: Error[];
  let lookup: Lookup;

  beforeEach(() => {
    [store, line, failures] = [new Store(), new Line(), []];
    lookup = new Lookup(store.asked, line as unknown as Conn, (error) => failures.push(error as Error));
  });

  it('is found', async () => {
    const found = place();
    store.answer(found);
    assert.equal(await lookup.over, found);
    assert.deepEqual([found.declined, failures, line.listenerCount('close')], [0, [], 0]);
  });

  it('is none if the store fails', async () => {
    const error = new Error('away');
    store.fail(error);
    assert.equal(await lookup.over, undefined);
    assert.deepEqual(failures, [error]);
  });

  it('is given up with the connection, and given back if it is found afterwards', async () => {
    line.end();
    assert.equal(await lookup.over, undefined);
    const found = place();
    store.answer(found);
    await store.asked;
    assert.deepEqual([found.declined, failures], [1, []]);
  });

  it('is given up, and complained of, where the store does not answer', async () => {
    const clock = stoppedClock();
    try {
      const silent = new Store();
      const late = new Lookup(silent.asked, line as unknown as Conn, (error) =>
        failures.push(error as Error),
      );
      clock.pass(LOOKUP_MS);
      assert.equal(await late.over, undefined);
      assert.match(String(failures), /has not said within 5000 ms/);
      const found = place();
      silent.answer(found);
      await silent.asked;
      assert.equal(found.declined, 1);
    } finally {
      clock.restore();
    }
  });

  it('keeps nothing of whoever has gone, however long the store takes', async () => {
    setFlagsFromString('--expose-gc');
    const gone = await comeAndGo();
    await nextTurn(); // A reference holds until then what it points at.
    runInNewContext('gc')();
    assert.equal(gone.deref(), undefined);
  });

  async function comeAndGo(): Promise<WeakRef<object>> {
    const visitor = { line: new Line() };
    const visit = new Lookup(store.asked, visitor.line as unknown as Conn, unheard);
    const heard = visit.over.then(() => visitor);
    visitor.line.end();
    await heard;
    return new WeakRef(visitor);
  }
});
