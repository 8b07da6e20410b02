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

/** Of any number of values; or of any number of levels. */
const flaw = (bytes: Buffer, maxDepth: number) =>
  flawIn(bytes, { maxDepth, maxValues: Number.MAX_SAFE_INTEGER });
const isTooMuch = (bytes: Buffer, maxValues: number): boolean =>
  flawIn(bytes, { maxDepth: 4_000, maxValues }) === 'too many values';

/** The least `maxValues` with which it is let in. */
function weightOf(bytes: Buffer): number {
  let weight = 1;
  while (isTooMuch(bytes, weight)) weight += 1;
  return weight;
}

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
        assert.equal(flaw(bytes, 10), undefined);
        assert.equal(flaw(Buffer.concat([bytes, Buffer.of(0)]), 10), 'no single value');
        assert.equal(flaw(bytes.subarray(0, -1), 10), 'no single value');
      }),
    );
  });

  it('has long lists, tables and texts', () => {
    for (const length of [15, 16, 65_535, 65_536]) {
      assert.equal(flaw(encode(Array.from({ length }, () => 1)), 1), undefined);
      const table = Object.fromEntries(Array.from({ length }, (_, index) => [index, index]));
      assert.equal(flaw(encode(table), 1), undefined);
      assert.equal(flaw(encode('x'.repeat(length)), 0), undefined);
    }
  });

  it('is as deep as its lists and tables, empty ones too', () => {
    const bytes = encode([{ a: [[]] }]);
    assert.equal(flaw(bytes, 4), undefined);
    assert.equal(flaw(bytes, 3), 'too deep');
  });

  it('announces no more than there is, at all levels together', () => {
    const list = Buffer.of(0xdc, 0, 9);
    const bytes = Buffer.concat([list, list, Buffer.alloc(16)]);
    assert.equal(flaw(bytes.subarray(3), 10), 'no single value');
    assert.equal(flaw(bytes, 10), 'no single value');
    assert.equal(flaw(Buffer.concat([bytes, Buffer.of(0)]), 10), undefined);
    assert.equal(flaw(Buffer.of(0xc1), 10), 'no single value');
    assert.equal(flaw(Buffer.alloc(0), 10), 'no single value');
  });

  it('counts what becomes an object as one, new names as four', () => {
    const list = (item: (index: number) => unknown) =>
      encode(Array.from({ length: 10 }, (_, index) => item(index)));
    assert.equal(weightOf(list(() => ({}))), 11);
    assert.equal(weightOf(list(() => [[]])), 21);
    assert.equal(weightOf(list(() => Buffer.of(1))), 11);
    assert.equal(weightOf(list(() => new Date(1))), 11);
    assert.equal(weightOf(list(() => 'a')), 1);
    assert.equal(weightOf(list(() => ({ a: 'b' }))), 15);
    assert.equal(weightOf(list((index) => ({ [`k${index}`]: 1 }))), 51);
    assert.equal(weightOf(list((index) => (index % 2 === 0 ? { a: 1, b: 1 } : { b: 1, a: 1 }))), 27);
    assert.equal(
      weightOf(
        encode([
          { a: { b: 1 }, c: 1 },
          { a: { b: 2 }, c: 2 },
        ]),
      ),
      17,
    );
    assert.equal(weightOf(list(() => ({ 9: 1 }))), 31);
    // The same name, written in another way.
    assert.equal(weightOf(Buffer.from('9281a16101' + '81d9016101', 'hex')), 7);
  });

  it('counts each name that is no text as four', () => {
    assert.equal(weightOf(Buffer.from(`92${'810101'.repeat(2)}`, 'hex')), 11);
    assert.equal(weightOf(Buffer.from(`92${'819001'.repeat(2)}`, 'hex')), 13);
    for (const depth of [1, 5, 100])
      assert.equal(weightOf(Buffer.from(`${'8101'.repeat(depth)}01`, 'hex')), 5 * depth);
    // The densest there is: lists as names of lists.
    assert.equal(weightOf(Buffer.from(`8f${'9090'.repeat(15)}`, 'hex')), 1 + 6 * 15);
    const dense = Buffer.from(`dd00000900${`8f${'9090'.repeat(15)}`.repeat(0x900)}`, 'hex');
    assert.ok(isTooMuch(dense, limits.maxValues));
  });

  it('has as many values as a lawful megabyte, and no more', () => {
    const points = encode(Array.from({ length: 120_000 }, () => [1_000, 2_000]));
    assert.equal(isTooMuch(points, limits.maxValues), false);
    assert.ok(isTooMuch(encode(Array.from({ length: 200_000 }, () => ({}))), limits.maxValues));
    assert.ok(
      isTooMuch(encode(Array.from({ length: 45_000 }, (_, i) => ({ [`k${i}`]: 1 }))), limits.maxValues),
    );
  });

  it('is refused by the name of the option', () => {
    const decoder = engine4.speaking?.(grammarOf(msgpack)).decoder({ ...limits, maxValues: 50 });
    const say = (...data: unknown[]) => decoder?.decode(encode({ type: 2, nsp: '/', data: ['a', ...data] }));
    assert.equal(say([{}])?.type, 2);
    const refusal = say(Array.from({ length: 50 }, () => ({})));
    assert.match(
      refusal?.type === 'malformed' ? `${refusal.layer} ${refusal.why}` : '',
      /^socket .*maxValues/,
    );
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
