/** A server under test, and the load on it, which another process makes. */
import { fileURLToPath } from 'node:url';
import type { Size, Yield } from '../load/load.js';
import type { Order } from '../load/main.js';
import type { Metric, Scenario } from './catalogue.js';
import { Child } from './child.js';
import type { Cores } from './cores.js';
import type { Peer } from './peers.js';
import { quantile } from './statistics.js';

/** How processes are started. */
export interface Workshop {
  readonly cores: Cores | undefined;
  /** More flags of Node for the servers. */
  readonly serverFlags?: readonly string[];
  /** More environment for the servers. */
  readonly serverEnv?: Readonly<Record<string, string>>;
}

export type Costs = Readonly<Partial<Record<Metric, number>>>;

interface Usage {
  readonly cpuMicros: number;
}

interface Memory {
  readonly heapBytes: number;
  readonly rssBytes: number;
}

/** Starts the process that makes the load. */
export async function startLoad(cores: Cores | undefined): Promise<Child> {
  const { child } = await Child.start({
    program: fileOf('load/main.ts'),
    flags: ['--import', 'tsx'],
    core: cores?.load,
  });
  return child;
}

const fileOf = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** uWebSockets' package brings native helpers that `ws` would use if it saw them; a plain installation has none. */
const plainWs = { WS_NO_BUFFER_UTIL: '1', WS_NO_UTF_8_VALIDATE: '1' };

export class Pair {
  readonly peer: Peer;
  readonly #scenario: Scenario;
  readonly #server: Child;
  readonly #load: Child;
  readonly #port: number;

  /** Starts the server. @throws {ChildError} if it can't be had here */
  static async start(scenario: Scenario, peer: Peer, load: Child, workshop: Workshop): Promise<Pair> {
    const options = { ...scenario.options, ...peer.options };
    const { child, first } = await Child.start<{ readonly port: number }>({
      program: fileOf(`peers/${peer.program}`),
      flags: ['--expose-gc', ...(workshop.serverFlags ?? [])],
      env: { ...plainWs, ...workshop.serverEnv, BENCH_OPTIONS: JSON.stringify(options) },
      core: workshop.cores?.server,
    });
    return new Pair(scenario, peer, child, load, first.port);
  }

  constructor(scenario: Scenario, peer: Peer, server: Child, load: Child, port: number) {
    this.#scenario = scenario;
    this.peer = peer;
    this.#server = server;
    this.#load = load;
    this.#port = port;
  }

  /** Opens the connections. */
  async open(size: Size): Promise<void> {
    await this.#order({ open: this.#scenario.load, size, port: this.#port });
  }

  /** Load that nobody measures. */
  async warmUp(ms: number): Promise<void> {
    await this.#order({ segment: ms, port: this.#port });
  }

  /** One segment and what it cost. */
  segment(ms: number): Promise<Costs> {
    return measures[this.#scenario.measures](this.#server, () =>
      this.#order<Yield>({ segment: ms, port: this.#port }),
    );
  }

  async close(): Promise<void> {
    await this.#order({ close: true, port: this.#port });
  }

  async stop(): Promise<void> {
    await this.#server.stop();
  }

  #order<T>(order: Order): Promise<T> {
    return this.#load.ask<T>(order);
  }
}

type Measure = (server: Child, drive: () => Promise<Yield>) => Promise<Costs>;

const measures: Readonly<Record<Scenario['measures'], Measure>> = {
  cpu: async (server, drive) => {
    const before = await server.ask<Usage>({ ask: 'usage' });
    const { units } = await drive();
    const after = await server.ask<Usage>({ ask: 'usage' });
    return { cpu: (after.cpuMicros - before.cpuMicros) / some(units) };
  },

  memory: async (server, drive) => {
    const before = await server.ask<Memory>({ ask: 'memory' });
    const { units } = await drive();
    const after = await server.ask<Memory>({ ask: 'memory' });
    return {
      heap: (after.heapBytes - before.heapBytes) / some(units),
      rss: (after.rssBytes - before.rssBytes) / some(units),
    };
  },

  latency: async (_server, drive) => {
    const { latencies = [] } = await drive();
    some(latencies.length);
    return { p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99) };
  },
};

/** @throws on nothing, of which no cost can be told */
function some(units: number): number {
  if (!(units > 0)) throw new Error('nothing happened in a segment');
  return units;
}
