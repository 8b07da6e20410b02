/** What is remembered, and what is forgotten. */
import assert from 'node:assert/strict';
import { mock } from 'node:test';
import fc from 'fast-check';
import type { BroadcastOptions } from '../../lib/adapter/contract.js';
import { History } from '../../lib/adapter/history.js';
import type { Kept } from '../../lib/adapter/keeper.js';
import type { Whom } from '../../lib/adapter/segment.js';
import { type Clock, stoppedClock } from '../session/clock.js';

const kept = (bytes = 50) => ({ bytes, frames: [] });

/** The number of a client. */
const ME = 7;

interface Entry {
  readonly number: number;
  readonly whom: Whom;
  readonly kept: Kept;
}

/** The latest first. */
function entries(history: History, after = 0): Entry[] {
  const all: Entry[] = [];
  let asked: Whom = 0;
  const ask = (whom: Whom): boolean => {
    asked = whom;
    return true;
  };
  history.backward(after, ask, (kept, number) => all.push({ number, whom: asked, kept }));
  return all;
}

const numbers = (history: History, after?: number): number[] =>
  entries(history, after).map(({ number }) => number);

describe('a history', () => {
  let clock: Clock;
  beforeEach(() => {
    clock = stoppedClock();
  });
  afterEach(() => clock.restore());

  it('gives numbers from 1, and the latest first', () => {
    const history = new History(1_000_000, 1_000);
    for (let count = 0; count < 3; count++) history.add(kept(), ME);
    assert.deepEqual(numbers(history), [3, 2, 1]);
    assert.deepEqual(numbers(history, 2), [3]);
    assert.deepEqual([history.last, history.forgotten], [3, 0]);
  });

  it('remembers who was meant, whatever becomes of the selection', () => {
    const history = new History(1_000_000, 1_000);
    const rooms = new Set(['red']);
    history.add(kept(), { rooms, except: new Set() });
    rooms.clear();
    assert.deepEqual(entries(history)[0]?.whom, { rooms: ['red'], except: undefined });
  });

  it('gives back what was said as it was: a text, one that is not to be compressed, one with attachments', () => {
    const history = new History(1_000_000, 1_000);
    const all: Kept[] = [
      { frames: ['42["tea"]'], bytes: 9 },
      { frames: ['42["tea","ü"]'], bytes: 14 },
      { frames: ['42["☕","😀","x"]'], bytes: 20 },
      { frames: ['42["\ud800"]'], bytes: 9 },
      { frames: [''], bytes: 0 },
      { frames: [`42["${'tea'.repeat(1_000)}"]`], bytes: 3_006 },
      { frames: [`42["${'tea'.repeat(100_000)}"]`], bytes: 300_006 },
      { frames: ['42["tea"]'], bytes: 9, plain: true },
      { frames: ['451-["tea",{"_placeholder":true,"num":0}]', Buffer.from('leaf')], bytes: 45 },
      { frames: [Buffer.from('packed')], bytes: 6 },
    ];
    for (const one of all) history.add(one, ME);
    assert.deepEqual(
      entries(history).map((entry) => entry.kept),
      all.reverse(),
    );
  });

  it('has texts on pages, and counts those as what they are: more events than anything else would have room', () => {
    const count = (meant: number | BroadcastOptions, ...more: Buffer[]): number => {
      const history = new History(100_000, 1_000);
      for (let times = 0; times < 5_000; times++)
        history.add({ frames: ['42["tea"]', ...more], bytes: 9 }, meant);
      return numbers(history).length;
    };
    const selection = { rooms: new Set(['red']), except: new Set<string>() };
    const counts = [count(ME), count(selection), count(selection, Buffer.alloc(0))];
    assert.ok(Number(counts[0]) > 4_000, `${counts[0]} texts of 9 bytes in 100 000`);
    assert.deepEqual(
      counts,
      counts.toSorted((one, other) => other - one),
    );
    assert.equal(new Set(counts).size, 3);
  });

  it('counts what its texts and names take in memory, which can be more than their bytes on the wire', () => {
    const history = new History(1_000_000, 1_000);
    const counted = (text: string, meant: number | BroadcastOptions, ...more: Buffer[]): number => {
      const before = history.bytes;
      history.add({ frames: [text, ...more], bytes: Buffer.byteLength(text) }, meant);
      return history.bytes - before;
    };
    const plain = 'x'.repeat(10_000);
    // One such letter, and V8 takes two bytes for each.
    assert.ok(counted(`${plain}€`, ME) >= 20_000);
    assert.ok(counted(`${plain}€`, ME, Buffer.alloc(1)) >= 20_000);
    assert.ok(counted(plain, ME) < 11_000);
    const rooms = new Set(Array.from({ length: 100 }, (_, index) => `a room with the number ${index}`));
    assert.ok(counted('x', { rooms }) > 5_000);
    assert.ok(counted('x', { rooms: new Set(), except: rooms }) > 5_000);
  });

  it('never takes more bytes than it may, and says what is gone', () => {
    const history = new History(10_000, 1_000);
    for (let count = 0; count < 1_000; count++) {
      history.add(kept(), ME);
      assert.ok(history.bytes <= 10_000);
    }
    assert.equal(history.last, 1_000);
    assert.equal(numbers(history).length, 1_000 - history.forgotten);
    assert.ok(history.forgotten < 980, 'it forgets in pieces, not everything');
  });

  it('gives back what a plain list of all events would have, and of one time in one piece', () => {
    const events = fc.record({
      frame: fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), fc.uint8Array({ maxLength: 50 })),
      meant: fc.oneof(
        fc.integer({ min: 1, max: 2 ** 48 - 1 }),
        fc.array(fc.constantFrom('red', 'blue'), { maxLength: 2 }),
      ),
      plain: fc.boolean(),
    });
    const bounds = fc.constantFrom(1, 100, 2_000, 30_000, 1_000_000);
    fc.assert(
      fc.property(fc.array(events, { maxLength: 300 }), bounds, fc.nat(300), (all, most, after) => {
        const history = new History(most, 1_000);
        const list = all.map(({ frame, meant, plain }) => {
          const said = typeof frame === 'string' ? frame : Buffer.from(frame);
          const kept: Kept = { frames: [said], bytes: Buffer.byteLength(said), ...(plain ? { plain } : {}) };
          const rooms = new Set(typeof meant === 'number' ? [] : meant);
          history.add(kept, typeof meant === 'number' ? meant : { rooms, except: rooms });
          assert.ok(history.bytes <= most);
          const names = rooms.size > 0 ? [...rooms] : undefined;
          return { whom: typeof meant === 'number' ? meant : { rooms: names, except: names }, kept };
        });
        const expected = list.map((entry, index) => ({ number: index + 1, ...entry }));
        const from = Math.max(history.forgotten, after);
        assert.deepEqual(entries(history, after), expected.slice(from).reverse());
      }),
    );
  });

  it('reads only what is meant for whoever asks', () => {
    const history = new History(1_000_000, 1_000);
    for (const whom of [ME, 8, ME]) history.add({ frames: [`42["${whom}"]`], bytes: 7 }, whom);
    const found: unknown[] = [];
    history.backward(
      0,
      (whom) => whom === 8,
      ({ frames }, number) => found.push([frames[0], number]),
    );
    assert.deepEqual(found, [['42["8"]', 2]]);
  });

  it('is as it was where there is no memory for a page', () => {
    const history = new History(1_000_000, 1_000);
    const selection = { rooms: new Set(['red']), except: new Set<string>() };
    const say = (text: string): void => {
      const whom = text.length % 2 ? ME : selection;
      history.add({ frames: [text], bytes: text.length }, whom);
    };
    for (let count = 0; count < 8; count++) say('x'.repeat(20 + count));
    const before = entries(history);
    const refused = mock.method(Buffer, 'allocUnsafeSlow', () => {
      throw new RangeError('no memory');
    });
    for (const length of [301, 300]) assert.throws(() => say('y'.repeat(length)), RangeError);
    refused.mock.restore();
    assert.deepEqual(entries(history), before);
    say('z');
    assert.deepEqual(entries(history).slice(1), before);
  });

  it('is small where little is said', () => {
    const history = new History(16_777_216, 1_000);
    history.add({ frames: ['42["tea"]'], bytes: 9 }, ME);
    assert.ok(history.bytes < 1_000, `${history.bytes} bytes`);
    // A segment goes on where the one before has ended.
    clock.pass(200);
    history.expire();
    history.add({ frames: ['42["tea"]'], bytes: 9 }, ME);
    assert.equal(numbers(history).length, 2);
    assert.ok(history.bytes < 1_000, `${history.bytes} bytes`);
  });

  it('takes no more memory when it is full, however much is said', () => {
    const history = new History(1_000_000, 1_000);
    const say = (times: number): void => {
      for (let count = 0; count < times; count++) history.add({ frames: ['42["tea"]'], bytes: 9 }, ME);
    };
    say(200_000);
    const allocated = mock.method(Buffer, 'allocUnsafeSlow');
    say(60_000);
    const pages = allocated.mock.calls.map(({ arguments: [size] }) => size).filter((size) => size > 16_384);
    allocated.mock.restore();
    assert.ok(pages.length <= 10, `${pages.length} large pages for a million bytes`);
    assert.ok(numbers(history).length > 45_000);
  });

  it('forgets at once what is larger than all', () => {
    const history = new History(1_000, 1_000);
    history.add(kept(5_000), ME);
    assert.deepEqual([history.empty, history.forgotten, history.bytes], [true, 1, 0]);
  });

  it('remembers everything for its time, and nothing for an eighth longer', () => {
    const history = new History(1_000_000, 800);
    for (let count = 0; count < 10; count++) {
      history.add(kept(), ME);
      clock.pass(100);
      history.expire();
    }
    // The first has waited for 1000 ms, the second for 900.
    assert.equal(history.forgotten, 2);
    clock.pass(700);
    history.expire();
    assert.equal(history.forgotten, 9);
    clock.pass(100);
    history.expire();
    assert.deepEqual([history.empty, history.forgotten, history.bytes], [true, 10, 0]);
  });

  it('forgets nothing too early, though nobody came to look for a long time', () => {
    const history = new History(1_000_000, 800);
    for (let count = 0; count < 10; count++) {
      history.add(kept(), ME);
      clock.pass(100);
    }
    history.expire();
    assert.equal(history.forgotten, 0);
    clock.pass(799);
    history.expire();
    assert.equal(history.forgotten, 0);
    clock.pass(1);
    history.expire();
    assert.equal(history.forgotten, 10);
  });

  it('says when it wants to be looked at again', () => {
    const history = new History(1_000_000, 800);
    history.add(kept(), ME);
    clock.pass(30);
    assert.equal(history.expire(), 70);
    clock.pass(70);
    // Nothing is written now; what begins meanwhile must not wait for longer than its time.
    assert.equal(history.expire(), history.span);
    clock.pass(750);
    assert.equal(history.expire(), 50);
  });
});
