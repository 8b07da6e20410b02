/** Who is here, and who is let go of. */
import assert from 'node:assert/strict';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Roster } from '../lib/roster.js';

interface Guest {
  readonly name: string;
}

describe('a roster', () => {
  const anna = { name: 'Anna' };
  const ben = { name: 'Ben' };
  let roster: Roster<string, Guest>;

  beforeEach(() => {
    roster = new Roster();
    roster.set('a', anna);
    roster.set('b', ben);
  });

  it('finds whoever is here', () => {
    assert.equal(roster.get('a'), anna);
    assert.equal(roster.get('c'), undefined);
    assert.equal(roster.size, 2);
  });

  it('lists them in the order of their coming', () => {
    roster.set('a', { name: 'another Anna' });
    assert.deepEqual(
      [...roster.values()].map(({ name }) => name),
      ['Ben', 'another Anna'],
    );
    assert.equal(roster.size, 2);
  });

  it('says whether somebody has left', () => {
    assert.equal(roster.delete('a'), true);
    assert.equal(roster.delete('a'), false);
    assert.equal(roster.get('a'), undefined);
    assert.deepEqual([...roster.values()], [ben]);
  });

  it('leaves out those who leave while it lists them', () => {
    const met: Guest[] = [];
    for (const guest of roster.values()) {
      met.push(guest);
      roster.delete('b');
    }
    assert.deepEqual(met, [anna]);
  });

  it('lets everybody go', () => {
    roster.clear();
    assert.equal(roster.size, 0);
    assert.deepEqual([...roster.values()], []);
  });

  it('does not carry along those who have left', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as (options?: { type: 'minor' }) => void;
    const guests = 4_000;
    const bytesOfOne = 1_000;
    collect();
    const before = bytesOfOld();
    for (let one = 0; one < guests; one++) {
      roster.set(
        `${one}`,
        Object.assign({ name: `${one}` }, { luggage: new Array(bytesOfOne / 8).fill(one) }),
      );
      roster.delete(`${one - 20}`);
      if (one % 250 === 0) collect({ type: 'minor' });
    }
    assert.ok(bytesOfOld() - before < (guests * bytesOfOne) / 10);
  });
});

/** What quick collections do not look at any more. */
function bytesOfOld(): number {
  return getHeapSpaceStatistics().find(({ space_name: name }) => name === 'old_space')?.space_used_size ?? 0;
}
