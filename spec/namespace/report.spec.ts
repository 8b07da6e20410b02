/** Errors on their way to `onError`, and an `onError` that fails itself. */
import assert from 'node:assert/strict';
import { report } from '../../lib/namespace/report.js';
import { settled, world } from './fake-client.js';

/** The warnings of the process while something happens. */
async function warningsOf(act: () => unknown): Promise<string[]> {
  const warnings: string[] = [];
  const hear = (warning: Error & { code?: string }): void => {
    if (warning.code === 'SOCKETIO_ONERROR') warnings.push(warning.message);
  };
  process.on('warning', hear);
  await act();
  await settled();
  process.off('warning', hear);
  return warnings;
}

const failing: Record<string, readonly [onError: () => unknown, says: RegExp]> = {
  'that throws': [
    () => {
      throw new Error('log is full');
    },
    /log is full/,
  ],
  'that rejects': [async () => Promise.reject(new Error('log is gone')), /log is gone/],
  'that throws what has no text': [
    () => {
      throw Object.create(null);
    },
    /cannot be read/,
  ],
  'that rejects with what has no text': [() => Promise.reject(Object.create(null)), /cannot be read/],
};

describe('an onError', () => {
  for (const [name, [onError, says]] of Object.entries(failing)) {
    it(`${name} becomes a warning, and nothing worse`, async () => {
      const warnings = await warningsOf(() => report({ onError }, new Error('boom'), {}));
      assert.equal(warnings.length, 1);
      assert.match(warnings[0] ?? '', says);
    });
  }

  it('that rejects does not harm the client whose listener failed', async () => {
    const here = world({ onError: failing['that rejects']?.[0] as () => void });
    const { socket, says } = here.join();
    socket.on('x', () => {
      throw new Error('boom');
    });
    await settled();
    says('x');
    assert.equal(socket.connected, true);
  });
});
