/** The benchmark: its statistics, table and chart, and one small scenario from end to end, so that it does not rot. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { FrameReader, TEXT, textFrame } from '../bench/load/frames.js';
import type { LoadName } from '../bench/load/loads.js';
import type { Scenario } from '../bench/runner/catalogue.js';
import { chartOf } from '../bench/runner/chart.js';
import { ChildError, reasonIn } from '../bench/runner/child.js';
import { coresOf } from '../bench/runner/cores.js';
import { measure } from '../bench/runner/measure.js';
import { OURS, peers } from '../bench/runner/peers.js';
import { published } from '../bench/runner/publish.js';
import { comparisonsOf, type Report, rowsOf } from '../bench/runner/report.js';
import { quantile, ratios, type Sample, summarize } from '../bench/runner/statistics.js';
import { tableOf } from '../bench/runner/table.js';

const echo: Scenario = {
  id: 'S1',
  title: 'echo',
  unit: 'event',
  load: 'echo',
  size: { connections: 2 },
  measures: 'cpu',
  variants: true,
};

function sample(scenario: string, peer: string, segment: number, cpu: number): Sample {
  return { scenario, peer, repetition: 0, segment, costs: { cpu } };
}

/** Two segments of ours and of two peers. */
const samples: readonly Sample[] = [
  sample('S1', OURS, 0, 10),
  sample('S1', OURS, 1, 20),
  sample('S1', 'socket.io', 1, 30),
  sample('S1', 'socket.io', 0, 20),
  sample('S1', 'ours+recovery', 0, 11),
];

function report(): Report {
  return {
    when: '2020-02-02T00:00:00.000Z',
    machine: 'a machine <of ours>',
    versions: 'ws 8.0.0',
    command: 'npm run bench -- --publish',
    pace: 'quick (1 × 2 segments)',
    peers: peers.slice(0, 3).map(({ name, title }) => ({ name, title })),
    skipped: { 'bare uWS': 'no binary' },
    failed: {},
    rows: rowsOf(
      samples,
      [echo],
      peers.filter(({ variantOf }) => variantOf === undefined),
    ),
    comparisons: comparisonsOf(samples, [echo], peers),
    samples,
  };
}

describe('the statistics of the benchmark', () => {
  it('know the middle and the ends', () => {
    assert.deepEqual(summarize([3, 1, 2]), { median: 2, min: 1, max: 3, count: 3 });
    assert.equal(quantile([1, 2, 3, 4], 0.5), 2.5);
    assert.equal(quantile([5], 0.99), 5);
    assert.throws(() => quantile([], 0.5), RangeError);
  });

  it('take ratios pair by pair, whatever the order', () => {
    const found = ratios(
      samples,
      'cpu',
      { scenario: 'S1', peer: 'socket.io' },
      { scenario: 'S1', peer: OURS },
    );
    assert.deepEqual(found.sort(), [1.5, 2]);
  });

  it('leave out segments that have no partner', () => {
    const found = ratios(
      samples,
      'cpu',
      { scenario: 'S1', peer: 'ours+recovery' },
      { scenario: 'S1', peer: OURS },
    );
    assert.deepEqual(found, [1.1]);
  });
});

describe('the report of the benchmark', () => {
  it('has our cost, the ratios of others, variants and who was skipped in its table', () => {
    const text = tableOf(report());
    assert.match(text, /S1 +echo +CPU \/ event +15\.0 µs +1\.75 \[1\.50\.\.2\.00\]/);
    assert.match(text, /S1 \(echo\) with recovery : without/);
    assert.match(text, /skipped: bare uWS: no binary/);
  });

  it('has a chart that is well-formed, with a mark for each peer and a style for dark pages', () => {
    const svg = chartOf(report());
    const tags = [...svg.matchAll(/<(\/?)([a-z]+)[^>]*?(\/?)>/g)];
    const depth = tags.reduce((sum, [, end, , empty]) => sum + (empty ? 0 : end ? -1 : 1), 0);
    assert.equal(depth, 0);
    assert.equal(svg.includes('NaN'), false);
    assert.match(svg, /prefers-color-scheme: dark/);
    assert.match(svg, /a machine &lt;of ours>/);
    // One in the legend, one in the row.
    assert.equal(svg.match(/<path class="mark0"/g)?.length, 2);
  });

  it('stands in README as it was made', () => {
    const text = published(
      'before\n<!-- made by `npm run bench -- --publish` -->\nold\n<!-- until here -->\nafter',
      { ...report(), peers },
    );
    assert.match(
      text,
      /^before\n.*\| S1 \| echo \| CPU, event \| 15\.0 µs \| 1\.75 \[1\.50\.\.2\.00\] \|.*\nafter$/s,
    );
    assert.match(text, /with recovery : without: express-socketio with recovery 1\.10/);
    assert.doesNotMatch(text, /old/);
    assert.equal(published(text, { ...report(), peers }), text);
    assert.throws(() => published('nothing', report()), /no place/);
  });

  it('is the one that README shows', () => {
    const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
    const readme = read('README.md');
    assert.equal(published(readme, JSON.parse(read('bench/results/full.json'))), readme);
  });

  it('says why a child has ended', () => {
    assert.equal(reasonIn('at x\nError: no such thing\n    at y'), 'Error: no such thing');
    assert.equal(reasonIn('gone'), 'gone');
  });
});

describe('the tools of the benchmark', () => {
  it('read lists of cores', () => {
    assert.deepEqual(coresOf('0-2,5'), [0, 1, 2, 5]);
    assert.deepEqual(coresOf(''), []);
  });

  it('read frames of every length, wherever they are cut', () => {
    const texts = ['', 'a', 'b'.repeat(125), 'c'.repeat(126), 'd'.repeat(65_535), 'e'.repeat(65_536)];
    const stream = Buffer.concat(texts.map(unmasked));
    for (const size of [7, 4_096, stream.length]) {
      const heard: string[] = [];
      const reader = new FrameReader((bytes, start, end, opcode) => {
        assert.equal(opcode, TEXT);
        heard.push(bytes.toString('utf8', start, end));
      });
      for (let at = 0; at < stream.length; at += size) reader.read(stream.subarray(at, at + size));
      assert.deepEqual(heard, texts);
    }
  });
});

/** A client's frame as a server would have sent it. */
function unmasked(text: string): Buffer {
  const bytes = textFrame(text);
  const payload = Buffer.byteLength(text);
  const header = Buffer.from(bytes.subarray(0, bytes.length - payload - 4));
  header[1] = (header[1] ?? 0) & 0x7f;
  return Buffer.concat([header, Buffer.from(text)]);
}

describe('a benchmark', function () {
  this.timeout(120_000);

  const workshop = {
    cores: undefined,
    serverFlags: ['--import', 'tsx'],
    serverEnv: { BENCH_PACKAGE: fileURLToPath(new URL('../lib/index.ts', import.meta.url)) },
  };
  const pace = { name: 'quick', repetitions: 1, warmUpMs: 20, segments: 2, segmentMs: 20 } as const;
  const ours = peers.filter(({ name }) => name === OURS);
  const nobody = (): never => assert.fail('nobody is skipped');

  for (const load of ['echo', 'ack', 'broadcast', 'polling', 'upgrade'] satisfies LoadName[]) {
    it(`drives this library: ${load}`, async () => {
      const repetition = {
        scenario: { ...echo, load },
        peers: ours,
        pace,
        workshop,
        number: 0,
        skipped: nobody,
      };
      const found = await measure(repetition);
      assert.equal(found.length, 2);
      for (const { costs } of found) assert.ok((costs.cpu ?? 0) > 0);
    });
  }

  it('fails loudly when what should have happened did not', async () => {
    const refusing = { ...echo, options: { transports: ['polling'] } };
    const repetition = { scenario: refusing, peers: ours, pace, workshop, number: 0, skipped: nobody };
    await assert.rejects(
      measure(repetition),
      (error) => error instanceof ChildError && /no upgrade/.test(error.message),
    );
  });

  it('skips a peer that does not start, and says why', async () => {
    const reasons: string[] = [];
    const refused = { ...echo, options: { pingInterval: 'often' } };
    const skipped = (_peer: unknown, reason: string): unknown => reasons.push(reason);
    const repetition = { scenario: refused, peers: ours, pace, workshop, number: 0, skipped };
    assert.deepEqual(await measure(repetition), []);
    assert.match(reasons.join(), /pingInterval/);
  });
});
