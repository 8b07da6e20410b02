/** JSON within bounds, and JSON for old browsers. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  disarm,
  isRecord,
  NOT_JSON,
  readJson,
  scriptJson,
  TOO_DEEP,
  Unreadable,
} from '../../lib/codec/json.js';

const nested = (depth: number, core = '') => '['.repeat(depth) + core + ']'.repeat(depth);

describe('codec/json', () => {
  describe('readJson', () => {
    it('reads every JSON text as JSON.parse does', () => {
      fc.assert(
        fc.property(fc.json({ maxDepth: 6 }), (text) => {
          assert.deepEqual(readJson(text, 1_000), JSON.parse(text));
        }),
      );
    });

    it('says that the rest is not JSON', () => {
      const texts = [
        '',
        ' ',
        'abc',
        '[',
        '["a"',
        '["a",}',
        '{]',
        '"\\"',
        '\u0000',
        '[1]x',
        'undefined',
        '[\ud800]',
      ];
      for (const text of texts) assert.equal(readJson(text, 10), NOT_JSON, JSON.stringify(text));
    });

    it('hands a lone surrogate on unchanged', () => {
      assert.deepEqual(readJson('["\\ud800"]', 10), ['\ud800']);
    });

    it('counts levels where there are many brackets, too', () => {
      const wide = `[${'[],'.repeat(5_000)}{"a":{"b":["[[[[","{{{{"]}}]`;
      assert.ok(Array.isArray(readJson(wide, 4)));
      assert.equal(readJson(wide, 3), TOO_DEEP);
    });

    it('takes the deepest allowed nesting and refuses one more level', () => {
      for (const depth of [1, 2, 3, 16, 512]) {
        assert.ok(Array.isArray(readJson(nested(depth), depth)), `${depth}`);
        assert.equal(readJson(nested(depth + 1), depth), TOO_DEEP, `${depth + 1}`);
      }
    });

    it('counts objects and arrays alike', () => {
      assert.deepEqual(readJson('{"a":[{"b":1}]}', 3), { a: [{ b: 1 }] });
      assert.equal(readJson('{"a":[{"b":[]}]}', 3), TOO_DEEP);
      assert.equal(readJson('[[],[],[[]],{"a":{"b":[]}}]', 3), TOO_DEEP);
    });

    it('counts levels, not brackets', () => {
      const many = JSON.stringify(Array.from({ length: 500 }, () => [{}]));
      assert.ok(Array.isArray(readJson(many, 3)));
    });

    it('does not take brackets in strings for levels', () => {
      const texts = ['[[[[[[', ']]]]{{{{{{', '\\"[[[[[[', '\\\\', 'a\\\\\\"[[[[[[', '"[[[[[[[["', '\\'];
      for (const text of texts) assert.deepEqual(readJson(JSON.stringify([text]), 1), [text]);
      assert.equal(readJson('["\\\\",[[]]]', 2), TOO_DEEP);
      assert.equal(readJson('["\\\\\\"",[[]]]', 2), TOO_DEEP);
    });

    it('agrees with a recursive count of levels', () => {
      const levels = (value: unknown): number =>
        typeof value === 'object' && value !== null
          ? 1 + Math.max(0, ...Object.values(value).map((child) => levels(child)))
          : 0;
      fc.assert(
        fc.property(fc.json({ maxDepth: 5, stringUnit: fc.constantFrom('[', '"', '\\', '}') }), (text) => {
          const depth = levels(JSON.parse(text));
          assert.notEqual(readJson(text, depth), TOO_DEEP);
          if (depth > 0) assert.equal(readJson(text, depth - 1), TOO_DEEP);
        }),
      );
    });

    it('is quick about hostile texts', () => {
      const started = performance.now();
      const size = 490_000;
      assert.equal(readJson(nested(size), 512), TOO_DEEP);
      assert.equal(readJson('['.repeat(2 * size), 512), TOO_DEEP);
      assert.equal(readJson(`["${'\\'.repeat(2 * size)}`, 512), NOT_JSON);
      assert.equal(readJson('"\\"'.repeat(size), 512), NOT_JSON);
      assert.ok(Array.isArray(readJson(`[${'"",'.repeat(300_000)}1]`, 512)));
      assert.ok(performance.now() - started < 5_000);
    });

    it('has a result that no JSON value can be', () => {
      assert.ok(!(readJson('{"why":"not JSON"}', 5) instanceof Unreadable));
    });
  });

  describe('disarm', () => {
    const merge = (target: Record<string, unknown>, source: object): Record<string, unknown> => {
      for (const [key, value] of Object.entries(source)) {
        const own = target[key];
        const isBranch = typeof value === 'object' && value !== null && own instanceof Object;
        if (isBranch) merge(own as Record<string, unknown>, value);
        else target[key] = value;
      }
      return target;
    };

    const traps = [
      '{"__proto__":{"polluted":1}}',
      '{"a":{"b":[{"__proto__":{"polluted":1}}]}}',
      '{"constructor":{"prototype":{"polluted":1}}}',
      '{"a":{"constructor":{"prototype":{"polluted":1}}}}',
      '{"\\u005f_proto__":{"polluted":1},"\\u0063onstructor":{"prototype":{"polluted":1}}}',
      '{"constructor":{"prototype":{"__proto__":{"polluted":1}}}}',
    ];
    for (const text of traps) {
      it(`leaves nothing in ${text} that a merge could fall for`, () => {
        const value = disarm(JSON.parse(text));
        assert.ok(!JSON.stringify(value).includes('polluted'));
        merge({ a: {} }, value);
        Object.assign({}, value);
        assert.equal('polluted' in {}, false);
      });
    }

    it('leaves all other keys alone', () => {
      const text = '{"token":"x","constructor":"F","prototype":{"a":1},"b":[{"constructor":{"name":"y"}}]}';
      assert.deepEqual(disarm(JSON.parse(text)), JSON.parse(text));
    });

    it('walks nesting that no recursion would survive', () => {
      const value = JSON.parse(nested(200_000, '{"__proto__":1}'));
      assert.equal(disarm(value), value);
    });
  });

  it('tells an object from everything else', () => {
    assert.ok(isRecord({}));
    for (const value of [[], null, 'x', 1, true, undefined]) assert.ok(!isRecord(value));
  });

  describe('scriptJson', () => {
    it('escapes the line separators', () => {
      assert.equal(scriptJson(['\u2028', { '\u2029': 1 }]), '["\\u2028",{"\\u2029":1}]');
    });

    it('escapes a slash behind a backslash, and no other', () => {
      assert.equal(scriptJson('</a>'), '"</a>"');
      assert.equal(scriptJson('\\/'), '"\\\\\\u002f"');
      assert.equal(scriptJson('\\\\//'), '"\\\\\\\\\\u002f/"');
    });

    it('means the same value, also after the client’s replacement of backslash-slash', () => {
      const text = fc.string({ unit: fc.constantFrom('\\', '/', '"', '\u2028', '\u2029', 'u', '0') });
      fc.assert(
        fc.property(fc.array(text), (value) => {
          const json = scriptJson(value);
          assert.deepEqual(JSON.parse(json), value);
          assert.deepEqual(JSON.parse(json.replace(/\\\//g, '/')), value);
          assert.ok(!/[\u2028\u2029]/.test(json));
        }),
      );
    });

    it('writes nothing for what JSON cannot say, and throws for a cycle', () => {
      assert.equal(scriptJson(undefined), '');
      const cycle: unknown[] = [];
      cycle.push(cycle);
      assert.throws(() => scriptJson(cycle), TypeError);
    });
  });
});
