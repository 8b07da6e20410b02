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
  let handover: Handover;

  beforeEach(() => {
    clock = stoppedClock();
    releases = 0;
    const up = { release: () => releases++, moved: () => true, abandoned: () => {} };
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
});
