/** MessagePack that is looked at before a parser reads it. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import fc from 'fast-check';
import { grammarOf } from '../../lib/codec/custom.js';
import { engine4 } from '../../lib/codec/engine4.js';
import { flawIn, isContainer } from '../../lib/codec/message-pack.js';
import type { Parser } from '../../lib/options.js';
import { limits } from './limits.js';

const require = createRequire(import.meta.url);
const msgpack = require('socket.io-msgpack-parser') as Parser;
const { encode } = createRequire(require.resolve('socket.io-msgpack-parser'))('notepack.io') as {
  encode(value: unknown): Buffer;
};

describe('MessagePack', () => {
  it('is one value, whatever a client has packed', () => {
    const binary = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
    const leaf = fc.oneof(
      ...[fc.string({ maxLength: 300 }), fc.double({ noNaN: true }), fc.maxSafeInteger(), fc.boolean()],
      ...[fc.constant(null), fc.constant(undefined), binary, fc.constant(new Date(1))],
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.array(tie('value')),
        fc.dictionary(fc.string(), tie('value')),
      ),
    }));
    fc.assert(
      fc.property(value, (one) => {
        const bytes = encode(one);
        assert.equal(flawIn(bytes, 10), undefined);
        assert.equal(flawIn(Buffer.concat([bytes, Buffer.of(0)]), 10), 'no single value');
        assert.equal(flawIn(bytes.subarray(0, -1), 10), 'no single value');
      }),
    );
  });

  it('has long lists, tables and texts', () => {
    for (const length of [15, 16, 65_535, 65_536]) {
      assert.equal(flawIn(encode(Array.from({ length }, () => 1)), 1), undefined);
      const table = Object.fromEntries(Array.from({ length }, (_, index) => [index, index]));
      assert.equal(flawIn(encode(table), 1), undefined);
      assert.equal(flawIn(encode('x'.repeat(length)), 0), undefined);
    }
  });

  it('is as deep as its lists and tables, empty ones too', () => {
    const bytes = encode([{ a: [[]] }]);
    assert.equal(flawIn(bytes, 4), undefined);
    assert.equal(flawIn(bytes, 3), 'too deep');
  });

  it('announces no more than there is, at all levels together', () => {
    const list = Buffer.of(0xdc, 0, 9);
    const bytes = Buffer.concat([list, list, Buffer.alloc(16)]);
    assert.equal(flawIn(bytes.subarray(3), 10), 'no single value');
    assert.equal(flawIn(bytes, 10), 'no single value');
    assert.equal(flawIn(Buffer.concat([bytes, Buffer.of(0)]), 10), undefined);
    assert.equal(flawIn(Buffer.of(0xc1), 10), 'no single value');
    assert.equal(flawIn(Buffer.alloc(0), 10), 'no single value');
  });

  it('is a packet only as a list or a table', () => {
    assert.ok(isContainer(encode({})) && isContainer(encode([])));
    assert.ok(!isContainer(encode('a')) && !isContainer(encode(1)) && !isContainer(Buffer.alloc(0)));
  });

  it('never makes the parser take memory for what is not there', () => {
    const decoder = engine4.speaking?.(grammarOf(msgpack)).decoder(limits);
    // Unseen, a list of 32 million takes 256 MB; a hundred of them, one in the other, end the process.
    const before = process.memoryUsage().heapUsed;
    const decoded = decoder?.decode(Buffer.of(0x92, 0x01, 0xdd, 0x01, 0xff, 0xff, 0xff));
    assert.equal(decoded?.type, 'malformed');
    assert.ok(process.memoryUsage().heapUsed - before < 100_000_000);
  });
});
