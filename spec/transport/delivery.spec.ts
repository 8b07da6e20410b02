/** The frames of one POST on their way up. */
import assert from 'node:assert/strict';
import { Delivery } from '../../lib/transport/delivery.js';

describe('a delivery', () => {
  let taken: unknown[];
  let done: boolean[];
  let onFrame: (frame: unknown) => void;

  function deliver(...frames: string[]): Delivery {
    return new Delivery(frames, {
      frame: (frame) => {
        taken.push(frame);
        onFrame(frame);
      },
      done: (bad) => done.push(bad),
    });
  }

  beforeEach(() => {
    taken = [];
    done = [];
    onFrame = () => {};
  });

  it('hands up all frames in order, then says that it is done', () => {
    deliver('a', 'b', 'c').flow(true);
    assert.deepEqual([taken, done], [['a', 'b', 'c'], [false]]);
  });

  it('is done at once when there is nothing', () => {
    deliver().flow(true);
    assert.deepEqual(done, [false]);
  });

  it('waits until somebody reads', () => {
    const delivery = deliver('a');
    delivery.flow(false);
    assert.deepEqual([taken, done], [[], []]);
    delivery.flow(true);
    assert.deepEqual([taken, done], [['a'], [false]]);
  });

  it('stops where the flow stops, and goes on there', () => {
    const delivery = deliver('a', 'b', 'c');
    onFrame = (frame) => frame === 'b' && delivery.flow(false);
    delivery.flow(true);
    assert.deepEqual([taken, done], [['a', 'b'], []]);
    delivery.flow(true);
    assert.deepEqual([taken, done], [['a', 'b', 'c'], [false]]);
  });

  it('is not done while nobody reads, though nothing is left', () => {
    const delivery = deliver('a');
    onFrame = () => delivery.flow(false);
    delivery.flow(true);
    assert.deepEqual(done, []);
    delivery.flow(true);
    assert.deepEqual(done, [false]);
  });

  it('drops the rest when it is stopped in the middle of a frame', () => {
    const delivery = deliver('a', 'b', 'c');
    onFrame = (frame) => frame === 'b' && delivery.stop(true);
    delivery.flow(true);
    delivery.flow(true);
    delivery.stop(false);
    assert.deepEqual([taken, done], [['a', 'b'], [true]]);
  });

  it('keeps the order when the flow is resumed in the middle of a frame', () => {
    const delivery = deliver('a', 'b', 'c', 'd');
    onFrame = () => {
      delivery.flow(false);
      delivery.flow(true);
    };
    delivery.flow(true);
    assert.deepEqual([taken, done], [['a', 'b', 'c', 'd'], [false]]);
  });

  it('has one time in a turn with all others that come then', async () => {
    onFrame = () => {
      for (const end = performance.now() + 1; performance.now() < end; );
    };
    await new Promise(setImmediate);
    const names = Array.from({ length: 20 }, (_, index) => `${index}`);
    for (const _ of names) deliver(...names).flow(true);
    assert.ok(taken.length <= 40, `${taken.length} frames in one turn`);
    while (done.length < names.length) await new Promise(setImmediate);
    assert.equal(taken.length, names.length ** 2);
  });

  it('gives others their turn: 90,000 frames never hold up the loop for 50 ms', async () => {
    const frames = Array.from({ length: 90_000 }, (_, index) => `4${index}`);
    const delivery = deliver(...frames);
    onFrame = (frame) => JSON.stringify({ frame, more: [frame, frame] });
    let worst = 0;
    // Time of our own: on a busy machine the clock on the wall runs while we do not.
    let before = process.cpuUsage();
    delivery.flow(true);
    while (done.length === 0) {
      const { user, system } = process.cpuUsage(before);
      worst = Math.max(worst, (user + system) / 1_000);
      before = process.cpuUsage();
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.deepEqual(taken, frames);
    assert.ok(worst < 50, `${worst} ms`);
  });

  it('can be stopped between two turns', async () => {
    const delivery = deliver(...Array.from({ length: 1_000 }, String));
    onFrame = () => {
      const end = performance.now() + 1;
      while (performance.now() < end);
    };
    delivery.flow(true);
    const count = taken.length;
    assert.ok(count < 20, `${count} in the first turn`);
    delivery.stop(false);
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual([taken.length, done], [count, [false]]);
  });
});
