/** Several workers, and clients whose requests come one by one: `@socket.io/sticky`, unmodified. */
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { arrive, type Guest } from './cluster/station.js';
import { openPrimary, workerNames } from './cluster/workers.js';

const QUESTIONS = 3;
/** Milliseconds; long, since machines may be busy. */
const PATIENCE = 8_000;
/** How many come at the same time. */
const CROWD = 20;

/** Asks one after the other where it is. @returns the answers that came */
async function asked({ client }: Guest): Promise<string[]> {
  const answers: string[] = [];
  for (let question = 0; question < QUESTIONS; question += 1)
    answers.push(await client.timeout(PATIENCE).emitWithAck('where'));
  return answers;
}

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
    it(`keep each client by ${transports.join(' and ')}, wherever it has come to`, async function () {
      this.timeout(60_000);
      const coming = Array.from({ length: CROWD }, (_, index) =>
        arrive(url, `guest ${index}`, ['all'], PATIENCE, transports),
      );
      const guests = await Promise.all(coming);
      assert.deepEqual(new Set(guests.map(({ at }) => at)), new Set(workerNames));
      // Each of these questions is a request of its own, and so is each answer; a worker that has not been told of this
      // session would send its client away.
      const answers = await Promise.all(guests.map(asked));
      for (const [index, { at }] of guests.entries())
        assert.deepEqual(answers[index], new Array(QUESTIONS).fill(at));
      for (const guest of guests) guest.leave();
    });
  }
});
