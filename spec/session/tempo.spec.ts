/** How many events are heard in a second. */
import assert from 'node:assert/strict';
import { Tempo } from '../../lib/session/tempo.js';
import { open, Talk } from '../delivery/ground.js';
import { type Clock, stoppedClock } from './clock.js';

describe('a tempo', () => {
  let clock: Clock;
  let flows: [open: boolean, at: number][];
  let tempo: Tempo;
  beforeEach(() => {
    clock = stoppedClock();
    flows = [];
    tempo = new Tempo(3, { limited: () => {}, flow: (_nsp, open) => flows.push([open, clock.now]) });
  });
  afterEach(() => clock.restore());

  function hear(events: number): void {
    for (let count = 0; count < events; count += 1) tempo.heard();
  }

  it('stops reading when as many have come as may, up to the next second', () => {
    hear(1);
    clock.pass(400);
    hear(2);
    assert.deepEqual(flows, [[false, 400]]);
    clock.pass(1_000);
    assert.deepEqual(flows.slice(1), [[true, 1_000]]);
  });

  it('counts anew from each second', () => {
    for (let second = 0; second < 5; second += 1) {
      hear(2);
      clock.pass(1_000);
    }
    assert.deepEqual(flows, []);
  });

  it('takes what was read already, and stops once', () => {
    hear(10);
    assert.equal(flows.length, 1);
    tempo.stop();
    clock.pass(5_000);
    assert.equal(flows.length, 1);
  });
});

describe('maxEventsPerSecond', () => {
  it('is kept by reading later, in order; nothing is lost', async () => {
    const site = await open({ maxEventsPerSecond: 20 });
    const begun = performance.now();
    const [socket, client] = await Promise.all([site.connection(), Talk.join(site)]);
    const heard: number[] = [];
    const all = new Promise<void>((resolve) => {
      socket.on('n', (number: number) => {
        heard.push(number);
        if (heard.length === 25) resolve();
      });
    });
    for (let number = 0; number < 25; number += 1) client.send(`42["n",${number}]`);
    await all;
    assert.ok(performance.now() - begun >= 990, 'twenty-five take a whole second and a part of the next');
    assert.deepEqual(
      heard,
      Array.from({ length: 25 }, (_, number) => number),
    );
    await site.close();
  });
});
