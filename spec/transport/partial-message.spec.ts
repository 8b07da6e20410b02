/** A message in pieces: how much memory it may take, and how often its bytes are moved. */
import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { own, PartialMessage } from '../../lib/transport/partial-message.js';

const MOST = 1_000_000;

/** The sizes of all rooms that are made meanwhile. */
function rooms(work: () => void): number[] {
  const made: number[] = [];
  const original = Buffer.allocUnsafeSlow;
  mock.method(Buffer, 'allocUnsafeSlow', (size: number) => {
    made.push(size);
    return original(size);
  });
  try {
    work();
  } finally {
    mock.restoreAll();
  }
  return made;
}

describe('a message in pieces', () => {
  it('takes exactly its size where a large frame has come almost whole', () => {
    const made = rooms(() => {
      const message = new PartialMessage(false);
      message.begin(65_536, true);
      message.add(Buffer.alloc(65_000), 0, 65_000, 0, MOST);
      message.add(Buffer.alloc(536), 0, 536, 0, MOST);
      assert.equal(message.bytes.length, 65_536);
    });
    assert.deepEqual(made, [65_536]);
  });

  it('takes little for a large frame of which little has come', () => {
    const made = rooms(() => {
      const message = new PartialMessage(false);
      message.begin(MOST, true);
      message.add(Buffer.from([1]), 0, 1, 0, MOST);
    });
    assert.deepEqual(made, [1_024]);
  });

  it('never takes more than the limit, nor moves its bytes for each piece', () => {
    const made = rooms(() => {
      const message = new PartialMessage(true);
      const piece = Buffer.alloc(1_000, 'x');
      for (let count = 0; count < 1_000; count++) {
        message.begin(1_000, count === 999);
        message.add(piece, 0, 1_000, 0, MOST);
      }
      assert.equal(message.finish(), 'x'.repeat(MOST));
    });
    assert.ok(made.length <= 7, `${made}`);
    assert.ok(made.every((size) => size <= MOST));
  });

  it('keeps nothing of the chunks that its pieces came in', () => {
    const message = new PartialMessage(false);
    const chunk = Buffer.alloc(65_536, 1);
    message.begin(2, false);
    message.add(chunk, 10, 12, 0, MOST);
    message.begin(1, true);
    message.add(chunk, 20, 21, 0, MOST);
    assert.notEqual(message.bytes.buffer, chunk.buffer);
    assert.deepEqual(message.bytes, Buffer.from([1, 1, 1]));
  });
});

describe('part of a buffer', () => {
  it('is copied if it would keep more than its own size alive', () => {
    const bytes = Buffer.alloc(10_000, 1);
    assert.notEqual(own(bytes, 0, 4_999).buffer, bytes.buffer);
    assert.equal(own(bytes, 0, 5_000).buffer, bytes.buffer);
  });
});
