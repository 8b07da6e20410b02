/** How long a polling client may stay away. */
import assert from 'node:assert/strict';
import { PollGaps } from '../../lib/transport/poll-gap.js';
import { type Clock, stoppedClock } from '../session/clock.js';

describe('the gap between two polls', () => {
  let clock: Clock;
  let missed: string[];
  let gaps: PollGaps;
  const named = (name: string) => ({
    busy: false,
    failed: () => void missed.push(`${name}@${clock.now}`),
  });
  const client = named('client');
  beforeEach(() => {
    clock = stoppedClock();
    missed = [];
    gaps = new PollGaps(5_000);
  });
  afterEach(() => clock.restore());

  it('may last as long as allowed, and a second look longer', () => {
    gaps.begin(client, 10);
    clock.pass(5_999);
    assert.deepEqual(missed, []);
    clock.pass(1);
    assert.deepEqual(missed, ['client@6000']);
  });

  it('ends with the next poll, also with one that is found at the second look', () => {
    gaps.begin(client, 10);
    clock.pass(4_999);
    gaps.end(client);
    clock.pass(100_000);
    gaps.begin(client, 10);
    clock.pass(5_500);
    gaps.end(client);
    gaps.begin(client, 10);
    clock.pass(5_500);
    gaps.end(client);
    clock.pass(100_000);
    assert.deepEqual(missed, []);
  });

  it('is counted anew from each answer', () => {
    for (let answer = 0; answer < 10; answer += 1) {
      gaps.begin(client, 10);
      clock.pass(3_000);
      gaps.end(client);
    }
    assert.deepEqual(missed, []);
    gaps.begin(client, 10);
    clock.pass(6_000);
    assert.deepEqual(missed, ['client@36000']);
  });

  it('is each client’s own', () => {
    const [first, second, third] = [named('first'), named('second'), named('third')];
    gaps.begin(first, 10);
    clock.pass(1_000);
    gaps.begin(second, 10);
    clock.pass(1_000);
    gaps.begin(third, 10);
    clock.pass(3_500);
    gaps.end(second);
    gaps.begin(second, 10);
    clock.pass(10_000);
    assert.deepEqual(missed, ['first@6000', 'third@8000', 'second@11500']);
  });

  it('may be of any length where the limit is 0', () => {
    const any = new PollGaps(0);
    any.begin(client, 10);
    clock.pass(100_000);
    assert.deepEqual(missed, []);
  });

  it('is not judged while a long answer may be on its way', () => {
    gaps.begin(client, 8_193);
    clock.pass(100_000);
    assert.deepEqual(missed, []);
  });

  it('may last longer while a body is on its way, which the poll may be behind', () => {
    const sending = named('sending');
    sending.busy = true;
    gaps.begin(sending, 10);
    clock.pass(20_000);
    sending.busy = false;
    assert.deepEqual(missed, []);
    clock.pass(10_000);
    assert.deepEqual(missed, ['sending@24000']);
  });

  it('is not what the process was held up for, nor is that after a cut poll', async () => {
    const cut = named('cut');
    gaps.begin(client, 10);
    gaps.lost(cut);
    await clock.stand(20_000);
    clock.pass(900);
    gaps.end(client);
    gaps.end(cut);
    clock.pass(20_000);
    assert.deepEqual(missed, []);
  });

  it('is nothing once the connection has ended', () => {
    gaps.begin(client, 10);
    clock.pass(5_500);
    gaps.end(client);
    clock.pass(100_000);
    assert.deepEqual(missed, []);
  });
});
