/** The frames of the drafts hixie-75 and hixie-76. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { CLOSE, packTexts, type Reading, TextReader } from '../../lib/transport/hixie76-frames.js';

const MOST = 1_000;

/** What a reader makes of these chunks, all readings joined. */
function read(chunks: readonly Buffer[], maxBytes = MOST): Reading {
  const reader = new TextReader(maxBytes);
  const readings = chunks.map((chunk) => reader.read(chunk));
  const over = readings.at(-1)?.over;
  const texts = readings.flatMap((reading) => reading.texts);
  return over ? { texts, over } : { texts };
}

const bytes = (...parts: (number | string)[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'number' ? Buffer.from([part]) : Buffer.from(part))));
const singles = (whole: Buffer): Buffer[] => [...whole].map((byte) => Buffer.from([byte]));

describe('hixie-76 frames', () => {
  const streams: readonly (readonly [what: string, stream: Buffer, reading: Reading])[] = [
    ['a message', bytes(0, '3:::hi', 0xff), { texts: ['3:::hi'] }],
    ['two messages', bytes(0, 'a', 0xff, 0, 'b', 0xff), { texts: ['a', 'b'] }],
    ['an empty message', bytes(0, 0xff), { texts: [''] }],
    ['characters of two, three and four bytes', bytes(0, 'é€😀', 0xff), { texts: ['é€😀'] }],
    ['a message that has not ended', bytes(0, 'a'), { texts: [] }],
    ['bytes that are not UTF-8', bytes(0, 'a', 0xc3, 'b', 0xff), { texts: ['a\ufffdb'] }],
    [
      'a surrogate that stands alone, as Flash writes it',
      bytes(0, 0xed, 0xa0, 0x80, 0xff),
      { texts: ['\ufffd'.repeat(3)] },
    ],
    ['a zero inside a message', bytes(0, 'a', 0, 'b', 0xff), { texts: ['a\0b'] }],
    ['text of an unknown type: discarded', bytes(0x7f, 'a', 0xff, 0, 'b', 0xff), { texts: ['b'] }],
    ['binary data: discarded', bytes(0x80, 3, 'abc', 0, 'b', 0xff), { texts: ['b'] }],
    ['no binary data', bytes(0x80, 0, 0, 'b', 0xff), { texts: ['b'] }],
    ['binary data with 00 and FF in it', bytes(0x80, 3, 0, 0xff, 0, 0, 'b', 0xff), { texts: ['b'] }],
    ['a length of two bytes', bytes(0x80, 0x81, 0x00, 'x'.repeat(128), 0, 'b', 0xff), { texts: ['b'] }],
    ['a length with leading zeros', bytes(0x80, 0x80, 0x80, 0x01, 'x', 0, 'b', 0xff), { texts: ['b'] }],
    ['data of type FF that is no goodbye', bytes(0xff, 1, 'x', 0, 'b', 0xff), { texts: ['b'] }],
    ['a goodbye', bytes(0, 'a', 0xff, 0xff, 0), { texts: ['a'], over: 'closed' }],
    ['nothing behind a goodbye', bytes(0xff, 0, 0, 'a', 0xff), { texts: [], over: 'closed' }],
    ['as much as allowed', bytes(0, 'x'.repeat(MOST), 0xff), { texts: ['x'.repeat(MOST)] }],
    [
      'more than allowed',
      bytes(0, 'a', 0xff, 0, 'x'.repeat(MOST + 1), 0xff),
      { texts: ['a'], over: 'too large' },
    ],
    [
      'more than allowed of what is discarded',
      bytes(1, 'x'.repeat(MOST + 1)),
      { texts: [], over: 'too large' },
    ],
    ['a length above the limit', bytes(0x80, 0x87, 0x69), { texts: [], over: 'too large' }],
    [
      'a length beyond all numbers',
      bytes(0x80, ...Array<number>(200).fill(0xff)),
      { texts: [], over: 'too large' },
    ],
  ];

  for (const [what, stream, reading] of streams) {
    it(`read ${what}`, () => assert.deepEqual(read([stream]), reading));
    it(`read ${what}, byte by byte`, () => assert.deepEqual(read(singles(stream)), reading));
  }

  for (const [what, stream, reading] of streams.filter(([, { length }]) => length < 50)) {
    it(`read ${what}, cut anywhere`, () => {
      for (let at = 0; at <= stream.length; at++) {
        assert.deepEqual(read([stream.subarray(0, at), stream.subarray(at)]), reading, `cut at ${at}`);
      }
    });
  }

  it('limit a message by its bytes, not by its characters', () => {
    assert.equal(read([bytes(0, '€'.repeat(334))]).over, 'too large');
    assert.equal(read([bytes(0, '€'.repeat(333), 0xff)]).over, undefined);
  });

  it('are written as they are read', () => {
    assert.deepEqual(packTexts(['1::', 'é']), bytes(0, '1::', 0xff, 0, 'é', 0xff));
    assert.deepEqual(packTexts([]), Buffer.alloc(0));
    assert.deepEqual(packTexts([Buffer.from('2::')]), bytes(0, '2::', 0xff));
    assert.deepEqual(CLOSE, bytes(0xff, 0));
  });

  it('carry any text, and no text ends a frame', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { maxLength: 5 }), fc.nat(40), (texts, at) => {
        const stream = packTexts(texts);
        assert.deepEqual(read([stream.subarray(0, at), stream.subarray(at)]), { texts });
        assert.equal(stream.filter((byte) => byte === 0xff).length, texts.length);
      }),
    );
  });

  it('are read the same however they are cut, whatever they are', () => {
    const byte = fc.oneof(fc.constantFrom(0x00, 0x80, 0xff, 0x01, 0x41), fc.nat(255));
    fc.assert(
      fc.property(
        fc.array(byte, { maxLength: 60 }),
        fc.array(fc.nat(60), { maxLength: 4 }),
        (stream, cuts) => {
          const whole = Buffer.from(stream);
          const marks = [0, ...cuts.sort((a, b) => a - b), whole.length];
          const pieces = marks.slice(1).map((end, index) => whole.subarray(marks[index], end));
          assert.deepEqual(read(pieces, 20), read([whole], 20));
        },
      ),
    );
  });

  it('carry half a surrogate pair as U+FFFD', () => {
    assert.deepEqual(read([packTexts(['a\ud83d', '\ude00b'])]), { texts: ['a\ufffd', '\ufffdb'] });
  });
});
