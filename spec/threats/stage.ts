/** A site in a process of its own, with bystanders; after each act everything must be as before. */
import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { UserOptions } from '../../lib/index.js';
import { within } from '../support/patience.js';
import { frame } from './frames.js';
import type { Report } from './program.js';
import { tongues, Wire } from './visitors.js';

/** Milliseconds in which what an attacker has used must be back. */
const BACK = 1_000;

export class Stage {
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #bystanders: readonly Bystander[];
  /** Sessions of the bystanders. */
  readonly #base: number;
  #exited = false;

  private constructor(child: ChildProcess, port: number, bystanders: readonly Bystander[]) {
    this.#child = child;
    this.port = port;
    this.#bystanders = bystanders;
    this.#base = bystanders.length;
    child.once('exit', () => {
      this.#exited = true;
    });
  }

  static async open(options: UserOptions = {}): Promise<Stage> {
    const child = fork(new URL('./program.ts', import.meta.url).pathname, {
      execArgv: ['--import', 'tsx'],
      env: { ...process.env, OPTIONS: JSON.stringify(options) },
    });
    const [{ port }] = (await within(once(child, 'message'), 'the site', 20_000)) as [{ port: number }];
    const bystanders = await Promise.all([Bystander.come(port), Bystander.come(port)]);
    const stage = new Stage(child, port, bystanders);
    await stage.report();
    return stage;
  }

  /** @param weigh whether the heap is to be measured */
  async report(weigh = false): Promise<Report> {
    assert.equal(this.#exited, false, 'the site lives');
    const answered = once(this.#child, 'message') as Promise<[{ report: Report }]>;
    this.#child.send(weigh ? 'weigh' : 'report');
    const [{ report }] = await within(answered, 'a report of the site');
    return report;
  }

  /** The rule for every threat: nobody but the sender notices anything. @returns the report for what else is to be seen */
  async rule(): Promise<Report> {
    let report = await this.report();
    const seen = {
      heard: [...report.heard],
      complaints: [...report.complaints],
      disconnects: [...report.disconnects],
    };
    assert.deepEqual(report.uncaught, [], 'nothing is uncaught');
    assert.equal(report.polluted, false);
    assert.ok(
      report.stall <= report.most,
      `the event loop was held up for ${report.stall} ms of ${report.most}`,
    );
    for (const bystander of this.#bystanders) await bystander.hears();
    for (
      const end = performance.now() + BACK * 5;
      report.sessions > this.#base && performance.now() < end;
    ) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      report = await this.report();
    }
    assert.equal(report.sessions, this.#base, 'no session is left');
    return { ...report, ...seen };
  }

  /** No more than so many bytes are kept since then. Buffers are given back a moment after nobody holds them any more. */
  async isWithin({ heap, buffers }: Report, most: number, deadlineMs = 15_000): Promise<void> {
    let bytes = 0;
    for (const end = performance.now() + deadlineMs; performance.now() < end; ) {
      const now = await this.report(true);
      bytes = now.heap + now.buffers - heap - buffers;
      if (bytes < most) return;
    }
    assert.fail(`${bytes} bytes are kept`);
  }

  /** Waits for something to be told; what was told before it is forgotten. */
  async until(fulfilled: (report: Report) => boolean, deadlineMs = 15_000): Promise<void> {
    for (const end = performance.now() + deadlineMs; performance.now() < end; ) {
      const report = await this.report();
      assert.ok(
        report.stall <= report.most,
        `the event loop was held up for ${report.stall} ms of ${report.most}`,
      );
      if (fulfilled(report)) return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    assert.fail('the site does not tell what is waited for');
  }

  async close(): Promise<void> {
    for (const bystander of this.#bystanders) bystander.leave();
    if (this.#exited) return;
    this.#child.disconnect();
    await once(this.#child, 'exit');
  }
}

/** Somebody who is told numbers all the time, and misses none. */
class Bystander {
  readonly #wire: Wire;

  private constructor(wire: Wire) {
    this.#wire = wire;
  }

  static async come(port: number): Promise<Bystander> {
    const wire = await Wire.join(port, tongues[4]);
    wire.write(frame('42["bystander"]'));
    await wire.until('["tick",');
    return new Bystander(wire);
  }

  /** All that was told since the last time, without a gap, and something new now. */
  async hears(): Promise<void> {
    const before = this.#ticks().length;
    const begun = performance.now();
    while (this.#ticks().length === before) {
      assert.equal(this.#wire.ended, false, 'a bystander stays');
      assert.ok(performance.now() - begun < 8_000, 'a bystander is told something');
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    const ticks = this.#ticks();
    const [first = 0] = ticks;
    assert.deepEqual(
      ticks,
      ticks.map((_tick, index) => first + index),
      'a bystander misses nothing',
    );
    this.#wire.forget(`["tick",${ticks.at(-1)}`);
  }

  leave(): void {
    this.#wire.leave();
  }

  #ticks(): number[] {
    return [...this.#wire.told.matchAll(/\["tick",(\d+)[\],]/g)].map(([, digits]) => Number(digits));
  }
}
