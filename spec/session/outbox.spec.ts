/** What waits for one client. */
import assert from 'node:assert/strict';
import { engine4 } from '../../lib/codec/engine4.js';
import { Parcel } from '../../lib/codec/parcel.js';
import { PacketType } from '../../lib/packet.js';
import type { Household } from '../../lib/session/household.js';
import { Outbox } from '../../lib/session/outbox.js';
import { Ticks } from '../../lib/session/ticks.js';
import { Wheel } from '../../lib/session/wheel.js';
import { Watch } from '../../lib/watch/watch.js';
import { type Clock, stoppedClock } from './clock.js';
import { FakeTransport } from './fake-transport.js';

const limits = {
  maxAttachments: 10,
  maxPayload: 1_000,
  maxArguments: 10,
  maxDepth: 10,
  maxValues: 100,
  maxNameLength: 10,
  maxNamespaceLength: 10,
  softBufferLimit: 100,
  hardBufferLimit: 1_000,
  writeDeadline: 500,
  upgradeTimeout: 1_000,
  attachmentTimeout: 1_000,
};

const told = (text: string) => ({ frames: [text], bytes: text.length });
const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the outbox', () => {
  let clock: Clock;
  let house: Household;
  let slow: string[];
  let transport: FakeTransport;
  let outbox: Outbox;
  const up = { tooSlow: (why: string) => void slow.push(why) };

  beforeEach(() => {
    clock = stoppedClock();
    house = { wheel: new Wheel(), ticks: new Ticks(), limits, failed: () => {}, watch: new Watch() };
    slow = [];
    transport = new FakeTransport();
    outbox = new Outbox(engine4, house, up);
    outbox.carryBy(transport);
  });
  afterEach(() => clock.restore());

  function roomier(hardBufferLimit: number): Outbox {
    const other = new Outbox(engine4, { ...house, limits: { ...limits, hardBufferLimit } }, up);
    other.carryBy(transport);
    return other;
  }

  /** What is written is under way until the transport has drained. */
  function takesTime(): void {
    transport.send = ({ bytes }) => {
      transport.buffered = bytes;
      transport.writable = false;
    };
  }

  it('writes what was said in one tick at once, in order', async () => {
    for (const text of ['a', 'b', 'c']) outbox.add(told(text));
    assert.deepEqual([transport.sent, outbox.bytes, outbox.empty], [[], 3, false]);
    await tick();
    assert.deepEqual([transport.sent, outbox.bytes, outbox.empty], [['a|b|c'], 0, true]);
  });

  it('does not wait for the end of the tick with very much', () => {
    const roomy = { ...house, limits: { ...limits, softBufferLimit: 1e6, hardBufferLimit: 1e6 } };
    outbox = new Outbox(engine4, roomy, outbox);
    outbox.carryBy(transport);
    outbox.add(told('x'.repeat(70_000)));
    assert.equal(transport.sent.length, 1);
  });

  it('writes batches that the transport can carry', async () => {
    transport.mostFrames = 2;
    transport.mostBytes = 4;
    for (const text of ['a', 'b', 'c', 'dddd', 'eeeeee', 'f']) outbox.add(told(text));
    await tick();
    assert.deepEqual(transport.sent, ['a|b', 'c', 'dddd', 'eeeeee', 'f']);
  });

  it('keeps everything in order while the transport takes nothing', async () => {
    transport.writable = false;
    for (const text of ['a', 'b']) outbox.add(told(text));
    await tick();
    outbox.add(told('c'));
    transport.writable = true;
    outbox.flush();
    assert.deepEqual(transport.sent, ['a|b|c']);
  });

  it('is told together with others, counts it, and parts with them when somebody watches or too much waits', async () => {
    const roomy = { ...house, limits: { ...limits, softBufferLimit: 4_000_000, hardBufferLimit: 4_000_000 } };
    const parcel = new Parcel({ type: PacketType.EVENT, nsp: '/', data: ['x'] });
    const boxes = Array.from({ length: 4 }, () => {
      const box = new Outbox(engine4, roomy, up);
      const carrier = new FakeTransport();
      box.carryBy(carrier);
      return { box, carrier };
    });
    const parcels = told('a');
    const stands = boxes.map(({ box }) => box.add(parcels));
    const [stand] = stands;
    assert.ok(stand && stands.every((one) => one === stand));
    assert.equal(stand.holders, 4);
    stand.goOn(parcel);
    const [watched, full] = boxes;
    const waiting: unknown[] = [];
    watched?.box.watchedBy({
      waits: ({ frames }) => waiting.push(frames),
      added: () => {},
      leaving: () => {},
      left: () => {},
    });
    full?.box.tooSlow('too much');
    assert.deepEqual(waiting, [['a', '42["x"]']]);
    assert.equal(stand.holders, 2);
    stand.goOn(parcel);
    assert.deepEqual(
      boxes.map(({ box }) => [box.taken, box.bytes, box.empty]),
      [8, 8, 15, 15].map((bytes) => [0, bytes, false]),
    );
    assert.equal(watched?.box.add(told('b')), undefined);
    await tick();
    assert.deepEqual(
      boxes.map(({ carrier }) => carrier.sent),
      [['a|42["x"]|b'], ['a|42["x"]'], ['a|42["x"]|42["x"]'], ['a|42["x"]|42["x"]']],
    );
  });

  it('says ahead of what waits what shall not wait for all of it', async () => {
    transport.mostFrames = 2;
    transport.writable = false;
    for (const text of ['a', 'b']) outbox.add(told(text));
    outbox.addAhead(told('in its place'));
    outbox.addAhead(told('ahead'));
    outbox.add(told('c'));
    await tick();
    transport.writable = true;
    outbox.flush();
    assert.deepEqual(transport.sent, ['ahead|a', 'b|in its place', 'c']);
    assert.deepEqual([outbox.bytes, outbox.taken], [0, 20]);
  });

  it('says the same ahead once, until it has left', async () => {
    transport.mostFrames = 2;
    transport.writable = false;
    for (const text of ['a', 'b', 'c', 'd']) outbox.add(told(text));
    for (let count = 0; count < 3; count++) outbox.addAhead(told('3'));
    assert.equal(outbox.bytes, 5);
    transport.writable = true;
    transport.send = (batch) => {
      transport.writable = false;
      transport.sent.push(batch.frames.join('|'));
    };
    outbox.flush();
    for (let count = 0; count < 3; count++) outbox.addAhead(told('3'));
    assert.deepEqual([transport.sent, outbox.bytes], [['3|a'], 4]);
  });

  it('packs once for all clients that were told the same', async () => {
    const others = Array.from({ length: 10 }, () => {
      const other = new Outbox(engine4, house, { tooSlow: () => {} });
      const carrier = new FakeTransport();
      carrier.writable = false;
      other.carryBy(carrier);
      return { other, carrier };
    });
    const parcels = [told('a'), told('b'), told('c')];
    for (const parcel of parcels) for (const { other } of others) other.add(parcel);
    const batches = new Set<unknown>();
    for (const { other, carrier } of others) {
      carrier.writable = true;
      carrier.mostFrames = 2;
      carrier.send = (batch) => void batches.add(batch);
      other.flush();
    }
    assert.equal(batches.size, 2);
  });

  it('gives up a client at the hard limit, in a tick of its own, and keeps nothing more for it', async () => {
    transport.writable = false;
    for (let count = 0; count < 100; count++) outbox.add(told('x'.repeat(100)));
    // 1,000 by weight: each message counts for 64 bytes more than it has.
    assert.deepEqual([slow.length, outbox.bytes], [0, 700]);
    await tick();
    assert.equal(slow.length, 1);
    assert.match(slow[0] ?? '', /hardBufferLimit/);
  });

  it('counts what small messages take beside their bytes, and shows their bytes', async () => {
    transport.writable = false;
    for (let count = 0; count < 15; count++) outbox.add(told('x'));
    await tick();
    assert.deepEqual([slow, outbox.bytes], [[], 15]);
    for (let count = 0; count < 15; count++) outbox.add(told('x'));
    await tick();
    assert.deepEqual([slow.length, outbox.bytes], [1, 16]);
  });

  it('writes to a client at the hard limit that only waits for its turn in a crowd', async () => {
    for (let count = 0; count < 65; count++) house.ticks.add({ due: () => {} });
    for (let count = 0; count < 9; count++) outbox.add(told('x'.repeat(100)));
    await new Promise((resolve) => process.nextTick(resolve));
    for (let count = 0; count < 9; count++) outbox.add(told('y'.repeat(100)));
    await tick();
    assert.deepEqual([slow, transport.sent.join('').length, outbox.bytes], [[], 1_800, 0]);
  });

  it('queues once for its turn, however often so much waits that it writes at once', async () => {
    let times = 0;
    const counting = { add: () => times++, root: house.ticks.root.bind(house.ticks) };
    const roomy = {
      ...house,
      ticks: counting as never,
      limits: { ...limits, softBufferLimit: 4_000_000, hardBufferLimit: 4_000_000 },
    };
    outbox = new Outbox(engine4, roomy, up);
    outbox.carryBy(transport);
    for (let round = 0; round < 5; round++)
      for (const size of [40_000, 40_000, 1_000]) outbox.add(told('x'.repeat(size)));
    assert.equal(times, 1);
    outbox.due();
    assert.deepEqual(
      [outbox.bytes, transport.sent.join('').replaceAll('|', '').length, slow],
      [0, 5 * 81_000, []],
    );
    outbox.add(told('x'));
    assert.equal(times, 2);
  });

  it('keeps nothing for a session that somebody has ended who saw it leave', async () => {
    outbox.watchedBy({ waits: () => {}, added: () => {}, leaving: () => outbox.clear(), left: () => {} });
    outbox.add(told('x'.repeat(1_000)));
    outbox.add(told('x'.repeat(1_000)));
    outbox.add(told('y'));
    assert.deepEqual([outbox.empty, outbox.bytes], [true, 0]);
  });

  it('is told nothing together with others where that could pass the soft limit unseen', () => {
    const narrow = { ...house, limits: { ...limits, softBufferLimit: 5_000, hardBufferLimit: 4_000_000 } };
    outbox = new Outbox(engine4, narrow, outbox);
    outbox.carryBy(transport);
    assert.equal(outbox.add(told('x')), undefined);
  });

  it('counts what the transport has not handed on', async () => {
    transport.buffered = 1_000;
    outbox.add(told('x'));
    await tick();
    assert.equal(slow.length, 1);
  });

  it('lets a lone message beyond every limit pass, and small ones behind it', async () => {
    transport.writable = false;
    outbox.add(told('x'.repeat(50_000)));
    for (let count = 0; count < 5; count++) outbox.add(told('y'.repeat(100)));
    await tick();
    assert.deepEqual([slow, outbox.bytes], [[], 50_500]);
    for (let count = 0; count < 5; count++) outbox.add(told('y'.repeat(100)));
    await tick();
    assert.equal(slow.length, 1);
  });

  it('judges the next giant anew when the first has left', async () => {
    outbox.add(told('x'.repeat(50_000)));
    await tick();
    outbox.flush();
    transport.writable = false;
    outbox.add(told('z'.repeat(900)));
    outbox.add(told('z'.repeat(900)));
    outbox.add(told('z'));
    await tick();
    assert.equal(slow.length, 1);
  });

  it('does not count what is told again until all of it has left', async () => {
    const batches: string[] = [];
    outbox.pressure.excuse(2_000);
    transport.writable = false;
    for (let count = 0; count < 12; count++) outbox.add(told('x'.repeat(100)));
    await tick();
    for (let count = 0; count < 5; count++) outbox.add(told('y'.repeat(100)));
    await tick();
    assert.deepEqual([slow, outbox.bytes], [[], 1_700]);
    transport.writable = true;
    transport.send = ({ frames }) => void batches.push(...(frames as string[]));
    outbox.flush();
    assert.deepEqual([batches.length, outbox.bytes], [17, 0]);
    transport.writable = false;
    for (let count = 0; count < 12; count++) outbox.add(told('z'.repeat(100)));
    await tick();
    assert.equal(slow.length, 1);
  });

  it('gives up a client above the soft limit that takes nothing within the deadline', async () => {
    transport.writable = false;
    outbox.add(told('x'.repeat(150)));
    await tick();
    clock.pass(490);
    assert.equal(outbox.bytes, 150);
    clock.pass(20);
    outbox.add(told('more'));
    assert.equal(outbox.bytes, 150);
  });

  it('keeps a slow reader that takes the soft limit in each deadline', async () => {
    outbox = roomier(10_000);
    transport.writable = false;
    transport.mostBytes = 10;
    for (let count = 0; count < 80; count++) outbox.add(told('0123456789'));
    for (let span = 0; span < 8; span++) {
      clock.pass(450);
      for (let batch = 0; batch < 12; batch++) {
        transport.writable = true;
        transport.send = () => {
          transport.writable = false;
        };
        outbox.flush();
      }
    }
    clock.pass(2_000);
    await tick();
    assert.deepEqual([slow, outbox.bytes], [[], 0]);
  });

  it('does not keep one that takes a byte now and then', async () => {
    outbox = roomier(10_000);
    transport.writable = false;
    for (let count = 0; count < 90; count++) outbox.add(told('0123456789'));
    transport.mostBytes = 10;
    transport.send = () => {
      transport.writable = false;
    };
    for (let span = 0; span < 5; span++) {
      clock.pass(200);
      transport.writable = true;
      outbox.flush();
    }
    await tick();
    assert.match(slow[0] ?? '', /writeDeadline/);
  });

  it('gives a batch beyond the soft limit the time of its parts', async () => {
    takesTime();
    outbox.add(told('x'.repeat(450)));
    await tick();
    outbox.flush();
    clock.pass(2_400);
    await tick();
    assert.deepEqual(slow, []);
    clock.pass(200);
    await tick();
    assert.equal(slow.length, 1);
  });

  it('does so for one that begins while the deadline runs', async () => {
    takesTime();
    transport.writable = false;
    outbox.add(told('x'.repeat(60)));
    outbox.add(told('x'.repeat(450)));
    transport.mostBytes = 60;
    clock.pass(200);
    next();
    clock.pass(300);
    next();
    assert.equal(transport.buffered, 450);
    clock.pass(2_000);
    await tick();
    assert.deepEqual(slow, []);
    clock.pass(600);
    await tick();
    assert.equal(slow.length, 1);
  });

  it('does so for one that its client comes for by a poll, and not once it has been taken', async () => {
    outbox = roomier(1_000_000);
    transport.writable = false;
    transport.mostBytes = 60;
    for (const size of [450, 60, 60]) outbox.add(told('x'.repeat(size)));
    outbox.flush();
    clock.pass(400);
    takesTime();
    transport.writable = true;
    outbox.flush();
    assert.equal(transport.buffered, 450);
    clock.pass(2_000);
    await tick();
    assert.deepEqual(slow, []);
    // All but a little of its time is left, for a client that stops here.
    transport.drain();
    clock.pass(640);
    await tick();
    assert.equal(slow.length, 1);
  });

  it('counts once what is taken, given back and taken again', async () => {
    outbox = roomier(1_000_000);
    transport.mostBytes = 100;
    takesTime();
    for (let count = 0; count < 10; count++) outbox.add(told('x'.repeat(100)));
    outbox.flush();
    for (let round = 0; round < 4; round++) {
      transport.buffered = 0;
      clock.pass(150);
      transport.buffered = 100;
      clock.pass(150);
    }
    await tick();
    assert.equal(slow.length, 1);
  });

  /** What was written has been taken, and the next batch leaves. */
  function next(): void {
    transport.writable = true;
    transport.drain();
    outbox.flush();
  }

  /** A client that takes so many batches, one after so many milliseconds each. */
  async function reads(batches: number, ms: number): Promise<void> {
    takesTime();
    transport.writable = false;
    for (let batch = 0; batch < batches; batch++) {
      clock.pass(ms);
      next();
    }
    await tick();
  }

  it('keeps a steady reader whatever the size of its batches', async () => {
    outbox = roomier(1_000_000);
    for (const size of [1, 7, 30, 70, 90, 99]) {
      transport.mostBytes = size;
      for (let count = 0; count < 100; count++) outbox.add(told('x'.repeat(size)));
      // The limit in nine tenths of the deadline.
      await reads(90, 4.5 * size);
      assert.deepEqual(slow, [], `${size} bytes each`);
      transport.send = () => {};
      next();
    }
  });

  it('gives up one that read much, and then nothing, a quarter of the deadline later at most', async () => {
    for (const busy of [10, 300, 600, 1_000]) {
      slow.length = 0;
      outbox = roomier(1_000_000);
      transport.mostBytes = 50;
      for (let count = 0; count < 2_000; count++) outbox.add(told('x'.repeat(50)));
      await reads(busy, 1);
      clock.pass(490);
      await tick();
      assert.deepEqual(slow, []);
      clock.pass(140);
      await tick();
      assert.equal(slow.length, 1, `after ${busy} ms`);
    }
  });

  it('keeps one that comes often for batches that the transport cuts short, and not one that seldom does', async () => {
    transport.mostFrames = 2;
    for (const [ms, faults] of [
      [28, 0],
      [60, 1],
    ] as const) {
      outbox = roomier(1_000_000);
      for (let count = 0; count < 1_000; count++) outbox.add(told('x'));
      await reads(100, ms);
      assert.equal(slow.length, faults, `after ${ms} ms each`);
      outbox.clear();
    }
  });

  it('forgives a client that comes below the soft limit again', async () => {
    transport.writable = false;
    outbox.add(told('x'.repeat(150)));
    clock.pass(400);
    transport.writable = true;
    outbox.flush();
    clock.pass(1_000);
    transport.writable = false;
    outbox.add(told('y'.repeat(150)));
    clock.pass(400);
    await tick();
    assert.deepEqual(slow, []);
  });

  it('tells when nothing waits any more', async () => {
    let drained = 0;
    const count = () => {
      drained += 1;
    };
    outbox.drained().then(count);
    await tick();
    assert.equal(drained, 1);
    transport.writable = false;
    outbox.add(told('a'));
    outbox.drained().then(count);
    await tick();
    transport.writable = true;
    transport.buffered = 5;
    outbox.flush();
    await tick();
    assert.equal(drained, 1);
    transport.drain();
    await tick();
    assert.equal(drained, 2);
  });

  it('lets nobody wait for a connection that is over', async () => {
    transport.writable = false;
    outbox.add(told('a'));
    const drained = outbox.drained();
    outbox.clear();
    await drained;
    outbox.add(told('b'));
    assert.equal(outbox.bytes, 0);
  });
});
