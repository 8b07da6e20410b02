/** The end of a tick: few write at once, a crowd in several turns, and each once for all that it was told until then. */
import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Ticks, type Writer } from '../../lib/session/ticks.js';

const CROWD = 1_000;

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

const turn = (): Promise<void> => new Promise(setImmediate);
const tick = (): Promise<void> => new Promise((resolve) => process.nextTick(resolve));

describe('the end of a tick', () => {
  let ticks: Ticks;
  let now = 0;
  let written: number[];
  let reading: { readonly mock: { resetCalls(): void } };

  beforeEach(() => {
    ticks = new Ticks();
    written = [];
    now = 0;
    reading = mock.method(performance, 'now', () => now);
  });

  afterEach(() => mock.restoreAll());

  /** Someone whose writing takes so many milliseconds. */
  function writer(index: number, ms = 0): Writer {
    return {
      due() {
        now += ms;
        written.push(index);
      },
    };
  }

  function tell(count: number, ms = 0, first = 0): void {
    for (let index = first; index < first + count; index++) ticks.add(writer(index, ms));
  }

  const numbers = (count: number) => Array.from({ length: count }, (_nothing, index) => index);

  it('lets a few write before anything else happens', async () => {
    tell(64);
    await tick();
    assert.deepEqual(written, numbers(64));
  });

  it('lets a crowd write when the other callbacks of the turn have run, the first who was told first', async () => {
    tell(CROWD);
    await tick();
    assert.deepEqual(written, []);
    await turn();
    assert.deepEqual(written, numbers(CROWD));
  });

  it('lets others have their turns while a slow crowd writes', async () => {
    tell(CROWD, 0.1);
    const slices: number[] = [];
    for (let before = 0; written.length < CROWD; before = written.length) {
      await turn();
      slices.push(written.length - before);
    }
    assert.deepEqual(written, numbers(CROWD));
    for (const slice of slices) assert.ok(slice <= 16, `${slice} writes of 0.1 ms in one turn`);
  });

  it('writes longer where others take long, too: a fifth of the time is its own', async () => {
    tell(CROWD, 0.1);
    await tick();
    const slices: number[] = [];
    for (let before = 0; written.length < CROWD; before = written.length) {
      now += 40;
      await turn();
      slices.push(written.length - before);
    }
    assert.deepEqual(written, numbers(CROWD));
    for (const slice of slices.slice(0, -1))
      assert.ok(slice >= 100 && slice <= 116, `${slice} writes of 0.1 ms in one turn`);
  });

  it('does not make up for a pause of the whole process', async () => {
    tell(CROWD, 0.1);
    await tick();
    now += 60_000;
    await turn();
    assert.ok(
      written.length >= 200 && written.length <= 216,
      `${written.length} writes of 0.1 ms in one turn`,
    );
  });

  it('does not let a few wait for a crowd', async () => {
    tell(CROWD, 1);
    await turn();
    const before = written.length;
    assert.ok(before < CROWD);
    tell(3, 0, CROWD);
    await tick();
    assert.deepEqual(written.slice(before), [CROWD, CROWD + 1, CROWD + 2]);
  });

  it('lets a second crowd write after the first one', async () => {
    tell(CROWD, 1);
    await turn();
    tell(CROWD, 1, CROWD);
    while (written.length < 2 * CROWD) await turn();
    assert.deepEqual(written, numbers(2 * CROWD));
  });

  it('forgets those who have written, though there is always a crowd', async () => {
    const gone: WeakRef<Writer>[] = [];
    for (let round = 0; round < 20; round++) {
      for (let index = 0; index < 100; index++) {
        const one = writer(index, 0.02);
        gone.push(new WeakRef(one));
        ticks.add(one);
      }
      await turn();
      assert.ok(written.length < gone.length, 'the crowd has never gone');
    }
    const last = gone.length - written.length;
    await turn();
    collect();
    const left = gone.filter((one) => one.deref()).length;
    assert.ok(left <= last, `${left} are kept, and ${last} had not written`);
  });

  it('does not grow by those who have written, though there is always a crowd', async () => {
    const one = writer(0, 0.0105);
    const add = (count: number): void => {
      for (let index = 0; index < count; index++) ticks.add(one);
    };
    add(2_000);
    await turn();
    collect();
    const before = getHeapStatistics().used_heap_size;
    for (let round = 0; round < 3_000; round++) {
      add(100);
      await turn();
      // These lists are the spec's own.
      written.length = 0;
      reading.mock.resetCalls();
    }
    collect();
    const grown = getHeapStatistics().used_heap_size - before;
    assert.ok(grown < 1_000_000, `${grown} bytes more after 300 000 writes`);
  });

  for (const [size, name] of [
    [10, 'a few'],
    [CROWD, 'a crowd'],
  ] as const) {
    it(`lets the others of ${name} write when one throws`, async () => {
      const caught = new Promise<Error>((resolve) => {
        const others = process.listeners('uncaughtException');
        process.removeAllListeners('uncaughtException');
        process.once('uncaughtException', (error) => {
          for (const other of others) process.on('uncaughtException', other);
          resolve(error);
        });
      });
      tell(5);
      ticks.add({
        due() {
          throw new Error('on purpose');
        },
      });
      tell(size - 5, 0, 5);
      assert.equal((await caught).message, 'on purpose');
      while (written.length < size) await turn();
      assert.deepEqual(written, numbers(size));
    });
  }
});
