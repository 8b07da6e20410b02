import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { readPlan, seedOf, wholeNumber } from './plan.js';

const main = fileURLToPath(new URL('main.ts', import.meta.url));

describe('the plan of a run', () => {
  it('has what was typed, or a hundred thousand cases of a fresh seed', () => {
    assert.deepEqual(readPlan(['--cases', '20000', '--seed', '0'], 5), { cases: 20_000, seed: 0 });
    assert.deepEqual(readPlan([], 5), { cases: 100_000, seed: 5 });
    assert.equal(readPlan(['--seed', '4294967295'], 5).seed, 0xffff_ffff);
  });

  for (const text of [
    'abc',
    '9f0f0',
    '',
    ' 1',
    '1.5',
    '1e3',
    '0x10',
    '-1',
    '+1',
    'NaN',
    'Infinity',
    '4294967296',
  ])
    it(`refuses ${JSON.stringify(text)} as a seed and as a number of cases`, () => {
      assert.throws(() => readPlan([`--seed=${text}`], 5), /^RangeError: --seed takes a whole number/);
      assert.throws(() => readPlan([`--cases=${text}`], 5), /^RangeError: --cases takes a whole number/);
      assert.throws(() => seedOf(text), /^RangeError: FUZZ_SEED takes a whole number/);
    });

  it('refuses no cases, and options that it does not know', () => {
    assert.throws(() => readPlan(['--cases', '0'], 5), /from 1 to 4294967295, not "0"/);
    assert.throws(() => readPlan(['--case', '7'], 5), /--case/);
    assert.equal(wholeNumber('--seed', '0'), 0);
  });

  it('ends the program with status 2 where it is refused: 1 is for faults of the library', () => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--import', 'tsx', main, '--cases', 'abc', '--seed', '1'],
      { encoding: 'utf8' },
    );
    assert.deepEqual(
      { status, stdout, stderr },
      { status: 2, stdout: '', stderr: '--cases takes a whole number from 1 to 4294967295, not "abc"\n' },
    );
  });
});
