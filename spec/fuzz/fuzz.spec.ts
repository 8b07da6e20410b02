/** Twenty thousand hostile cases with a fresh seed; `npm run fuzz` has more. `FUZZ_SEED` repeats them. */
import assert from 'node:assert/strict';
import { fuzz } from './fuzz.js';
import { seedOf } from './plan.js';

const CASES = 20_000;
const seed = seedOf(process.env.FUZZ_SEED);

describe(`${CASES} cases of hostile clients, seed ${seed}`, function () {
  this.timeout(600_000);
  this.slow(60_000);

  it('harm nobody: no crash, stall, leak, reflection, nor difference to the genuine parsers', async () => {
    const { findings, played, unrepeated } = await fuzz({ cases: CASES, seed });
    for (const { kind, text } of unrepeated) console.log(`      seen once, and not again: ${kind}: ${text}`);
    assert.deepEqual(findings, []);
    assert.ok(!unrepeated.some(({ kind }) => kind === 'crash'));
    assert.ok(played > CASES / 4, `only ${played} were played`);
  });
});
