/** Those who wait for their turn. */
import assert from 'node:assert/strict';
import { Queue } from '../lib/queue.js';

describe('a queue', () => {
  it('is left in the order in which it was joined', () => {
    const queue = new Queue<{ readonly name: number }>();
    for (let name = 0; name < 3; name++) queue.add({ name });
    assert.deepEqual([queue.take(), queue.take()], [{ name: 0 }, { name: 1 }]);
    queue.add({ name: 3 });
    assert.deepEqual([queue.take(), queue.take(), queue.empty], [{ name: 2 }, { name: 3 }, true]);
    assert.equal(queue.take(), undefined);
  });

  it('keeps its order where it is never empty, however many have gone', () => {
    const queue = new Queue<{ readonly name: number }>();
    queue.add({ name: 0 });
    for (let name = 1; name < 1_000; name++) {
      queue.add({ name });
      if (name % 3 === 0) queue.add({ name: name + 0.5 });
      assert.ok(queue.take());
    }
    const left: number[] = [];
    for (let one = queue.take(); one; one = queue.take()) left.push(one.name);
    assert.deepEqual(
      left,
      [...left].sort((a, b) => a - b),
    );
    assert.equal(left.at(-1), 999.5);
  });
});
