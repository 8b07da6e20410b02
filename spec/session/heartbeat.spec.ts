/** Signs of life. */
import assert from 'node:assert/strict';
import { Heartbeat, type Rhythm } from '../../lib/session/heartbeat.js';
import { Wheel } from '../../lib/session/wheel.js';
import { type Clock, stoppedClock } from './clock.js';
import { FakeTransport } from './fake-transport.js';

describe('the heartbeat', () => {
  let clock: Clock;
  let told: string[];
  let heartbeat: Heartbeat;
  let carrier: FakeTransport;

  /** @param visible whether a living client shows itself unread, by polling */
  function begin(asker: Rhythm['asker'], visible = false): void {
    carrier = new FakeTransport(visible);
    const up = {
      carrier,
      ask: () => told.push(`ask@${clock.now}`),
      missed: () => told.push(`missed@${clock.now}`),
    };
    heartbeat = new Heartbeat(new Wheel(), { asker, every: 300, patience: 200 }, up);
    heartbeat.start();
  }

  beforeEach(() => {
    clock = stoppedClock();
    told = [];
  });
  afterEach(() => {
    heartbeat.stop();
    clock.restore();
  });

  describe('when the server asks', () => {
    beforeEach(() => begin('server'));

    it('asks after the interval, and misses an answer after the patience', () => {
      clock.pass(1_000);
      assert.deepEqual(told, ['ask@300', 'missed@500']);
    });

    it('asks again an interval after the answer', () => {
      clock.pass(350);
      heartbeat.answered();
      clock.pass(299);
      assert.deepEqual(told, ['ask@300']);
      clock.pass(1);
      assert.deepEqual(told, ['ask@300', 'ask@650']);
    });

    it('does not put the question off for answers that nobody waited for', () => {
      for (let time = 0; time < 299; time++) {
        heartbeat.answered();
        clock.pass(1);
      }
      clock.pass(1);
      assert.deepEqual(told, ['ask@300']);
    });

    it('waits once more when another packet comes, but only once', () => {
      clock.pass(400);
      heartbeat.sign();
      clock.pass(150);
      heartbeat.sign();
      clock.pass(1_000);
      assert.deepEqual(told, ['ask@300', 'missed@600']);
    });

    it('misses nobody while more is coming, the answer behind it, and goes on asking, as is waited for', () => {
      for (let time = 0; time < 2_000; time += 100) {
        carrier.arrived += 1_000;
        clock.pass(100);
      }
      assert.deepEqual(told.slice(0, 3), ['ask@300', 'ask@500', 'ask@700']);
      assert.equal(told.length, 9);
      clock.pass(400);
      assert.equal(told.filter((word) => word.startsWith('missed')).length, 1);
    });

    it('misses one that says something now and then, and never answers', () => {
      for (let time = 0; time < 2_000; time += 50) {
        carrier.arrived += 50;
        heartbeat.sign();
        clock.pass(50);
      }
      assert.deepEqual(told, ['ask@300', 'missed@500']);
    });

    it('waits once more while what went before the question may be on its way', () => {
      carrier.busy = true;
      clock.pass(1_000);
      assert.deepEqual(told, ['ask@300', 'missed@700']);
    });

    it('takes no packet before the question for an answer', () => {
      clock.pass(250);
      heartbeat.sign();
      clock.pass(1_000);
      assert.deepEqual(told, ['ask@300', 'missed@500']);
    });

    it('never misses a client that is not read, and asks it again and again', () => {
      clock.pass(350);
      heartbeat.flow(false);
      clock.pass(1_000);
      assert.deepEqual(told, ['ask@300', 'ask@500', 'ask@700', 'ask@900', 'ask@1100', 'ask@1300']);
    });

    it('gives a client that is read again the whole patience', () => {
      heartbeat.flow(false);
      clock.pass(400);
      heartbeat.flow(true);
      clock.pass(1_000);
      assert.deepEqual(told, ['ask@300', 'ask@500', 'missed@700']);
    });

    it('asks sooner after an answer that has lain unread', () => {
      heartbeat.flow(false);
      clock.pass(499);
      heartbeat.flow(true);
      heartbeat.answered();
      clock.pass(200);
      assert.deepEqual(told, ['ask@300', 'ask@649']);
    });

    it('takes any packet for an answer while the client catches up with what it could not say', () => {
      heartbeat.flow(false);
      clock.pass(500);
      heartbeat.flow(true);
      for (let time = 0; time < 2_000; time += 50) {
        clock.pass(50);
        heartbeat.sign();
      }
      assert.ok(told.length >= 10 && told.every((one) => one.startsWith('ask')), told.join());
      const asked = told.length;
      for (let count = 0; count < asked; count++) heartbeat.answered();
      told.length = 0;
      for (let time = 0; time < 2_000 && told.length < 2; time += 50) {
        clock.pass(50);
        heartbeat.sign();
      }
      assert.match(told.join(), /^ask@\d+,missed@\d+$/);
    });

    it('misses a client that catches up no more', () => {
      heartbeat.flow(false);
      clock.pass(500);
      heartbeat.flow(true);
      clock.pass(250);
      heartbeat.sign();
      clock.pass(1_000);
      assert.deepEqual(told, ['ask@300', 'ask@500', 'ask@700', 'ask@900', 'missed@1100']);
    });

    it('says nothing once it has been stopped', () => {
      heartbeat.stop();
      clock.pass(1_000);
      assert.deepEqual(told, []);
    });
  });

  describe('when the client asks', () => {
    beforeEach(() => begin('client'));

    it('misses a question after interval and patience together', () => {
      clock.pass(1_000);
      assert.deepEqual(told, ['missed@500']);
    });

    it('counts anew from each question', () => {
      clock.pass(400);
      heartbeat.answered();
      clock.pass(499);
      assert.deepEqual(told, []);
      clock.pass(1);
      assert.deepEqual(told, ['missed@900']);
    });

    it('does not take other packets for questions', () => {
      clock.pass(400);
      heartbeat.sign();
      clock.pass(200);
      assert.deepEqual(told, ['missed@500']);
    });

    it('misses nobody while more is coming: the question is behind it', () => {
      for (let time = 0; time < 2_000; time += 100) {
        carrier.arrived += 1_000;
        clock.pass(100);
      }
      assert.deepEqual(told, []);
      clock.pass(400);
      assert.equal(told.length, 1);
    });

    it('speaks to a client that is not read before it despairs of us, and never misses it', () => {
      heartbeat.flow(false);
      clock.pass(250);
      assert.deepEqual(told, ['ask@100', 'ask@200']);
      heartbeat.flow(true);
      clock.pass(1_000);
      assert.deepEqual(told, ['ask@100', 'ask@200', 'ask@300', 'missed@800']);
    });
  });

  for (const asker of ['server', 'client'] as const) {
    describe(`of a process that has stood still, when the ${asker} asks`, () => {
      beforeEach(() => {
        begin(asker);
        clock.pass(400);
        told.length = 0;
      });

      it('misses nobody who had to connect first to be heard', async () => {
        await clock.stand(5_000);
        clock.pass(900);
        heartbeat.answered();
        clock.pass(200);
        assert.deepEqual(told, []);
      });

      it('misses those who are silent still', async () => {
        await clock.stand(5_000);
        clock.pass(1_000);
        assert.deepEqual(told, ['missed@6400']);
      });
    });

    describe(`of a polling client that is not read, when the ${asker} asks`, () => {
      beforeEach(() => begin(asker, true));

      it('goes on as long as the client comes for what is said', () => {
        heartbeat.flow(false);
        for (let time = 0; time < 20; time++) {
          clock.pass(90);
          heartbeat.shows();
        }
        assert.ok(told.length > 2 && told.every((word) => word.startsWith('ask')), String(told));
      });

      it('misses one that comes no more', () => {
        heartbeat.flow(false);
        clock.pass(2_000);
        assert.equal(told.filter((word) => word.startsWith('missed')).length, 1);
      });
    });
  }
});
