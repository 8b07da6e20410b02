/** Whether what a client has missed arrives whole or not at all. */
import assert from 'node:assert/strict';
import { arrivesEntire, type EntireLimits } from '../../lib/session/entire.js';
import type { Session } from '../../lib/session/session.js';

const usual: EntireLimits = { softBufferLimit: 1_048_576, hardBufferLimit: 16_777_216 };

describe('what was missed', () => {
  const polls = { saysGoodbye: true, mostFrames: 16 };
  let excused = 0;
  const told = (
    frames: number,
    bytes: number,
    limits = usual,
    { carrier = polls, buffered = 0 } = {},
  ): boolean => {
    excused = 0;
    const pressure = { excuse: (weight: number) => (excused = weight) };
    const session = { carrier, bufferedAmount: buffered, pressure } as unknown as Session;
    return arrivesEntire(session, limits)(frames, bytes);
  };

  it('arrives whole with one answer to a poll, if the CONNECT has room behind it', () => {
    assert.equal(told(15, 50_000), true);
    assert.equal(told(16, 50_000), false);
    assert.equal(told(1, 60_000), false);
  });

  it('arrives in pieces where no answer may be as large, and is held against nobody', () => {
    for (const limits of [
      { ...usual, softBufferLimit: 32_000 },
      { softBufferLimit: 5_000, hardBufferLimit: 32_000 },
      { softBufferLimit: 1, hardBufferLimit: 1 },
    ]) {
      assert.equal(told(10, 32_000, limits), false);
      assert.ok(excused >= 32_000);
    }
    assert.equal(told(10, 30_000, { ...usual, softBufferLimit: 32_000 }), true);
    assert.equal(excused, 0);
  });

  it('may break in two over a WebSocket, and behind what waits', () => {
    assert.equal(told(1, 10, usual, { carrier: { ...polls, saysGoodbye: false } }), false);
    assert.equal(told(1, 10, usual, { buffered: 1 }), false);
  });
});
