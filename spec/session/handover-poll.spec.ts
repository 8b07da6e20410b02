/** The poll that is under way when a client has probed its WebSocket. */
import assert from 'node:assert/strict';
import { engine4 } from '../../lib/codec/engine4.js';
import { Handover } from '../../lib/session/handover.js';
import { Wheel } from '../../lib/session/wheel.js';
import { limits } from '../codec/limits.js';
import { type Clock, stoppedClock } from './clock.js';
import { FakeTransport } from './fake-transport.js';

const patience = {
  softBufferLimit: 1e6,
  hardBufferLimit: 1e6,
  writeDeadline: 1_000,
  upgradeTimeout: 10_000,
  attachmentTimeout: 1_000,
};

describe('a client that has probed', () => {
  let clock: Clock;
  let releases: number;
  let carrier: FakeTransport;
  let ends: (string | undefined)[];
  let handover: Handover;

  beforeEach(() => {
    clock = stoppedClock();
    releases = 0;
    carrier = new FakeTransport(true);
    ends = [];
    const up = {
      carrier,
      release: () => releases++,
      moved: () => true,
      abandoned: (why?: string) => void ends.push(why),
    };
    const house = { wheel: new Wheel(), limits: { ...limits, ...patience } };
    handover = new Handover(new FakeTransport(), engine4, house, up);
  });

  afterEach(() => {
    handover.abandon();
    clock.restore();
  });

  it('does not wait for the answer of a poll that comes later', () => {
    handover.polled();
    assert.equal(releases, 0);
    handover.received('2probe');
    assert.equal(releases, 1);
    handover.polled();
    assert.equal(releases, 2);
  });

  it('does not get an answer to every poll at once, or it would poll without a pause', () => {
    handover.received('2probe');
    handover.polled();
    handover.polled();
    assert.equal(releases, 2);
    clock.pass(200);
    assert.ok(releases > 2);
  });

  it('is sent away when it does not move in time', () => {
    handover.received('2probe');
    clock.pass(9_999);
    assert.deepEqual(ends, []);
    clock.pass(1);
    assert.deepEqual(ends, ['no move to this connection within upgradeTimeout']);
  });

  it('has more time while something is on its way that it waits for: it polls no more, and would be lost', () => {
    handover.received('2probe');
    carrier.busy = true;
    clock.pass(55_000);
    carrier.busy = false;
    assert.deepEqual(ends, []);
    clock.pass(5_000);
    assert.equal(ends.length, 1);
  });

  it('is not late because we were', async () => {
    handover.received('2probe');
    await clock.stand(30_000);
    clock.pass(900);
    handover.received('5');
    clock.pass(30_000);
    assert.deepEqual([handover.over, ends], [true, []]);
  });
});
