import assert from 'node:assert/strict';
import { harmIn, trapIn } from './harm.js';

describe('poison', () => {
  it('is seen as a key, at any depth', () => {
    for (const text of ['{"__proto__":1}', '{"a":[0,{"__proto__":{}}]}'])
      assert.equal(trapIn(JSON.parse(text)), '__proto__');
    assert.equal(trapIn({ a: { constructor: { prototype: {} } } }), 'constructor.prototype');
  });

  it('is not seen where there is none', () => {
    for (const value of [undefined, 'x', {}, { constructor: 'x' }, Object.create(null), [Buffer.of(1)]])
      assert.equal(trapIn(value), undefined);
  });

  it('is seen in what it has done', () => {
    assert.equal(harmIn(JSON.parse('[{"__proto__":{"a":1}}]')), undefined);
    assert.equal(harmIn([Object.create({ a: 1 })]), 'an object has another prototype');
    Object.assign(Object.prototype, { isAdmin: true });
    try {
      assert.equal(harmIn([]), 'Object.prototype has other keys');
    } finally {
      Reflect.deleteProperty(Object.prototype, 'isAdmin');
    }
  });
});
