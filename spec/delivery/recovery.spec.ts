/** Events to clients whose lines break in every way: nothing lost, doubled or out of order while `recovered` is true. */
import assert from 'node:assert/strict';
import { type Tally, travel } from './travels.js';

/** `SEED=… EVENTS=…` repeats a run, or makes it longer. */
const seed = Number(process.env.SEED ?? Date.now() & 0x7fffffff);
const events = Number(process.env.EVENTS ?? 10_000);

describe(`${events} events over lines that break at random, seed ${seed}`, function () {
  this.timeout(60_000 + events * 20);

  it('arrive once and in order wherever a client has recovered, and most recover', async () => {
    const { faults, ways, breaks } = await travel({ seed, events, each: 3, usual: 30_000 });
    const told = Object.entries(ways).map(([way, tally]) => `${way} ${describeTally(tally)}`);
    console.log(`      ${told.join('; ')}; ${JSON.stringify(breaks)}`);
    assert.deepEqual(faults.slice(0, 10), []);
    const all = Object.values(ways);
    const recovered = all.reduce((sum, tally) => sum + tally.recovered, 0);
    const anew = all.reduce((sum, tally) => sum + tally.anew, 0);
    assert.ok(recovered > anew, `${recovered} recovered, ${anew} began anew`);
    for (const tally of all) assert.ok(tally.recovered > 0 && tally.heard > events / 10);
    for (const how of ['reset', 'hole', 'ghost', 'deaf', 'again', 'joining', 'upgrade'])
      assert.ok((breaks[how] ?? 0) > 0, `no line broke like this: ${how}`);
  });
});

function describeTally({ breaks, recovered, anew, heard }: Tally): string {
  return `${heard} heard, ${breaks} breaks, ${recovered} recovered, ${anew} anew`;
}
