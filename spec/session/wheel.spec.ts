/** Alarms of many sessions on few timers. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { Alarm, Wheel } from '../../lib/session/wheel.js';
import { type Clock, stoppedClock } from './clock.js';

describe('the wheel', () => {
  let clock: Clock;
  let wheel: Wheel;
  let rung: string[];
  const alarm = (name: string): Alarm => new Alarm({ rung: () => rung.push(`${name}@${clock.now}`) });

  beforeEach(() => {
    clock = stoppedClock();
    wheel = new Wheel();
    rung = [];
  });
  afterEach(() => clock.restore());

  it('rings alarms in the order in which they are due', () => {
    alarm('late').start(wheel, 30);
    alarm('soon').start(wheel, 10);
    clock.pass(10);
    alarm('later').start(wheel, 30);
    clock.pass(100);
    assert.deepEqual(rung, ['soon@10', 'late@30', 'later@40']);
  });

  it('runs one timer for all alarms of one length', () => {
    for (let count = 0; count < 1_000; count++) alarm(String(count)).start(wheel, 25_000);
    assert.equal(wheel.timers, 1);
    alarm('other').start(wheel, 20_000);
    assert.equal(wheel.timers, 2);
  });

  it('never rings late, and hardly early: not more than 1 %, or 50 ms', () => {
    const at: number[] = [];
    for (let start = 0; start < 400; start += 7) {
      const due = clock.now + 1_000;
      new Alarm({ rung: () => at.push(clock.now - due) }).start(wheel, 1_000);
      clock.pass(7);
    }
    clock.pass(2_000);
    assert.equal(at.length, 58);
    assert.ok(Math.max(...at) <= 0 && Math.min(...at) >= -10, `${Math.min(...at)} to ${Math.max(...at)}`);
  });

  it('does not ring what has been stopped', () => {
    const [first, second, third] = [alarm('first'), alarm('second'), alarm('third')];
    for (const one of [first, second, third]) one.start(wheel, 20);
    second.stop();
    second.stop();
    assert.equal(second.set, false);
    clock.pass(50);
    assert.deepEqual(rung, ['first@20', 'third@20']);
  });

  it('counts anew from a restart', () => {
    const one = alarm('one');
    one.start(wheel, 20);
    clock.pass(15);
    one.start(wheel, 20);
    clock.pass(19);
    assert.deepEqual(rung, []);
    clock.pass(1);
    assert.deepEqual(rung, ['one@35']);
    assert.equal(one.set, false);
  });

  it('lets an alarm start and stop alarms while it rings', () => {
    const victim = alarm('victim');
    const again: Alarm = new Alarm({
      rung: () => {
        rung.push(`again@${clock.now}`);
        victim.stop();
        if (rung.length < 3) again.start(wheel, 10);
      },
    });
    again.start(wheel, 10);
    victim.start(wheel, 10);
    clock.pass(100);
    assert.deepEqual(rung, ['again@10', 'again@20', 'again@30']);
  });

  it('rings the others when one throws', () => {
    const failing = {
      rung: (): never => {
        throw new Error('mine alone');
      },
    };
    new Alarm(failing).start(wheel, 10);
    alarm('other').start(wheel, 10);
    assert.throws(() => clock.pass(10), /mine alone/);
    clock.pass(10);
    assert.equal(rung.length, 1);
  });

  it('keeps no timer when the last long alarm has been stopped', () => {
    const one = alarm('one');
    one.start(wheel, 5_000);
    one.stop();
    assert.equal(wheel.timers, 0);
  });

  it('does not keep the process alive', () => {
    const path = new URL('../../lib/session/wheel.ts', import.meta.url).pathname;
    const program = `import { Alarm, Wheel } from ${JSON.stringify(path)}; new Alarm({ rung() {} }).start(new Wheel(), 60_000);`;
    const { status } = spawnSync(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '-e', program],
      {
        timeout: 9_000,
      },
    );
    assert.equal(status, 0);
  });
});
