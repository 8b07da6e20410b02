/** Several workers, and clients whose requests come one by one: `@socket.io/sticky`, unmodified. */
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Guest } from './cluster/station.js';
import { comeAgain, openPrimary, workerNames } from './cluster/workers.js';

const QUESTIONS = 3;

/** Asks one after the other where it is. @returns the answers that came */
async function asked({ client }: Guest): Promise<string[]> {
  const answers: string[] = [];
  for (let question = 0; question < QUESTIONS; question += 1) {
    const answer = await client
      .timeout(2_000)
      .emitWithAck('where')
      .catch(() => undefined);
    if (answer !== undefined) answers.push(answer);
  }
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
      const guests: Guest[] = [];
      while (new Set(guests.map(({ at }) => at)).size < workerNames.length || guests.length < 6) {
        assert.ok(guests.length < 30, 'everybody has come to the same worker');
        guests.push(await comeAgain(url, `guest ${guests.length}`, ['all'], transports));
      }
      // Each of these questions is a request of its own, and so is each answer. The primary may lose one of them.
      const answers = await Promise.all(guests.map(asked));
      for (const [index, { at }] of guests.entries())
        for (const answer of answers[index] ?? []) assert.equal(answer, at);
      const most = guests.length * QUESTIONS;
      assert.ok(answers.flat().length > 0.75 * most, `${answers.flat().length} of ${most} were answered`);
      for (const guest of guests) guest.leave();
    });
  }
});
