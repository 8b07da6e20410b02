/** Messages both ways over lines that break in every way: what is promised of them holds. `npm run chaos` has more. */
import assert from 'node:assert/strict';
import { describeOutcome } from './outcome.js';
import { travel } from './travels.js';

/** `SEED=… MESSAGES=…` repeats a run, or makes it longer. */
const seed = Number(process.env.SEED ?? Date.now() & 0x7fffffff);
const messages = Number(process.env.MESSAGES ?? 10_000);

describe(`${messages} messages each way over lines that break at random, seed ${seed}`, function () {
  this.timeout(300_000 + messages * 20);

  it('arrive once and in order wherever a client has recovered, and most recover', async () => {
    const outcome = await travel({ seed, messages, each: 3, usual: 20_000 });
    for (const line of describeOutcome(outcome)) console.log(`      ${line}`);
    assert.deepEqual(outcome.faults.slice(0, 10), []);
    const all = Object.values(outcome.ways);
    const recovered = all.reduce((sum, tally) => sum + tally.recovered, 0);
    const anew = all.reduce((sum, tally) => sum + tally.anew, 0);
    assert.ok(recovered > anew, `${recovered} recovered, ${anew} began anew`);
    for (const tally of all) {
      assert.ok(tally.recovered > 0 && tally.heard > messages / 10 && tally.said > messages / 10);
      assert.ok(tally.lost < tally.said / 2, `${tally.lost} of ${tally.said} were lost`);
    }
    // A busy machine answers fewer in time.
    assert.ok(outcome.answered > outcome.failed / 4 && outcome.failed > 0);
    for (const how of ['reset', 'hole', 'ghost', 'deaf', 'again', 'joining', 'upgrade'])
      assert.ok((outcome.breaks[how] ?? 0) > 0, `no line broke like this: ${how}`);
  });
});
