/** Binary data out of JSON and back. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { attach as attachWithin, detach, substituteBinary } from '../../lib/codec/attachments.js';
import { limits } from './limits.js';

const bytes = Buffer.from([1, 2, 3]);
const hole = (num: number) => ({ _placeholder: true, num });

/** Why not, or `undefined`. */
const attach = (data: unknown[], attachments: readonly Buffer[], some: Partial<typeof limits> = {}) =>
  attachWithin(data, attachments, { ...limits, ...some })?.why;
const nowhere = 'a placeholder without attachment';

/** As it would be written: copies have no prototype, which is nobody's business. */
const written = (data: unknown) => JSON.parse(JSON.stringify(detach(data).data));

describe('codec/attachments', () => {
  describe('detach', () => {
    it('returns the very same value when nothing in it is binary', () => {
      const data = ['name', { a: [1, { b: null }], c: new Date(0), d: new Map([[1, bytes]]) }, undefined];
      const { data: same, attachments } = detach(data);
      assert.equal(same, data);
      assert.deepEqual(attachments, []);
    });

    it('leaves the caller’s value as it was', () => {
      const inner = { bytes, list: [bytes] };
      const data = ['name', inner];
      detach(data);
      assert.deepEqual(data, ['name', { bytes, list: [bytes] }]);
      assert.equal(data[1], inner);
    });

    it('numbers placeholders in the order in which JSON is written', () => {
      const other = Buffer.from([9]);
      const data = ['name', { b: bytes, a: [other, { deep: bytes }] }, other];
      assert.deepEqual(written(data), ['name', { b: hole(0), a: [hole(1), { deep: hole(2) }] }, hole(3)]);
      assert.deepEqual(detach(data).attachments, [bytes, other, bytes, other]);
    });

    it('copies only the branches that hold binary data', () => {
      const plain = { big: [1, 2, 3] };
      const { data } = detach([{ plain, bytes }]);
      assert.equal((data as { plain: unknown }[])[0]?.plain, plain);
    });

    const kinds: [string, unknown][] = [
      ['Buffer', Buffer.from([0, 1, 2, 3]).subarray(1)],
      ['ArrayBuffer', new Uint8Array([1, 2, 3]).buffer],
      ['Uint8Array on a part of its memory', new Uint8Array([0, 1, 2, 3, 4]).subarray(1, 4)],
      ['DataView on a part of its memory', new DataView(new Uint8Array([0, 1, 2, 3]).buffer, 1)],
      ['typed array over shared memory', new Uint8Array(new SharedArrayBuffer(3)).fill(7)],
    ];
    for (const [kind, value] of kinds) {
      it(`takes a ${kind} for what it holds`, () => {
        const [attachment] = detach([value]).attachments;
        const expected = kind.includes('shared') ? Buffer.from([7, 7, 7]) : bytes;
        assert.deepEqual(attachment, expected);
      });
    }

    it('takes wider elements as their bytes', () => {
      const wide = new Uint16Array([0x0201, 0x0403]);
      assert.deepEqual(detach([wide]).attachments, [Buffer.from(wide.buffer)]);
    });

    it('shares memory instead of copying it', () => {
      assert.equal(detach([bytes]).attachments[0], bytes);
      const view = new Uint8Array(4);
      assert.equal(detach([view]).attachments[0]?.buffer, view.buffer);
    });

    it('keeps an empty attachment', () => {
      assert.deepEqual(detach([Buffer.alloc(0)]).attachments, [Buffer.alloc(0)]);
    });

    it('asks toJSON before it looks inside', () => {
      const user = { secret: bytes, toJSON: () => ({ name: 'u', picture: bytes }) };
      assert.deepEqual(written([user]), [{ name: 'u', picture: hole(0) }]);
      assert.equal(detach([user]).attachments.length, 1);
    });

    it('asks toJSON once: not the result’s own', () => {
      const again = { bytes, toJSON: () => assert.fail('asked twice') };
      assert.deepEqual(written([{ toJSON: () => again }]), [{ bytes: hole(0) }]);
    });

    it('takes a toJSON that returns binary data, an array or a primitive', () => {
      assert.deepEqual(written([{ toJSON: () => bytes }]), [hole(0)]);
      assert.deepEqual(written([{ toJSON: () => [bytes] }]), [[hole(0)]]);
      assert.deepEqual(written([{ toJSON: () => 'text' }, bytes]), ['text', hole(0)]);
      assert.deepEqual(written([{ toJSON: () => null }, bytes]), [null, hole(0)]);
    });

    it('leaves dates and boxed values to JSON even beside binary data', () => {
      assert.deepEqual(written([new Date(0), Object('s'), Object(1), bytes]), [
        '1970-01-01T00:00:00.000Z',
        's',
        1,
        hole(0),
      ]);
    });

    it('writes an own key __proto__ beside binary data as the key that it is', () => {
      const data = JSON.parse('{"__proto__":{"x":1}}');
      data.bytes = bytes;
      const { data: copy } = detach(data);
      assert.equal(JSON.stringify(copy), '{"__proto__":{"x":1},"bytes":{"_placeholder":true,"num":0}}');
    });

    it('throws at the caller for a cycle, with and without binary data in it', () => {
      const plain: unknown[] = [];
      plain.push(plain);
      const mixed: Record<string, unknown> = { bytes };
      mixed.self = mixed;
      const endless = { toJSON: (): unknown => [endless] };
      for (const cycle of [plain, mixed, endless]) assert.throws(() => detach(cycle), RangeError);
    });

    it('substitutes what the codec likes', () => {
      const data = substituteBinary({ a: bytes }, (found) => found.toString('hex'));
      assert.equal(JSON.stringify(data), '{"a":"010203"}');
    });
  });

  describe('attach', () => {
    it('puts attachments where the placeholders are', () => {
      const data = [hole(1), { deep: [hole(0)] }, 'text', null];
      assert.equal(attach(data, [bytes, Buffer.from('b')]), undefined);
      assert.deepEqual(data, [Buffer.from('b'), { deep: [bytes] }, 'text', null]);
    });

    it('takes one attachment named twice, and one named nowhere', () => {
      const data: unknown[] = [hole(0), hole(0)];
      assert.equal(attach(data, [bytes, bytes]), undefined);
      assert.equal(data[0], data[1]);
      assert.equal(attach(['text'], [bytes]), undefined);
    });

    it('takes as many placeholders as attachments may be, however small these are', () => {
      for (const one of [bytes, Buffer.alloc(0)]) {
        const naming = (count: number) => [Array.from({ length: count }, () => hole(0))];
        assert.equal(attach(naming(10), [one]), undefined);
        assert.match(String(attach(naming(11), [one])), /maxAttachments/);
        assert.match(String(attach(naming(300_000), [one])), /maxAttachments/);
      }
    });

    it('takes as many bytes by all placeholders together as a packet may have', () => {
      const naming = () => [hole(0), { again: hole(0) }, [hole(1)]];
      assert.equal(attach(naming(), [bytes, bytes], { maxPayload: 9 }), undefined);
      assert.match(String(attach(naming(), [bytes, bytes], { maxPayload: 8 })), /maxHttpBufferSize/);
    });

    for (const num of [1, -1, 0.5, 1e9, '0', 'splice', 'length', null, true, {}, undefined]) {
      it(`refuses the placeholder number ${JSON.stringify(num)} of one attachment`, () => {
        assert.equal(attach([{ _placeholder: true, num }], [bytes]), nowhere);
        assert.equal(attach([[{ a: { _placeholder: true, num } }]], [bytes]), nowhere);
      });
    }

    it('takes only the literal true for the mark of a placeholder', () => {
      for (const mark of [1, 'true', {}, false]) {
        const data = [{ _placeholder: mark, num: 7 }];
        assert.equal(attach(data, []), undefined);
        assert.deepEqual(data, [{ _placeholder: mark, num: 7 }]);
      }
    });

    it('never touches a prototype', () => {
      const data = JSON.parse('[{"__proto__":{"_placeholder":true,"num":0}}]');
      assert.equal(attach(data, [bytes]), undefined);
      assert.equal(Object.getPrototypeOf(data[0]), Object.prototype);
      assert.deepEqual(Object.getOwnPropertyDescriptor(data[0], '__proto__')?.value, bytes);
    });

    it('walks nesting that no recursion would survive', () => {
      const depth = 200_000;
      const data = JSON.parse(`${'['.repeat(depth)}{"_placeholder":true,"num":3}${']'.repeat(depth)}`);
      assert.equal(attach(data, [bytes]), nowhere);
    });
  });

  it('gives back any data that it took apart', () => {
    const leaf = fc.oneof(
      fc.jsonValue({ maxDepth: 2 }),
      fc.uint8Array({ maxLength: 8 }).map((some) => Buffer.from(some)),
    );
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.array(tie('tree'), { maxLength: 4 }),
        fc.dictionary(fc.string({ maxLength: 5 }), tie('tree'), { maxKeys: 4, noNullPrototype: true }),
      ),
    }));
    fc.assert(
      fc.property(fc.array(tree, { maxLength: 4 }), (data) => {
        const taken = detach(data);
        const read = JSON.parse(JSON.stringify(taken.data));
        assert.equal(
          attach(read, taken.attachments, { maxAttachments: taken.attachments.length }),
          undefined,
        );
        // `-0` is written as `0`.
        assert.deepEqual(JSON.stringify(read), JSON.stringify(data));
      }),
    );
  });
});
