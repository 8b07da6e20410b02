/** What is remembered, and what is forgotten. */
import assert from 'node:assert/strict';
import type { BroadcastOptions } from '../../lib/adapter/contract.js';
import { History } from '../../lib/adapter/history.js';
import type { Kept } from '../../lib/adapter/keeper.js';
import { type Clock, stoppedClock } from '../session/clock.js';

const kept = (bytes = 50) => ({ bytes, frames: [] });

function numbers(history: History, after = 0): number[] {
  const all: number[] = [];
  history.backward(after, (_entry, number) => all.push(number));
  return all;
}

describe('a history', () => {
  let clock: Clock;
  beforeEach(() => {
    clock = stoppedClock();
  });
  afterEach(() => clock.restore());

  it('gives numbers from 1, and the latest first', () => {
    const history = new History(1_000_000, 1_000);
    for (let count = 0; count < 3; count++) history.add(kept(), 'me');
    assert.deepEqual(numbers(history), [3, 2, 1]);
    assert.deepEqual(numbers(history, 2), [3]);
    assert.deepEqual([history.last, history.forgotten], [3, 0]);
  });

  it('remembers who was meant, whatever becomes of the selection', () => {
    const history = new History(1_000_000, 1_000);
    const rooms = new Set(['red']);
    history.add(kept(), { rooms, except: new Set() });
    rooms.clear();
    history.backward(0, (entry) => {
      assert.deepEqual([entry.only, entry.rooms, entry.except], [undefined, ['red'], undefined]);
    });
  });

  it('gives back what was said as it was: a text, one that is not to be compressed, one with attachments', () => {
    const history = new History(1_000_000, 1_000);
    const all: Kept[] = [
      { frames: ['42["tea","ü"]'], bytes: 14 },
      { frames: ['42["tea"]'], bytes: 9, plain: true },
      { frames: ['451-["tea",{"_placeholder":true,"num":0}]', Buffer.from('leaf')], bytes: 45 },
      { frames: [Buffer.from('packed')], bytes: 6 },
    ];
    for (const one of all) history.add(one, 'me');
    const found: Kept[] = [];
    history.backward(0, (entry) => found.unshift(entry.kept));
    assert.deepEqual(found, all);
  });

  it('counts what an event takes beside its bytes: least a text for one socket', () => {
    const history = new History(1_000_000, 1_000);
    const selection = { rooms: new Set(['red']), except: new Set<string>() };
    const sizes = [
      () => history.add({ frames: ['42["tea"]'], bytes: 9 }, 'me'),
      () => history.add({ frames: ['42["tea"]'], bytes: 9 }, selection),
      () => history.add({ frames: ['42["tea"]', Buffer.alloc(9)], bytes: 18 }, selection),
    ].map((add) => {
      const before = history.bytes;
      add();
      return history.bytes - before;
    });
    assert.ok(Number(sizes[0]) > 9);
    assert.deepEqual(
      sizes,
      sizes.toSorted((one, other) => one - other),
    );
    assert.equal(new Set(sizes).size, 3);
  });

  it('counts what its texts and names take in memory, which can be more than their bytes on the wire', () => {
    const history = new History(1_000_000, 1_000);
    const counted = (text: string, meant: string | BroadcastOptions, ...more: Buffer[]): number => {
      const before = history.bytes;
      history.add({ frames: [text, ...more], bytes: Buffer.byteLength(text) }, meant);
      return history.bytes - before;
    };
    const plain = 'x'.repeat(10_000);
    // One such letter, and V8 takes two bytes for each.
    assert.ok(counted(`${plain}€`, 'me') >= 20_000);
    assert.ok(counted(`${plain}€`, 'me', Buffer.alloc(1)) >= 20_000);
    assert.ok(counted(plain, 'me') < 11_000);
    const rooms = new Set(Array.from({ length: 100 }, (_, index) => `a room with the number ${index}`));
    assert.ok(counted('x', { rooms }) > 5_000);
    assert.ok(counted('x', { rooms: new Set(), except: rooms }) > 5_000);
  });

  it('never takes more bytes than it may, and says what is gone', () => {
    const history = new History(10_000, 1_000);
    for (let count = 0; count < 1_000; count++) {
      history.add(kept(), 'me');
      assert.ok(history.bytes <= 10_000);
    }
    assert.equal(history.last, 1_000);
    assert.equal(numbers(history).length, 1_000 - history.forgotten);
    assert.ok(history.forgotten < 980, 'it forgets in pieces, not everything');
  });

  it('forgets at once what is larger than all', () => {
    const history = new History(1_000, 1_000);
    history.add(kept(5_000), 'me');
    assert.deepEqual([history.empty, history.forgotten, history.bytes], [true, 1, 0]);
  });

  it('remembers everything for its time, and nothing for an eighth longer', () => {
    const history = new History(1_000_000, 800);
    for (let count = 0; count < 10; count++) {
      history.add(kept(), 'me');
      clock.pass(100);
    }
    history.expire();
    // The first has waited for 1000 ms, the second for 900.
    assert.equal(history.forgotten, 2);
    clock.pass(1_000);
    history.expire();
    assert.deepEqual([history.empty, history.forgotten], [true, 10]);
  });

  it('says when it will have something to forget', () => {
    const history = new History(1_000_000, 800);
    history.add(kept(), 'me');
    clock.pass(300);
    assert.equal(history.expire(), 600);
  });
});
