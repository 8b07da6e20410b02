/** Unmasking, beside the sentence of the RFC that defines it. */
import assert from 'node:assert/strict';
import { textOf, turned, unmask } from '../../lib/transport/unmask.js';

const KEY = Buffer.from([0x9d, 0x01, 0x80, 0xff]);
const MASK = KEY.readInt32LE();

const pattern = (length: number): Buffer =>
  Buffer.from(Array.from({ length }, (_, index) => (index * 31 + 5) & 255));

describe('unmasking', () => {
  it('is, for each byte i, an XOR with byte i mod 4 of the key, whatever the length and the place', () => {
    const lengths = [
      ...Array(20).keys(),
      127,
      128,
      129,
      130,
      131,
      132,
      145,
      255,
      1_000,
      4_095,
      4_096,
      4_097,
      4_111,
      65_537,
    ];
    for (const length of lengths) {
      for (let start = 0; start < 8; start++) {
        const bytes = pattern(start + length + 3);
        const expected = bytes.map((byte, index) =>
          index < start || index >= start + length ? byte : byte ^ (KEY[(index - start) & 3] ?? 0),
        );
        unmask(bytes, start, start + length, MASK);
        assert.deepEqual(bytes, expected, `${length} bytes from ${start}`);
      }
    }
  });

  it('is right for part of a larger memory, wherever that begins', () => {
    const memory = Buffer.from(new ArrayBuffer(6_000));
    for (const length of [400, 5_000]) {
      for (let offset = 0; offset < 17; offset++) {
        const part = memory.subarray(offset, offset + length);
        pattern(length).copy(part);
        unmask(part, 1, length - 1, MASK);
        assert.notDeepEqual(part, pattern(length));
        unmask(part, 1, length - 1, MASK);
        assert.deepEqual(part, pattern(length));
      }
    }
  });

  it('may be done in parts, with the key turned', () => {
    for (let first = 0; first < 9; first++) {
      const bytes = pattern(9_000);
      const parts = Buffer.from(bytes);
      unmask(bytes, 0, 9_000, MASK);
      unmask(parts, 0, first, MASK);
      unmask(parts, first, 9_000, turned(MASK, first));
      assert.deepEqual(parts, bytes);
    }
  });

  it('tells whether something but ASCII is there, wherever it is', () => {
    for (const length of [1, 5, 100, 128, 200, 4_096]) {
      for (let at = 0; at < length; at++) {
        const bytes = Buffer.alloc(length, 'a');
        // Of long ones it is not known; they are checked as if there were.
        if (length < 4_096) assert.equal(unmask(bytes, 0, length, 0) & 0x80808080, 0);
        bytes[at] = 0x80;
        assert.notEqual(unmask(bytes, 0, length, 0) & 0x80808080, 0, `${at} of ${length}`);
      }
    }
  });
});

describe('the text of a payload', () => {
  const read = (bytes: Buffer): string | undefined =>
    textOf(bytes, 0, bytes.length, unmask(bytes, 0, bytes.length, 0));

  it('is what was meant, or nothing', () => {
    assert.equal(read(Buffer.from('plain')), 'plain');
    assert.equal(read(Buffer.from('κόσμε 😀')), 'κόσμε 😀');
    assert.equal(read(Buffer.from('\ufeffmark')), '\ufeffmark');
    assert.equal(read(Buffer.from([0x61, 0xe9])), undefined);
    assert.equal(read(Buffer.alloc(0)), '');
  });
});
