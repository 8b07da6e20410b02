/** Outgoing WebSocket messages, read back by the receiver of `ws`. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import type { Writable } from 'node:stream';
import type { Frame } from '../../lib/codec/codec.js';
import { type Chunk, packControl, packMessages } from '../../lib/transport/websocket-frames.js';

// The types of `ws` do not know it.
const { Receiver } = createRequire(import.meta.url)('ws') as { Receiver: new (options: object) => Writable };

/** What a client reads out of the bytes. */
function read(chunks: readonly Chunk[]): Frame[] {
  const frames: Frame[] = [];
  const receiver = new Receiver({ isServer: false, allowSynchronousEvents: true });
  receiver.on('message', (data: Buffer, binary: boolean) => frames.push(binary ? data : data.toString()));
  receiver.on('error', (error: Error) => assert.fail(error));
  for (const chunk of chunks) receiver.write(chunk, 'latin1');
  return frames;
}

function bytesOf(chunks: readonly Chunk[]): Buffer {
  return Buffer.concat(
    chunks.map((chunk) => (typeof chunk === 'string' ? Buffer.from(chunk, 'latin1') : chunk)),
  );
}

const header = (frame: Frame): Buffer => bytesOf(packMessages([frame])).subarray(0, 10);

describe('WebSocket messages', () => {
  const headers: readonly [number, string][] = [
    [0, '8100'],
    [1, '8101'],
    [125, '817d'],
    [126, '817e007e'],
    [65_535, '817effff'],
    [65_536, '817f0000000000010000'],
  ];

  for (const [length, expected] of headers) {
    it(`have the header of RFC 6455 for ${length} bytes, as text and as binary`, () => {
      const size = expected.length / 2;
      assert.equal(header('x'.repeat(length)).subarray(0, size).toString('hex'), expected);
      const binary = header(Buffer.alloc(length)).subarray(0, size).toString('hex');
      assert.equal(binary, expected.replace(/^81/, '82'));
    });
  }

  it('arrive as they were, whatever their lengths', () => {
    const lengths = [0, 1, 125, 126, 127, 8_191, 8_192, 8_193, 65_535, 65_536, 200_000];
    const frames = lengths.flatMap((length): Frame[] => [
      'x'.repeat(length),
      Buffer.alloc(length, length & 255),
    ]);
    assert.deepEqual(read(packMessages(frames)), frames);
  });

  it('count bytes, not characters', () => {
    const frames = ['€'.repeat(42), '😀'.repeat(31), '€'.repeat(21_845), '\ud800'];
    assert.deepEqual(read(packMessages(frames)), [...frames.slice(0, 3), '\ufffd']);
  });

  it('share one chunk if they are small', () => {
    const frames: Frame[] = Array.from({ length: 100 }, (_, index) =>
      index % 3 ? `4${index}` : Buffer.from([index]),
    );
    const chunks = packMessages(frames);
    assert.equal(chunks.length, 1);
    assert.deepEqual(read(chunks), frames);
  });

  it('are a text where they are short and of ASCII, a byte for each character', () => {
    const sizes = [0, 1, 125, 126, 127, 255, 256, 15_995];
    for (const size of sizes) {
      const [line, ...more] = packMessages(['x'.repeat(size)]);
      assert.deepEqual([typeof line, more], ['string', []]);
    }
    const few = ['4a', '', 'x'.repeat(200), '4b'];
    assert.equal(typeof packMessages(few)[0], 'string');
    assert.deepEqual(read(packMessages(few)), few);
  });

  it('are bytes where one of them is long, binary, or of other characters', () => {
    const others: Frame[] = ['é', '\u{1f600}', '\ud800', 'x'.repeat(16_001), Buffer.from('x')];
    for (const other of others)
      for (const frames of [[other], ['a', other], [other, 'a']]) {
        const chunks = packMessages(frames);
        assert.ok(chunks.every((chunk) => typeof chunk !== 'string'));
        assert.deepEqual(
          bytesOf(chunks),
          Buffer.concat(frames.map((frame) => bytesOf(packMessages([frame])))),
        );
      }
    const many = Array.from({ length: 20 }, () => 'x'.repeat(1_000));
    assert.equal(typeof packMessages(many)[0], 'object');
    assert.deepEqual(read(packMessages(many)), many);
  });

  it('are not copied if they are large and binary', () => {
    const large = Buffer.alloc(10_000, 7);
    const chunks = packMessages(['a', large, 'b']);
    assert.deepEqual([chunks.length, chunks[1]], [3, large]);
    assert.equal(chunks[1], large);
    assert.equal(packMessages([large]).length, 2);
  });

  it('are nothing if there are none', () => {
    assert.deepEqual(packMessages([]), []);
  });

  it('of control have their payload behind two bytes', () => {
    assert.equal(packControl(0x8, Buffer.from([0x03, 0xe8])).toString('hex'), '880203e8');
    assert.equal(packControl(0xa, Buffer.alloc(0)).toString('hex'), '8a00');
    assert.equal(packControl(0xa, Buffer.alloc(125, 1)).length, 127);
  });
});
