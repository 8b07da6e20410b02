/** A report as README has it: a table, the chart, and how it was made. Nothing there is written by hand. */
import type { Metric } from './catalogue.js';
import { OURS } from './peers.js';
import type { Report, Row } from './report.js';
import { costText, ratioText } from './table.js';

const BEGIN = '<!-- made by `npm run bench -- --publish` -->';
const END = '<!-- until here -->';

const metrics: Readonly<Record<Metric, string>> = {
  cpu: 'CPU',
  heap: 'heap',
  rss: 'memory',
  p50: 'median',
  p99: '99 %',
};

/**
 * @param readme the text that has a place for it
 * @returns the same text with this report in that place
 * @throws {Error} if it has none
 */
export function published(readme: string, report: Report): string {
  const [begin, end] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (begin === -1 || end < begin) throw new Error(`no place between "${BEGIN}" and "${END}"`);
  return `${readme.slice(0, begin)}${BEGIN}\n\n${sectionOf(report)}\n\n${readme.slice(end)}`;
}

function sectionOf(report: Report): string {
  const others = report.peers.filter(
    ({ name }) => name !== OURS && report.rows.some(({ ratios }) => ratios[name] !== undefined),
  );
  const head = ['', 'scenario', 'per', 'here', ...others.map(({ title }) => title)];
  const rows = report.rows.map((row) =>
    lineOf(
      row,
      others.map(({ name }) => ratioText(row.ratios[name])),
    ),
  );
  return [
    line(head),
    line(head.map(() => '---')),
    ...rows.map(line),
    '',
    ...report.comparisons.flatMap(({ title, ratios }) => {
      const figures = report.peers
        .filter(({ name }) => ratios[name])
        .map((peer) => `${peer.title} ${ratioText(ratios[peer.name])}`);
      return figures.length === 0 ? [] : [`- ${title}: ${figures.join(', ')}`];
    }),
    '',
    '![The same as a chart](bench/results/full.svg)',
    '',
    `Made by \`${report.command}\` on ${report.when.slice(0, 10)}: ${report.pace}; ${report.machine}; ${report.versions}.`,
  ].join('\n');
}

function lineOf(row: Row, ratios: readonly string[]): string[] {
  return [row.id, row.title, `${metrics[row.metric]}, ${row.unit}`, costText(row), ...ratios];
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
