/** Questions to an adapter whose broker does not answer. */
import assert from 'node:assert/strict';
import { Adapter } from 'socket.io-adapter';
import { openSite, type Site } from '../support/site.js';

class Hung extends Adapter {
  override fetchSockets(): Promise<never> {
    return new Promise(() => {});
  }
  override serverSideEmit(): void {}
  override async serverCount(): Promise<number> {
    return 2;
  }
}

describe('a question to other nodes that is never answered', () => {
  let site: Site;
  beforeEach(async () => {
    site = await openSite({ adapter: Hung });
  });
  afterEach(() => site.close());

  it('ends with the server', async () => {
    const { io } = site;
    const questions = [
      io.fetchSockets(),
      io.in('a').fetchSockets(),
      io.allSockets(),
      io.serverSideEmitWithAck('x'),
      io.timeout(60_000).emitWithAck('x'),
    ];
    const ends = Promise.allSettled(questions);
    await io.close();
    for (const end of await ends) assert.equal(end.status === 'rejected' && end.reason.code, 'SERVER_CLOSED');
    assert.equal(io.of('/').owed.size, 0);
  });

  it('ends when its time is over', async () => {
    const { io } = site;
    await assert.rejects(io.timeout(20).fetchSockets(), /timed out/);
    await assert.rejects(io.timeout(20).in('a').fetchSockets(), /timed out/);
    assert.equal(io.of('/').owed.size, 0);
  });
});
