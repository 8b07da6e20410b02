/** A report as a table of plain text. */
import type { Metric } from './catalogue.js';
import { OURS } from './peers.js';
import type { Comparison, Report, Row } from './report.js';
import type { Summary } from './statistics.js';

const names: Readonly<Record<Metric, string>> = {
  cpu: 'CPU',
  heap: 'heap',
  rss: 'RSS',
  p50: 'p50',
  p99: 'p99',
};

/** The whole report for a terminal. */
export function tableOf(report: Report): string {
  const others = report.peers.filter(
    ({ name }) => name !== OURS && report.rows.some((row) => row.ratios[name] !== undefined),
  );
  const head = ['scenario', 'what', 'per', 'ours', ...others.map(({ title }) => title)];
  const rows = report.rows.map((row) => [
    row.id,
    row.title,
    `${names[row.metric]} / ${row.unit}`,
    costText(row),
    ...others.map(({ name }) => ratioText(row.ratios[name])),
  ]);
  return [
    `${report.pace} run on ${report.machine}`,
    'ratios: cost of the peer / cost of ours, median [min..max] of all pairs; more than 1 means that ours is cheaper',
    '',
    aligned([head, ...rows]),
    ...report.comparisons.map((comparison) => `\n${comparisonText(comparison, report)}`),
    ...notes('skipped', report.skipped),
    ...notes('FAILED', report.failed),
  ].join('\n');
}

export function ratioText(summary: Summary | undefined): string {
  if (!summary) return '';
  const { median, min, max } = summary;
  return `${short(median)} [${short(min)}..${short(max)}]`;
}

export function costText({ metric, costs }: Row): string {
  const cost = costs[OURS]?.median;
  if (cost === undefined) return '';
  return metric === 'heap' || metric === 'rss' ? `${Math.round(cost)} B` : `${short(cost)} µs`;
}

/** Three figures that count, or fewer. */
function short(figure: number): string {
  if (Math.abs(figure) >= 100) return figure.toFixed(0);
  return Math.abs(figure) >= 10 ? figure.toFixed(1) : figure.toFixed(2);
}

function comparisonText({ title, ratios }: Comparison, { peers }: Report): string {
  const lines = peers
    .filter(({ name }) => ratios[name])
    .map((peer) => [`  ${peer.title}`, ratioText(ratios[peer.name])]);
  return `${title}\n${aligned(lines)}`;
}

function notes(word: string, reasons: Readonly<Record<string, string>>): string[] {
  return Object.entries(reasons).map(([name, reason]) => `\n${word}: ${name}: ${reason}`);
}

function aligned(lines: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const line of lines) {
    for (const [column, text] of line.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, text.length);
    }
  }
  return lines
    .map((line) =>
      line
        .map((text, column) => text.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
