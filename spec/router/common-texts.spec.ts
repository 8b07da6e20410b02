/** What many clients say in the same words. */
import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { common, commonLines, shareTexts } from '../../lib/router/common-texts.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** A text that nobody else has: as long as that of a browser's name, and new bytes each time. */
const said = (text: string): string => Buffer.from(text.padEnd(200, '.')).toString('latin1');

/** How many bytes so many values weigh. */
function weight(count: number, made: () => unknown): number {
  const kept: unknown[] = new Array(count).fill(undefined);
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let index = 0; index < count; index += 1) kept[index] = made();
  collect();
  const after = process.memoryUsage().heapUsed;
  assert.equal(kept.length, count);
  return (after - before) / count;
}

describe('common texts', () => {
  const table = () => ({ 'user-agent': said('a browser'), accept: said('anything') });
  const shared = () => {
    const headers = table();
    shareTexts(headers);
    return headers;
  };

  it('weigh nothing from the second client on, though others come in between', () => {
    let others = 0;
    const amongOthers = () => {
      if (others++ % 10 === 0) common(said(`others, ${others}`));
      return shared();
    };
    const alone = weight(5_000, table);
    const together = weight(5_000, amongOthers);
    assert.ok(alone > 400 && together < 150, `${alone} bytes each, and ${together}`);
  });

  it('stand in one list for all who say the same, and nothing of their own', () => {
    const lines = (...others: string[]) => commonLines(['Host', said('here'), 'Accept', '*/*', ...others]);
    assert.equal(lines(), lines());
    assert.notEqual(lines('Cookie', 'a=1'), lines('Cookie', 'a=1'));
    assert.deepEqual(lines('Cookie', 'a=1'), ['Host', said('here'), 'Accept', '*/*', 'Cookie', 'a=1']);
    assert.notDeepEqual(lines('X-One', '1'), lines('X-One', '2'));
  });

  it('are not kept as a list that is long', () => {
    assert.equal(commonLines(['Host', 'here', 'Cookie', 'a'.repeat(5_000)]), undefined);
  });

  it('are bounded: those of strangers are forgotten', () => {
    let strangers = 0;
    const each = weight(20_000, () => {
      common(said(`stranger ${strangers++}`));
      return undefined;
    });
    assert.ok(each < 20, `${each} bytes of each stranger`);
  });

  it('change nothing that is said', () => {
    const headers = {
      cookie: 'a=1',
      host: 'here',
      'x-long': 'x'.repeat(10_000),
      'set-cookie': ['a', 'b'],
      none: undefined,
    };
    const before = structuredClone(headers);
    shareTexts(headers);
    shareTexts(headers);
    assert.deepEqual(headers, before);
  });
});
