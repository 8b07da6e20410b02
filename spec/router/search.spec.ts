/** A parameter that is looked up alone is what it is among all. */
import assert from 'node:assert/strict';
import { parse } from 'node:querystring';
import fc from 'fast-check';
import { B64, EIO, J, Search, SID, TRANSPORT } from '../../lib/router/search.js';

const names = [EIO, TRANSPORT, SID, J, B64];

function agrees(text: string): void {
  const all = parse(text);
  for (const name of names)
    assert.deepEqual(new Search(text).value(name), all[name.text], `${name.text} in ${text}`);
  assert.deepEqual(new Search(text).all, all);
}

describe('the query of a request', () => {
  const usual = [
    '',
    'EIO=4&transport=polling&t=P1x9&sid=aBc-_9',
    'who=anna&EIO=4&transport=polling&sid=aBc-_9&t=jsid',
    'EIO=3&transport=polling&j=0&b64=1',
    'sid&EIO=4',
    'sid=&EIO=4',
    'sid=a&sid=b',
    'sid[]=a&EIO[]=4',
    'sidx=1&sid=2',
    'xsid=1&ysid=2',
    'sid=1&sidx=2',
    's%69d=1&sid=2',
    'sid=a%20b',
    'sid=a+b',
    'j&j=1',
    '&&sid=1&',
    'sid==1',
    '=&=sid',
  ];
  for (const text of usual) it(`"${text}"`, () => agrees(text));

  it('of any other kind', () => {
    const part = fc.constantFrom(
      'EIO',
      'transport',
      'sid',
      'j',
      'b64',
      't',
      '=',
      '&',
      '4',
      '%',
      '+',
      '%73',
      '?',
      'é',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 14 }), (parts) => agrees(parts.join(''))),
      { numRuns: 2_000 },
    );
  });

  it('leads nobody astray who merges it into something of his own', () => {
    for (const name of ['__proto__', '%5f%5fproto__', '__proto__=a&__proto__'])
      assert.deepEqual(Object.keys(new Search(`a=1&${name}=b&constructor=d`).all), ['a', 'constructor']);
  });
});
