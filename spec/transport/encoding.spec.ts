/** What a client prefers. */
import assert from 'node:assert/strict';
import { type Encoding, preferred } from '../../lib/transport/encoding.js';

const all = ['br', 'gzip', 'deflate'] as const;

describe('the encoding of an answer', () => {
  const rows: readonly (readonly [string | undefined, Encoding | undefined])[] = [
    [undefined, undefined],
    ['', undefined],
    ['gzip', 'gzip'],
    ['GZip', 'gzip'],
    ['gzip, deflate, br', 'gzip'],
    ['deflate, gzip', 'deflate'],
    ['deflate;q=0.5, gzip', 'gzip'],
    ['deflate ; q=0.5 , gzip ; q=0.4', 'deflate'],
    ['gzip;q=0', undefined],
    ['gzip;q=0, *', 'br'],
    ['*', 'br'],
    ['*;q=0', undefined],
    ['identity', undefined],
    ['identity;q=1, gzip;q=0.1', 'gzip'],
    ['gzip;q=x', undefined],
    ['gzip;q=', undefined],
    [',,gzip', 'gzip'],
    ['x-gzip', undefined],
    ['zstd, br;q=0.9', 'br'],
    ['__proto__', undefined],
  ];
  for (const [accepted, encoding] of rows) {
    it(`is ${encoding ?? 'none'} for ${JSON.stringify(accepted)}`, () => {
      assert.equal(preferred(accepted, all), encoding);
    });
  }

  it('is never one that is not offered', () => {
    assert.equal(preferred('br, gzip;q=0.1', ['gzip', 'deflate']), 'gzip');
    assert.equal(preferred('br', ['gzip', 'deflate']), undefined);
    assert.equal(preferred('br', []), undefined);
  });

  it('is found in a list of any length, in little time', () => {
    assert.equal(preferred(`${'a,'.repeat(50_000)}gzip`, all), 'gzip');
  });
});
