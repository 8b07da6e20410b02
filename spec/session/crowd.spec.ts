/** How many may come from one address. */
import assert from 'node:assert/strict';
import { Crowd, type CrowdLimits, type Member } from '../../lib/session/crowd.js';
import { networkOf } from '../../lib/session/network.js';
import { Turnstile } from '../../lib/session/turnstile.js';
import { type Clock, stoppedClock } from './clock.js';

const usual: CrowdLimits = {
  maxPendingPerAddress: 2,
  maxSessionsPerAddress: 0,
  maxHandshakesPerSecond: 0,
  connectTimeout: 15_000,
};

const from = (remoteAddress: string, ...implied: unknown[]): Member => ({
  birth: { remoteAddress, manners: { implied } },
});

describe('a crowd', () => {
  function crowd(limits: Partial<CrowdLimits> = {}, ...members: Member[]): Crowd {
    const made = new Crowd({ ...usual, ...limits });
    for (const member of members) made.enter(member, true);
    return made;
  }

  it('lets in as many newcomers of one address as allowed, and says when to come again', () => {
    const one = crowd({}, from('10.0.0.1'));
    assert.equal(one.refusal('10.0.0.1'), undefined);
    one.enter(from('10.0.0.1'), true);
    const refusal = one.refusal('10.0.0.1');
    assert.match(refusal?.message ?? '', /maxPendingPerAddress/);
    assert.deepEqual([refusal?.code, refusal?.status, refusal?.retryAfter], ['TOO_MANY_REQUESTS', 429, 15]);
    assert.equal(one.refusal('10.0.0.2'), undefined, 'others may come');
  });

  it('has room again when one of them joins, or leaves', () => {
    const [first, second] = [from('a'), from('a')];
    const one = crowd({}, first, second);
    one.proves(first, 'request');
    assert.notEqual(one.refusal('a'), undefined, 'coming again is not joining');
    one.proves(first, 'join');
    one.proves(first, 'join');
    assert.equal(one.refusal('a'), undefined);
    one.enter(from('a'), true);
    assert.notEqual(one.refusal('a'), undefined);
    one.leave(first);
    assert.notEqual(one.refusal('a'), undefined, 'who has joined is not counted twice');
    one.leave(second);
    assert.equal(one.refusal('a'), undefined);
  });

  it('wants more of those whom the handshake itself has put into a namespace', () => {
    const [first, second] = [from('a', 'CONNECT'), from('a', 'CONNECT')];
    const one = crowd({}, first, second);
    one.proves(first, 'join');
    assert.notEqual(one.refusal('a'), undefined);
    one.proves(first, 'request');
    assert.equal(one.refusal('a'), undefined);
  });

  it('believes a WebSocket, which is a sign of life', () => {
    const one = new Crowd({ ...usual, maxPendingPerAddress: 1 });
    const member = from('a', 'CONNECT');
    one.enter(member, false);
    one.proves(member, 'join');
    assert.equal(one.refusal('a'), undefined);
  });

  it('limits all of one address, if it shall', () => {
    const [first, second] = [from('a'), from('a')];
    const one = crowd({ maxSessionsPerAddress: 2 }, first, second);
    for (const member of [first, second]) one.proves(member, 'join');
    assert.match(one.refusal('a')?.message ?? '', /maxSessionsPerAddress/);
    one.leave(first);
    assert.equal(one.refusal('a'), undefined);
  });

  it('limits how fast they come, if it shall', () => {
    const one = crowd({ maxHandshakesPerSecond: 1 });
    for (let count = 0; count < 10; count += 1) assert.equal(one.knock('a'), undefined);
    const refusal = one.knock('a');
    assert.match(refusal?.message ?? '', /maxHandshakesPerSecond/);
    assert.equal(refusal?.retryAfter, 1);
    assert.equal(one.knock('b'), undefined);
  });
});

describe('a turnstile', () => {
  let clock: Clock;
  beforeEach(() => {
    clock = stoppedClock();
  });
  afterEach(() => clock.restore());

  const passing = (turnstile: Turnstile, who: string, tries: number): number =>
    Array.from({ length: tries }, () => turnstile.wait(who)).filter((ms) => ms === 0).length;

  it('lets ten seconds\u2019 worth through at once, then so many in each second', () => {
    const turnstile = new Turnstile(50);
    assert.equal(passing(turnstile, 'a', 1_000), 500);
    clock.pass(1_000);
    assert.equal(passing(turnstile, 'a', 1_000), 50);
    clock.pass(60_000);
    assert.equal(passing(turnstile, 'a', 1_000), 500);
  });

  it('remembers no more than it must', () => {
    const turnstile = new Turnstile(1);
    for (let who = 0; who < 100_000; who += 1) turnstile.wait(`${who}`);
    assert.equal(passing(turnstile, '99999', 20), 9);
    assert.equal(passing(turnstile, '0', 20), 10, 'the one that has been away longest counts as new');
  });
});

describe('a network', () => {
  const table: readonly (readonly [address: string, network: string])[] = [
    ['127.0.0.1', '127.0.0.1'],
    ['::ffff:127.0.0.1', '127.0.0.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8:1:2::6', '2001:db8:1:2'],
    ['2001:db8::6', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['::', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['192.0.2.7:49152', '192.0.2.7'],
    ['[2001:db8:1:2::6]:49152', '2001:db8:1:2'],
    ['[::ffff:192.0.2.7]', '192.0.2.7'],
    ['', ''],
    ['x'.repeat(1_000), 'x'.repeat(64)],
  ];
  for (const [address, network] of table) {
    it(`of ${address.slice(0, 30) || 'nothing'} is ${network.slice(0, 30)}`, () => {
      assert.equal(networkOf(address), network);
    });
  }
});
