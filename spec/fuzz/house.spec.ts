import assert from 'node:assert/strict';
import { House } from './house.js';

describe('the house of the fuzzed site', () => {
  for (const signal of ['SIGKILL', 'SIGTERM'] as const)
    it(`tells of the end of its site by ${signal}, and of nothing else`, async () => {
      const house = await House.open();
      try {
        process.kill(house.pid ?? 0, signal);
        // The channel may be broken already, while nobody has been told of the end yet.
        assert.equal(await house.settle(), undefined);
        assert.equal(house.alive, false);
        assert.deepEqual(house.faults(), [{ kind: 'crash', text: `${signal}\n` }]);
        assert.equal(await house.settle(), undefined);
        await house.run([{ line: 0, bytes: 'GET / HTTP/1.1\r\n\r\n', awaits: 'owed' }]);
        assert.deepEqual(house.faults(), []);
      } finally {
        house.close();
      }
    });

  it('ends a site that says nothing any more', async () => {
    const house = await House.open();
    try {
      process.kill(house.pid ?? 0, 'SIGSTOP');
      assert.equal(await house.settle(), undefined);
      assert.deepEqual(
        house.faults().map(({ kind }) => kind),
        ['stall'],
      );
    } finally {
      house.close();
    }
  });

  it('tells of a WebSocket that ends with another code than it has to', async () => {
    const house = await House.open();
    try {
      await house.run([{ line: 0, bytes: 'GET / HTTP/1.1\r\nHost: x\r\n\r\n', awaits: { close: 1000 } }]);
      assert.deepEqual(house.faults(), [{ kind: 'verdict', text: 'closed with nothing instead of 1000' }]);
    } finally {
      house.close();
    }
  });
});
