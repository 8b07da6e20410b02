/** Time that stands still until it is told to pass: timers and `performance.now` in step. */
import { mock } from 'node:test';

export interface Clock {
  readonly now: number;
  /** Lets time pass, one timer after the other. */
  pass(ms: number): void;
  /** The process stands still meanwhile: what was due is late. Settles when whatever looks a turn later has looked. */
  stand(ms: number): Promise<void>;
  restore(): void;
}

export function stoppedClock(): Clock {
  let now = 0;
  mock.timers.enable({ apis: ['setTimeout'] });
  const reading = mock.method(performance, 'now', () => now);
  return {
    get now() {
      return now;
    },
    pass(ms) {
      for (let left = ms; left > 0; left--) {
        now += 1;
        mock.timers.tick(1);
      }
    },
    async stand(ms) {
      now += ms;
      mock.timers.tick(ms);
      await new Promise((resolve) => setImmediate(resolve));
    },
    restore() {
      mock.timers.reset();
      reading.mock.restore();
    },
  };
}
