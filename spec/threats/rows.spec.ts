/** Every row of the list of threats is a spec: here, or where what it threatens is at home. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const spec = fileURLToPath(new URL('..', import.meta.url));

/** All of them; the numbers between are not used. */
const ids = [
  ...[
    1, 2, 3, 5, 6, 7, 8, 9, 11, 12, 14, 15, 16, 18, 20, 22, 23, 24, 26, 27, 28, 30, 31, 33, 34, 35, 36, 37,
    39,
  ],
  ...[
    40, 41, 43, 44, 46, 47, 48, 50, 51, 54, 55, 56, 59, 60, 61, 63, 64, 65, 67, 68, 69, 72, 73, 75, 76, 78,
    79,
  ],
  ...[
    81, 83, 84, 86, 87, 88, 89, 91, 92, 93, 95, 97, 99, 100, 101, 102, 105, 106, 108, 109, 110, 113, 115, 116,
    118, 120,
  ],
].map((number) => `T${String(number).padStart(3, '0')}`);

/** Rows that other specs prove: where, and by what words they are found there. */
const elsewhere: Readonly<Record<string, readonly [file: string, words: string]>> = {
  T081: ['options.spec.ts', 'Set-Cookie: x=y'],
  T087: ['router/mounting.spec.ts', 'two ios on one server keep their clients apart'],
  T099: ['delivery/recovery.spec.ts', 'arrive once and in order wherever a client has recovered'],
  T100: ['walks/returning.ts', 'comes back after a cut, as somebody new'],
  T101: ['namespace/recovery.spec.ts', 'takes the place of the ghost that it has left'],
  T102: [
    'namespace/recovery.spec.ts',
    'recovers without having seen any event, from the start of its session',
  ],
  T105: ['delivery/resets.spec.ts', 'while a POST is half read'],
  T108: ['router/origins.spec.ts', 'keeps a stranger out, before a session exists and after'],
  T109: ['delivery/handover.spec.ts', 'lose nothing, get nothing twice, and everything in order, both ways'],
  T110: ['delivery/drain.spec.ts', 'waits no longer than it was told to'],
  T113: [
    'adapter/hosting.spec.ts',
    'fails at whatever it is told is an error for onError, and the server goes on',
  ],
};

describe('the rows of the list of threats', () => {
  const here = readdirSync(new URL('.', import.meta.url))
    .filter((file) => file.endsWith('.spec.ts') && file !== 'rows.spec.ts')
    .map((file) => readFileSync(new URL(file, import.meta.url), 'utf8'))
    .join('\n');

  it('are 82', () => assert.equal(new Set(ids).size, 82));

  for (const id of ids) {
    it(`${id} has its spec`, () => {
      const [file, words] = elsewhere[id] ?? [];
      if (file === undefined) return assert.ok(here.includes(id));
      assert.ok(readFileSync(`${spec}${file}`, 'utf8').includes(words ?? ''));
    });
  }
});
