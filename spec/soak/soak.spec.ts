/** The soak in small: what judges it, what draws it, and a few seconds of it. `npm run soak -- --minutes 20` is the real one. */
import assert from 'node:assert/strict';
import { draw } from './chart.js';
import { kinds } from './kinds.js';
import { judge, type Moment } from './sample.js';
import { soak } from './soak.js';

function moment(at: number, more: Partial<Moment> = {}): Moment {
  const delay = { p50: 1, p99: 2, max: 3 };
  const counts = { handles: 100, timers: 3, clients: 50, sockets: 50, came: 60, said: 70, complaints: 0 };
  return { at, heap: 20_000_000, rss: 90_000_000, cpu: 1, delay, ...counts, ...more };
}

/** A site that is asked every ten seconds for ten minutes. */
function course(shape: (at: number) => Partial<Moment>): Moment[] {
  return Array.from({ length: 60 }, (_, index) => moment(index * 10, shape(index * 10)));
}

describe('the judge of a soak', () => {
  it('is content with a site that grows before the first minute, or for a moment', () => {
    const heap = (at: number): number => (at < 60 ? 10_000_000 : at === 300 ? 90_000_000 : 20_000_000);
    assert.deepEqual(
      judge(
        course((at) => ({ heap: heap(at) })),
        60,
      ).faults,
      [],
    );
  });

  it('sees a heap that grows by more than one part in twenty', () => {
    const growing = course((at) => ({ heap: 20_000_000 * (1 + at / 10_000) }));
    assert.match(judge(growing, 60).faults.join(), /^heap grew/);
  });

  it('sees handles and timers that stay', () => {
    const staying = course((at) => ({ handles: 100 + at / 5, timers: at }));
    assert.match(judge(staying, 60).faults.join(), /^handles grew.*timers grew/);
  });

  it('is not content where it has seen nothing', () => {
    assert.equal(judge([], 60).faults.length, 3);
  });
});

describe('the picture of a soak', () => {
  it('has a line for each thing that was measured, and is a picture by itself', () => {
    const svg = draw(
      course(() => ({})),
      'some <clients>',
      'and a note',
    );
    assert.match(svg, /^<svg xmlns=/);
    assert.match(svg, /some &lt;clients>/);
    assert.equal(svg.match(/<path class="line\d" d="M \d+\.\d/g)?.length, 8);
    assert.ok(!svg.includes('NaN'));
  });
});

describe('two clients of every kind for some seconds', function () {
  this.timeout(120_000);
  this.slow(30_000);

  it('come, chat, and leave nothing behind', async () => {
    const clients = 2 * kinds.length;
    const { counts, empty, moments } = await soak({ minutes: 0.1, clients, seed: 1, every: 2, pace: 0.2 });
    const idle = counts.filter(({ came, said, heard }) => came * said * heard === 0);
    assert.deepEqual(idle, []);
    assert.ok(moments.length >= 3);
    assert.deepEqual([empty.clients, empty.sockets, empty.complaints], [0, 0, 0]);
  });
});
