/** The course of a soak as a picture: what the site held, how many were there, and how long it let others wait. */
import type { Moment } from './sample.js';

const WIDTH = 820;
const LEFT = 64;
const RIGHT = 150;
const TOP = 56;
const PANEL = 150;
const GAP = 46;
const MEBIBYTE = 1_048_576;

const STYLE = `
  text { font: 13px system-ui, -apple-system, 'Segoe UI', sans-serif; fill: #1f2328; }
  .title { font-size: 16px; font-weight: 600; }
  .faint { fill: #59636e; font-size: 12px; }
  .paper { fill: #ffffff; } .grid { stroke: #d1d9e0; }
  path { fill: none; stroke-width: 1.6; stroke-linejoin: round; }
  .line0 { stroke: #0969da; } .line1 { stroke: #bc4c00; stroke-dasharray: 6 3; } .line2 { stroke: #1a7f37; stroke-dasharray: 2 3; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; } .faint { fill: #9198a1; }
    .paper { fill: #0d1117; } .grid { stroke: #3d444d; }
    .line0 { stroke: #4493f8; } .line1 { stroke: #f0883e; } .line2 { stroke: #3fb950; }
  }`;

interface Panel {
  readonly title: string;
  readonly lines: readonly (readonly [name: string, value: (moment: Moment) => number])[];
}

const panels: readonly Panel[] = [
  {
    title: 'Memory after garbage collection, MiB',
    lines: [
      ['heap and buffers', ({ heap }) => heap / MEBIBYTE],
      ['resident', ({ rss }) => rss / MEBIBYTE],
    ],
  },
  {
    title: 'How many',
    lines: [
      ['clients', ({ clients }) => clients],
      ['handles', ({ handles }) => handles],
      ['timers', ({ timers }) => timers],
    ],
  },
  {
    title: 'Delay of the event loop, ms',
    lines: [
      ['median', ({ delay }) => delay.p50],
      ['99 of 100', ({ delay }) => delay.p99],
      ['longest', ({ delay }) => delay.max],
    ],
  },
];

/** @returns the text of an SVG file that is legible on light and dark pages */
export function draw(moments: readonly Moment[], title: string, note: string): string {
  const height = TOP + panels.length * (PANEL + GAP) + 20;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<style>${STYLE}\n</style>`,
    `<rect class="paper" width="${WIDTH}" height="${height}" rx="8"/>`,
    text(20, 28, title, 'class="title"'),
    ...panels.flatMap((panel, index) => drawPanel(panel, moments, TOP + index * (PANEL + GAP))),
    text(20, height - 12, note, 'class="faint"'),
    '</svg>\n',
  ].join('\n');
}

function drawPanel({ title, lines }: Panel, moments: readonly Moment[], top: number): string[] {
  const most = niceAbove(
    Math.max(1, ...moments.flatMap((moment) => lines.map(([, value]) => value(moment)))),
  );
  const end = Math.max(1, moments.at(-1)?.at ?? 1);
  const bottom = top + 16 + PANEL;
  const x = (at: number): number => LEFT + (at / end) * (WIDTH - LEFT - RIGHT);
  const y = (value: number): number => bottom - (value / most) * PANEL;
  return [
    text(20, top + 6, title),
    ...[0, 0.5, 1].flatMap((part) => [
      `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(part * most)}" y2="${y(part * most)}"/>`,
      text(LEFT - 8, y(part * most) + 4, `${part * most}`, 'class="faint" text-anchor="end"'),
    ]),
    ...[0, 0.5, 1].map((part) =>
      text(x(part * end), bottom + 15, clock(part * end), 'class="faint" text-anchor="middle"'),
    ),
    ...lines.flatMap(([name, value], index) => [
      `<path class="line${index}" d="M ${moments.map((moment) => `${x(moment.at).toFixed(1)} ${y(value(moment)).toFixed(1)}`).join(' L ')}"/>`,
      ...legend(name, index, top + 36 + index * 20),
    ]),
  ];
}

function legend(name: string, index: number, y: number): string[] {
  const x = WIDTH - RIGHT + 14;
  return [`<path class="line${index}" d="M ${x} ${y - 4} h 26"/>`, text(x + 32, y, name, 'class="faint"')];
}

/** The next of 1, 2 and 5 times a power of ten. */
function niceAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 5, 10].find((step) => step * power >= value) ?? 10);
}

function clock(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;
}

function text(x: number, y: number, words: string, more = ''): string {
  return `<text x="${x.toFixed(1)}" y="${y}" ${more}>${escaped(words)}</text>`;
}

function escaped(words: string): string {
  return words.replace(/&/g, '&amp;').replace(/</g, '&lt;');
}
