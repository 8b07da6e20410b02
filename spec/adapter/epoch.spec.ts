/** Offsets: written and read again. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Epoch } from '../../lib/adapter/epoch.js';

describe('an epoch', () => {
  it('reads its own offsets, in whatever order they are written', () => {
    const epoch = new Epoch();
    const most = fc.oneof(fc.nat(3_000), fc.maxSafeNat());
    fc.assert(
      fc.property(most, (number) => {
        const offset = epoch.offset(number);
        assert.ok(Epoch.isOffset(offset), offset);
        assert.equal(epoch.number(offset), number);
      }),
      { numRuns: 2_000 },
    );
  });

  it('writes another offset for each number', () => {
    const epoch = new Epoch();
    const all = Array.from({ length: 5_000 }, (_, number) => epoch.offset(number));
    assert.equal(new Set(all).size, 5_000);
  });

  it('knows offsets of other epochs, and not what they mean', () => {
    const offset = new Epoch().offset(7);
    assert.ok(Epoch.isOffset(offset));
    assert.equal(new Epoch().number(offset), undefined);
  });

  it('takes nothing else for an offset', () => {
    const offset = new Epoch().offset(7);
    for (const other of [
      undefined,
      null,
      7,
      '',
      'x',
      `${offset} `,
      `x${offset}`,
      offset.slice(0, 9),
      [offset],
    ])
      assert.equal(Epoch.isOffset(other), false, String(other));
  });
});
