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
  TOO_MANY,
  Unreadable,
} from '../../lib/codec/json.js';

/** Any number of values; or any number of levels. */
const read = (text: string, maxDepth: number): unknown =>
  readJson(text, { maxDepth, maxValues: Number.MAX_SAFE_INTEGER });
const readSome = (text: string, maxValues: number): unknown => readJson(text, { maxDepth: 4_000, maxValues });

const nested = (depth: number, core = '') => '['.repeat(depth) + core + ']'.repeat(depth);

describe('codec/json', () => {
  describe('readJson', () => {
    it('reads every JSON text as JSON.parse does', () => {
      fc.assert(
        fc.property(fc.json({ maxDepth: 6 }), (text) => {
          assert.deepEqual(read(text, 1_000), JSON.parse(text));
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
      for (const text of texts) assert.equal(read(text, 10), NOT_JSON, JSON.stringify(text));
    });

    it('hands a lone surrogate on unchanged', () => {
      assert.deepEqual(read('["\\ud800"]', 10), ['\ud800']);
    });

    it('counts levels where there are many brackets, too', () => {
      const wide = `[${'[],'.repeat(5_000)}{"a":{"b":["[[[[","{{{{"]}}]`;
      assert.ok(Array.isArray(read(wide, 4)));
      assert.equal(read(wide, 3), TOO_DEEP);
    });

    it('takes the deepest allowed nesting and refuses one more level', () => {
      for (const depth of [1, 2, 3, 16, 512]) {
        assert.ok(Array.isArray(read(nested(depth), depth)), `${depth}`);
        assert.equal(read(nested(depth + 1), depth), TOO_DEEP, `${depth + 1}`);
      }
    });

    it('counts objects and arrays alike', () => {
      assert.deepEqual(read('{"a":[{"b":1}]}', 3), { a: [{ b: 1 }] });
      assert.equal(read('{"a":[{"b":[]}]}', 3), TOO_DEEP);
      assert.equal(read('[[],[],[[]],{"a":{"b":[]}}]', 3), TOO_DEEP);
    });

    it('counts levels, not brackets', () => {
      const many = JSON.stringify(Array.from({ length: 500 }, () => [{}]));
      assert.ok(Array.isArray(read(many, 3)));
    });

    it('does not take brackets in strings for levels', () => {
      const texts = ['[[[[[[', ']]]]{{{{{{', '\\"[[[[[[', '\\\\', 'a\\\\\\"[[[[[[', '"[[[[[[[["', '\\'];
      for (const text of texts) assert.deepEqual(read(JSON.stringify([text]), 1), [text]);
      assert.equal(read('["\\\\",[[]]]', 2), TOO_DEEP);
      assert.equal(read('["\\\\\\"",[[]]]', 2), TOO_DEEP);
    });

    it('agrees with a recursive count of levels', () => {
      const levels = (value: unknown): number =>
        typeof value === 'object' && value !== null
          ? 1 + Math.max(0, ...Object.values(value).map((child) => levels(child)))
          : 0;
      fc.assert(
        fc.property(fc.json({ maxDepth: 5, stringUnit: fc.constantFrom('[', '"', '\\', '}') }), (text) => {
          const depth = levels(JSON.parse(text));
          assert.notEqual(read(text, depth), TOO_DEEP);
          if (depth > 0) assert.equal(read(text, depth - 1), TOO_DEEP);
        }),
      );
    });

    it('is quick about hostile texts', () => {
      const started = performance.now();
      const size = 490_000;
      assert.equal(read(nested(size), 512), TOO_DEEP);
      assert.equal(read('['.repeat(2 * size), 512), TOO_DEEP);
      assert.equal(read(`["${'\\'.repeat(2 * size)}`, 512), NOT_JSON);
      assert.equal(read('"\\"'.repeat(size), 512), NOT_JSON);
      assert.ok(Array.isArray(read(`[${'"",'.repeat(300_000)}1]`, 512)));
      assert.ok(performance.now() - started < 5_000);
    });

    it('has a result that no JSON value can be', () => {
      assert.ok(!(read('{"why":"not JSON"}', 5) instanceof Unreadable));
    });
  });

  describe('readJson, of many values', () => {
    /** The least `maxValues` with which it is read. */
    const weightOf = (text: string): number => {
      let weight = 1;
      while (readSome(text, weight) === TOO_MANY) weight += 1;
      return weight;
    };
    const list = (count: number, item: (index: number) => string): string =>
      `[${Array.from({ length: count }, (_, index) => item(index)).join()}]`;
    const name = (index: number): string => `k${index.toString(36)}`;

    it('counts objects and lists as one, new names as four', () => {
      assert.equal(weightOf(list(10, () => '{}')), 11);
      assert.equal(weightOf(list(10, () => '[[]]')), 21);
      assert.equal(weightOf(nested(30)), 30);
      assert.equal(weightOf(list(10, () => '{"a":1}')), 15);
      assert.equal(weightOf(list(10, (index) => `{"${name(index)}":1}`)), 51);
      assert.equal(weightOf(`{${list(10, (index) => `"${name(index)}":1`).slice(1, -1)}}`), 41);
    });

    it('counts a name anew where it stands behind other names', () => {
      const twice = '{"a":1,"b":1},{"a":2,"b":2}';
      assert.equal(weightOf(`[${twice}]`), 11);
      assert.equal(weightOf(`[${twice},{"b":1,"a":1}]`), 20);
      assert.equal(weightOf('[{"a":{"b":1},"c":1},{"a":{"b":1},"c":1}]'), 17);
      assert.equal(weightOf('[{"ab":1},{"a":1,"b":1}]'), 15);
    });

    it('counts a list more for objects with numbers among their names', () => {
      assert.equal(weightOf(list(10, () => '{"9":1}')), 31);
      assert.equal(weightOf(list(10, () => '{"\\u0039":1}')), 25);
      assert.equal(weightOf(list(10, () => '{"9":1,"10":1,"a":1,"11":1}')), 55);
      // No places in a list: a zero before others, and what may be too large for one.
      for (const long of ['09', '9876543210', '9a'])
        assert.equal(weightOf(list(10, () => `{"${long}":1}`)), 25);
    });

    it('takes nothing in strings for one, and white space before a colon', () => {
      assert.equal(weightOf(list(10, () => '"{[,\\":{\\\\"')), 1);
      assert.equal(weightOf(list(10, (index) => `"${name(index)}"`)), 1);
      assert.equal(weightOf(list(10, (index) => `{"${name(index)}" \n\r\t: 1}`)), 51);
    });

    it('sees what is as dense as can be', () => {
      // An object and a name in six characters.
      const dense = (depth: number): string =>
        `${Array.from({ length: depth }, (_, index) => `{"${String.fromCharCode(0x100 + index)}":`).join('')}0${'}'.repeat(depth)}`;
      for (const depth of [1, 2, 10, 100]) {
        assert.ok(!(readSome(dense(depth), 5 * depth) instanceof Unreadable));
        // Of a hundred names, two may be taken for the same.
        assert.equal(readSome(dense(depth), depth < 100 ? 5 * depth - 1 : 480), TOO_MANY);
      }
    });

    it('reads every JSON text as JSON.parse does, up to a count of its own', () => {
      const weigh = (value: unknown): number =>
        typeof value === 'object' && value !== null
          ? 1 + Object.values(value).reduce((sum: number, child) => sum + weigh(child), 0)
          : 0;
      fc.assert(
        fc.property(
          fc.json({ maxDepth: 5, stringUnit: fc.constantFrom('[', '"', '\\', '}', ':') }),
          (text) => {
            const value: unknown = JSON.parse(text);
            const names = text.split(':').length - 1;
            assert.deepEqual(readSome(text, weigh(value) + 5 * names + 1), value);
            if (weigh(value) > 1) assert.equal(readSome(text, weigh(value) - 1), TOO_MANY);
          },
        ),
      );
    });

    it('says that it is too deep where it is that first', () => {
      assert.equal(readJson(nested(50), { maxDepth: 10, maxValues: 20 }), TOO_DEEP);
      assert.equal(readJson(nested(50), { maxDepth: 20, maxValues: 10 }), TOO_MANY);
    });

    it('takes a lawful megabyte, and none that would hold up others, with the default', () => {
      const most = 200_000;
      const lawful: Record<string, string> = {
        records: list(20_000, (index) => `{"id":${index},"name":"n${index}","at":"2026-11-28"}`),
        points: list(110_000, () => '[123,45]'),
        'small records': list(124_000, () => '{"a":1}'),
        'a table by uuid': `{${Array.from({ length: 23_000 }, () => `"${crypto.randomUUID()}":{}`).join()}}`,
        'a text': `["${'x'.repeat(990_000)}"]`,
      };
      for (const [what, text] of Object.entries(lawful))
        assert.ok(!(readSome(text, most) instanceof Unreadable), what);
      const letters = [...'abcdefghijklmnopqrstuvwxyz'];
      const orders = (index: number): string =>
        `{"${letters[index % 26]}":1,"${letters[((index / 26) | 0) % 26]}0":1,"${letters[((index / 676) | 0) % 26]}00":1,"${letters[((index / 17_576) | 0) % 26]}000":1}`;
      const unlawful: Record<string, string> = {
        'empty objects': list(300_000, () => '{}'),
        'nested lists': list(1_000, () => nested(499)),
        'names of which each is another': list(80_000, (index) => `{"${name(index)}":1}`),
        'few names in many orders': list(28_000, orders),
      };
      for (const [what, text] of Object.entries(unlawful)) assert.equal(readSome(text, most), TOO_MANY, what);
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
