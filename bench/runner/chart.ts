/** A report as a chart: what each peer costs by what ours costs, on a logarithmic scale. */
import { OURS } from './peers.js';
import type { Report, Row } from './report.js';
import type { Summary } from './statistics.js';

const WIDTH = 820;
const LEFT = 250;
const RIGHT = 28;
const TOP = 92;
const ROW = 34;
const BOTTOM = 56;
/** Between the marks of two peers in one row. */
const STEP = 6;

/** From half to this many times our cost is always in the picture. */
const LEAST_RANGE = [0.5, 4] as const;

const STYLE = `
  text { font: 13px system-ui, -apple-system, 'Segoe UI', sans-serif; fill: #1f2328; }
  .title { font-size: 16px; font-weight: 600; }
  .faint { fill: #59636e; font-size: 12px; }
  .paper { fill: #ffffff; } .band { fill: #f6f8fa; }
  .grid { stroke: #d1d9e0; } .ours { stroke: #1f2328; stroke-width: 1.5; }
  .mark0 { fill: #0969da; stroke: #0969da; } .mark1 { fill: #bc4c00; stroke: #bc4c00; }
  .mark2 { fill: #1a7f37; stroke: #1a7f37; } .mark3 { fill: #8250df; stroke: #8250df; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; } .faint { fill: #9198a1; }
    .paper { fill: #0d1117; } .band { fill: #151b23; }
    .grid { stroke: #3d444d; } .ours { stroke: #e6edf3; }
    .mark0 { fill: #4493f8; stroke: #4493f8; } .mark1 { fill: #f0883e; stroke: #f0883e; }
    .mark2 { fill: #3fb950; stroke: #3fb950; } .mark3 { fill: #ab7df8; stroke: #ab7df8; }
  }`;

interface Scale {
  /** Powers of two that have a line. */
  readonly ticks: readonly number[];
  x(ratio: number): number;
}

/** @returns the text of an SVG file that is legible on light and dark pages */
export function chartOf(report: Report): string {
  const rows = report.rows.filter(({ ratios }) => Object.keys(ratios).length > 0);
  const peers = report.peers
    .filter(({ name }) => name !== OURS && rows.some(({ ratios }) => ratios[name]))
    .slice(0, 4);
  const height = TOP + rows.length * ROW + BOTTOM;
  const shown = rows.map(({ ratios }) => peers.map(({ name }) => ratios[name]));
  const scale = scaleOf(shown.flat().filter((summary) => summary !== undefined));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">`,
    '<title>Cost of each peer by the cost of express-socketio</title>',
    `<style>${STYLE}\n</style>`,
    `<rect class="paper" width="${WIDTH}" height="${height}" rx="8"/>`,
    text(20, 30, 'What others cost, by what express-socketio costs', 'class="title"'),
    ...legend(peers.map(({ title }) => title)),
    ...rows.flatMap((row, index) => band(row, index)),
    ...grid(scale, height),
    ...shown.flatMap((summaries, index) => marks(summaries, index, scale)),
    text(
      20,
      height - 14,
      `${report.pace} run, ${report.machine}; median with least and most of all pairs`,
      'class="faint"',
    ),
    '</svg>\n',
  ].join('\n');
}

function scaleOf(summaries: readonly Summary[]): Scale {
  const low = Math.min(LEAST_RANGE[0], ...summaries.map(({ min }) => min).filter((ratio) => ratio > 0));
  const high = Math.max(LEAST_RANGE[1], ...summaries.map(({ max }) => max));
  const first = Math.floor(Math.log2(Math.max(low, 1 / 64)));
  const last = Math.ceil(Math.log2(Math.min(high, 128)));
  const step = (WIDTH - LEFT - RIGHT) / (last - first);
  return {
    ticks: Array.from({ length: last - first + 1 }, (_nothing, index) => 2 ** (first + index)),
    x: (ratio) =>
      LEFT + (Math.min(last, Math.max(first, Math.log2(Math.max(ratio, Number.MIN_VALUE)))) - first) * step,
  };
}

function legend(titles: readonly string[]): string[] {
  let x = 28;
  return titles.flatMap((title, index) => {
    const at = x;
    x += 30 + title.length * 7.5;
    return [mark(at, 52, index), text(at + 11, 56, title)];
  });
}

function band({ id, title, metric, unit }: Row, index: number): string[] {
  const y = TOP + index * ROW;
  const per =
    metric === 'cpu' ? `CPU per ${unit}` : metric === 'heap' || metric === 'rss' ? `${metric} bytes` : metric;
  const paper =
    index % 2 === 0 ? [`<rect class="band" x="10" y="${y}" width="${WIDTH - 20}" height="${ROW}"/>`] : [];
  return [...paper, text(20, y + 15, title), text(20, y + 29, `${id} · ${per}`, 'class="faint"')];
}

function grid({ ticks, x }: Scale, height: number): string[] {
  const bottom = height - BOTTOM + 4;
  return ticks.flatMap((tick) => {
    const at = x(tick).toFixed(1);
    const label = tick >= 1 ? `${tick}×` : `1/${1 / tick}`;
    const line = `<line class="${tick === 1 ? 'ours' : 'grid'}" x1="${at}" x2="${at}" y1="${TOP - 4}" y2="${bottom}"/>`;
    const words = tick === 1 ? 'ours' : label;
    return [
      line,
      text(x(tick), TOP - 10, words, 'class="faint" text-anchor="middle"'),
      text(x(tick), bottom + 14, label, 'class="faint" text-anchor="middle"'),
    ];
  });
}

function marks(summaries: readonly (Summary | undefined)[], index: number, { x }: Scale): string[] {
  const middle = TOP + index * ROW + ROW / 2 - ((summaries.length - 1) * STEP) / 2;
  return summaries.flatMap((summary, place) => {
    if (!summary) return [];
    const y = middle + place * STEP;
    const [from, to] = [x(summary.min).toFixed(1), x(summary.max).toFixed(1)];
    return [
      `<line class="mark${place}" x1="${from}" x2="${to}" y1="${y}" y2="${y}" stroke-opacity="0.55" stroke-width="2"/>`,
      mark(x(summary.median), y, place),
    ];
  });
}

/** Peers differ in shape, too, for those who don't see colours as others do. */
function mark(x: number, y: number, place: number): string {
  const points = [
    `M -4.5 0 A 4.5 4.5 0 1 0 4.5 0 A 4.5 4.5 0 1 0 -4.5 0 Z`,
    'M -4 -4 H 4 V 4 H -4 Z',
    'M 0 -5 L 5 4 H -5 Z',
    'M 0 -5.5 L 5.5 0 L 0 5.5 L -5.5 0 Z',
  ][place];
  return `<path class="mark${place}" d="${points}" transform="translate(${x.toFixed(1)} ${y})"/>`;
}

function text(x: number, y: number, words: string, more = ''): string {
  const escaped = words.replace(/&/g, '&amp;').replace(/</g, '&lt;');
  return `<text x="${x.toFixed(1)}" y="${y}" ${more}>${escaped}</text>`;
}
