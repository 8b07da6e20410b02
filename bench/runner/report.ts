/** What a run has found: figures and ratios, as the table, the chart and the JSON file show them. */
import type { Metric, Scenario } from './catalogue.js';
import { OURS, type Peer } from './peers.js';
import { costsOf, ratios, type Sample, type Summary, summarize } from './statistics.js';

/** One scenario in one metric. */
export interface Row {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  readonly metric: Metric;
  /** What each peer's unit costs, in the metric's own unit. */
  readonly costs: Readonly<Record<string, Summary>>;
  /** A peer's cost by ours: more than 1 means that ours is cheaper. */
  readonly ratios: Readonly<Record<string, Summary>>;
}

/** How many times more something costs than another thing of the same peer. */
export interface Comparison {
  readonly title: string;
  readonly ratios: Readonly<Record<string, Summary>>;
}

export interface Report {
  readonly when: string;
  readonly machine: string;
  /** What is compared. */
  readonly versions: string;
  /** How to repeat it. */
  readonly command: string;
  readonly pace: string;
  readonly peers: readonly Pick<Peer, 'name' | 'title'>[];
  readonly skipped: Readonly<Record<string, string>>;
  readonly failed: Readonly<Record<string, string>>;
  readonly rows: readonly Row[];
  readonly comparisons: readonly Comparison[];
  readonly samples: readonly Sample[];
}

const metrics: Readonly<Record<Scenario['measures'], readonly Metric[]>> = {
  cpu: ['cpu'],
  memory: ['heap', 'rss'],
  latency: ['p50', 'p99'],
};

export function rowsOf(
  samples: readonly Sample[],
  scenarios: readonly Scenario[],
  peers: readonly Peer[],
): Row[] {
  return scenarios.flatMap(({ id, title, unit, measures }) =>
    metrics[measures].flatMap((metric) => {
      const costs = summaries(peers, ({ name }) => costsOf(samples, id, name, metric));
      const others = peers.filter(({ name }) => name !== OURS);
      const found = summaries(others, ({ name }) =>
        ratios(samples, metric, { scenario: id, peer: name }, { scenario: id, peer: OURS }),
      );
      return Object.keys(costs).length === 0 ? [] : [{ id, title, unit, metric, costs, ratios: found }];
    }),
  );
}

/** What each peer's variants cost more, and how each peer's deliveries grow dearer with the room. */
export function comparisonsOf(
  samples: readonly Sample[],
  scenarios: readonly Scenario[],
  peers: readonly Peer[],
): Comparison[] {
  const variants = scenarios
    .filter((scenario) => scenario.variants)
    .map(({ id, title }) => ({
      title: `${id} (${title}) with recovery : without`,
      ratios: summaries(peers, ({ name, variantOf }) =>
        variantOf === undefined
          ? []
          : ratios(samples, 'cpu', { scenario: id, peer: name }, { scenario: id, peer: variantOf }),
      ),
    }));
  const growths = [
    growth('S10', 'told once, and again when all have heard it', samples, scenarios, peers),
    growth('S10t', 'told in each turn', samples, scenarios, peers),
  ];
  return [...growths, ...variants].filter((comparison) => Object.keys(comparison.ratios).length > 0);
}

function growth(
  series: string,
  how: string,
  samples: readonly Sample[],
  scenarios: readonly Scenario[],
  peers: readonly Peer[],
): Comparison {
  const rooms = scenarios.filter(({ id }) => id.startsWith(`${series}-`));
  const [smallest, largest] = [rooms[0]?.id ?? '', rooms.at(-1)?.id ?? ''];
  return {
    title: `${series} (${how}) a delivery in the largest room : in the smallest`,
    ratios: summaries(peers, ({ name }) =>
      ratios(samples, 'cpu', { scenario: largest, peer: name }, { scenario: smallest, peer: name }),
    ),
  };
}

function summaries(
  peers: readonly Peer[],
  figuresOf: (peer: Peer) => readonly number[],
): Record<string, Summary> {
  const found: Record<string, Summary> = {};
  for (const peer of peers) {
    const figures = figuresOf(peer);
    if (figures.length > 0) found[peer.name] = summarize(figures);
  }
  return found;
}
