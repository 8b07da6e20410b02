/** Binary messages as text. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readBase64 } from '../../lib/codec/base64.js';

describe('codec/base64', () => {
  it('reads what Node writes, with padding and without', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const text = Buffer.from(bytes).toString('base64');
        assert.deepEqual(readBase64(text), Buffer.from(bytes));
        assert.deepEqual(readBase64(text.replaceAll('=', '')), Buffer.from(bytes));
      }),
    );
  });

  for (const text of [
    'A',
    'AAAAA',
    '=',
    '==',
    'AQ=',
    'A===',
    'AQ==AQ==',
    'AQ=A',
    '!',
    'AQI-',
    'AQI_',
    'AQ ID',
    'AQID\n',
    'é',
    'AQIDBA===',
  ]) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.equal(readBase64(text), undefined);
    });
  }

  it('reads and refuses a megabyte at once', () => {
    const text = 'AQID'.repeat(250_000);
    assert.equal(readBase64(text)?.length, 750_000);
    assert.equal(readBase64(`${text}!`), undefined);
    assert.equal(readBase64('='.repeat(1_000_000)), undefined);
  });
});
