/** Several workers, and clients whose requests come one by one: `@socket.io/sticky`, unmodified. */
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { arrive, type Guest } from './cluster/station.js';
import { openPrimary, workerNames } from './cluster/workers.js';

describe('workers behind a sticky primary', () => {
  let primary: ChildProcess;
  let url: string;

  before(async function () {
    this.timeout(60_000);
    ({ primary, url } = await openPrimary());
  });

  after(async () => {
    const ended = once(primary, 'exit');
    primary.disconnect();
    await ended;
  });

  const ways = [['polling'], ['polling', 'websocket']];
  for (const transports of ways) {
    it(`keep each client by ${transports.join(' and ')}, wherever it has come to`, async () => {
      const guests: Guest[] = [];
      while (new Set(guests.map(({ at }) => at)).size < workerNames.length || guests.length < 6) {
        assert.ok(guests.length < 30, 'everybody has come to the same worker');
        guests.push(await arrive(url, `guest ${guests.length}`, ['all'], 8_000, transports));
      }
      // Each of these questions is a request of its own, and so is each answer.
      for (let round = 0; round < 3; round += 1) {
        const answers = await Promise.all(guests.map(({ client }) => client.emitWithAck('where')));
        assert.deepEqual(
          answers,
          guests.map(({ at }) => at),
        );
      }
      for (const guest of guests) guest.leave();
    });
  }
});
