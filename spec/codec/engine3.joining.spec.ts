/** What a CONNECT of the clients 1.x and 2.x means: a namespace, and a query behind it. */
import assert from 'node:assert/strict';
import type { Decoded } from '../../lib/codec/codec.js';
import { engine3 } from '../../lib/codec/engine3.js';
import { PacketType } from '../../lib/packet.js';
import { decodeLast, limits, verdict } from './limits.js';

const { CONNECT, EVENT } = PacketType;

describe('codec/engine3 joining', () => {
  const joins = (nsp: string, data?: Record<string, unknown>): Decoded =>
    data ? { type: CONNECT, nsp, data } : { type: CONNECT, nsp };
  const table: [string, string, Decoded][] = [
    ['the root, which whoever has left it may join again', '40', joins('/')],
    ['the root by name', '40/,', joins('/')],
    ['the root with a query', '40/?token=abc,', joins('/', { token: 'abc' })],
    ['the root with credentials', '40{"token":"x"}', joins('/')],
    ['132 a namespace with a query', '40/custom?token=abc,', joins('/custom', { token: 'abc' })],
    ['the same as 1.x writes it', '40/custom?token=abc', joins('/custom', { token: 'abc' })],
    ['133 a namespace without comma', '40/custom', joins('/custom')],
    ['a namespace', '40/custom,', joins('/custom')],
    ['an empty query', '40/custom?,', joins('/custom')],
    ['a namespace with credentials', '40/custom,{"token":"x"}', joins('/custom')],
    ['a query and credentials', '40/custom?a=b,{"a":"x"}', joins('/custom', { a: 'b' })],
    ['JSON that is no credentials', '40/custom,[]', joins('/custom')],
    ['escapes in a query', '40/c?a%26=b%2Cc+d&%C3%A9=%E2%82%AC,', joins('/c', { 'a&': 'b,c d', é: '€' })],
    ['broken escapes', '40/c?%=%zz&&=&a,', joins('/c', { '%': '%zz', '': '', a: '' })],
    ['a key named twice', '40/c?a=1&a=2,', joins('/c', { a: '2' })],
    ['a fragment', '40/c?a=b#d?e,', joins('/c', { a: 'b' })],
    ['a fragment alone', '40/c#d,', joins('/c')],
    ['a second question mark', '40/c?a=b?c,', joins('/c', { a: 'b?c' })],
    ['a query that would pollute', '40/c?__proto__=1&constructor=2,', joins('/c', { constructor: '2' })],
    ['a query that would do nothing else', '40/c?__proto__=1,', joins('/c')],
    ['a name that is not ASCII', '40/é€', joins('/é€')],
  ];
  for (const [name, frame, expected] of table) {
    it(`reads ${name}: ${frame}`, () => assert.deepEqual(decodeLast(engine3, [frame]), expected));
  }

  it('refuses what is not JSON behind the address', () => {
    for (const frame of ['40x', '40custom', '40/c,x', '40/c?a=1,2,3', '40/c,{"a"', '40{']) {
      assert.equal(verdict(decodeLast(engine3, [frame])), 'malformed socket', frame);
    }
  });

  it('takes a name as long as allowed whatever its query, and no longer', () => {
    const name = `/${'n'.repeat(limits.maxNamespaceLength - 1)}`;
    const query = `?token=${'x'.repeat(limits.maxNamespaceLength * 2)}`;
    assert.equal(verdict(decodeLast(engine3, [`40${name}${query},`])), '0');
    assert.equal(verdict(decodeLast(engine3, [`40${name}n${query},`])), 'malformed socket');
    assert.equal(verdict(decodeLast(engine3, [`40${name}n,`])), 'malformed socket');
    assert.equal(verdict(decodeLast(engine3, [`42${name}n,["m"]`])), 'malformed socket');
  });

  it('takes a query as long as a URL, and no longer', () => {
    assert.equal(verdict(decodeLast(engine3, [`40/c?${'a'.repeat(16_383)},`])), '0');
    assert.equal(verdict(decodeLast(engine3, [`40/c?${'a'.repeat(16_384)},`])), 'malformed socket');
  });

  it('leaves the query of other packets alone', () => {
    assert.deepEqual(decodeLast(engine3, ['42/c?a=b,["m"]']), { type: EVENT, nsp: '/c?a=b', data: ['m'] });
  });
});
