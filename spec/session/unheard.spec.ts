/** What was sent to a client that has not been heard yet. */
import assert from 'node:assert/strict';
import { Trail } from '../../lib/session/trail.js';
import { Unheard } from '../../lib/session/unheard.js';

const batch = (...frames: string[]): Trail => new Trail({ frames, bytes: frames.join('').length });

describe('what was sent to somebody unheard', () => {
  it('is kept in order, and taken once', () => {
    const unheard = new Unheard(100);
    assert.deepEqual([unheard.empty, unheard.take()], [true, undefined]);
    for (const sent of [batch('a'), batch('b', 'c')]) unheard.add(sent);
    assert.deepEqual([unheard.empty, unheard.entire], [false, true]);
    const trail = unheard.take();
    assert.deepEqual([trail?.frames, trail?.bytes], [['a', 'b', 'c'], 3]);
    assert.deepEqual([unheard.empty, unheard.take()], [true, undefined]);
  });

  it('is sent again with what shall not be compressed', () => {
    const unheard = new Unheard(100);
    unheard.add(batch('a'));
    unheard.add(new Trail({ frames: ['b', 'c'], bytes: 2, plain: true }));
    assert.deepEqual(unheard.take()?.spared, [false, true, true]);
    unheard.add(batch('a'));
    assert.equal(unheard.take()?.spared, undefined);
  });

  it('is not kept in part: beyond the bound nothing is', () => {
    const unheard = new Unheard(3);
    unheard.add(batch('abc'));
    assert.equal(unheard.entire, true);
    unheard.add(batch('d'));
    unheard.add(batch('e'));
    assert.deepEqual([unheard.entire, unheard.empty], [false, false]);
    assert.equal(unheard.take(), undefined);
  });
});
