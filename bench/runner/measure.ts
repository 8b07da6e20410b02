/** Runs one scenario once with all its peers, segment by segment in turn. */
import type { Scenario } from './catalogue.js';
import { type Child, ChildError } from './child.js';
import type { Pace } from './pace.js';
import { Pair, startLoad, type Workshop } from './pair.js';
import type { Peer } from './peers.js';
import type { Sample } from './statistics.js';

export interface Repetition {
  readonly scenario: Scenario;
  readonly peers: readonly Peer[];
  readonly pace: Pace;
  readonly workshop: Workshop;
  /** From 0; on odd ones the order is reversed. */
  readonly number: number;
  /** Hears of a peer that can't be had here. */
  readonly skipped: (peer: Peer, reason: string) => void;
}

/** @throws {ChildError} if a load did not go as it should; peers that can't be had are left out */
export async function measure(repetition: Repetition): Promise<Sample[]> {
  const { scenario, number } = repetition;
  const peers = partakers(scenario, repetition.peers);
  if (!scenario.alone) return measureTogether(repetition, peers);
  const samples: Sample[] = [];
  for (const peer of inTurn(peers, number)) samples.push(...(await measureTogether(repetition, [peer])));
  return samples;
}

/** Who takes part in a scenario. */
export function partakers(scenario: Scenario, peers: readonly Peer[]): Peer[] {
  return peers.filter(
    (peer) =>
      (scenario.variants || peer.variantOf === undefined) && (!scenario.librariesOnly || peer.isLibrary),
  );
}

function inTurn<T>(all: readonly T[], round: number): T[] {
  return round % 2 === 0 ? [...all] : [...all].reverse();
}

async function measureTogether(repetition: Repetition, peers: readonly Peer[]): Promise<Sample[]> {
  const load = await startLoad(repetition.workshop.cores);
  const pairs = await start(repetition, peers, load);
  try {
    for (const pair of pairs) await prepare(pair, repetition);
    const samples = await segments(repetition, pairs);
    for (const pair of pairs) await named(pair, () => pair.close());
    return samples;
  } finally {
    await load.stop();
    await Promise.all(pairs.map((pair) => pair.stop()));
  }
}

async function start(repetition: Repetition, peers: readonly Peer[], load: Child): Promise<Pair[]> {
  const { scenario, workshop, skipped } = repetition;
  const started = await Promise.all(
    peers.map((peer) =>
      Pair.start(scenario, peer, load, workshop).catch((error: unknown) => {
        if (!(error instanceof ChildError)) throw error;
        skipped(peer, error.message);
        return undefined;
      }),
    ),
  );
  return started.filter((pair) => pair !== undefined);
}

async function segments(repetition: Repetition, pairs: readonly Pair[]): Promise<Sample[]> {
  const { scenario, pace, number } = repetition;
  const samples: Sample[] = [];
  const ms = Math.max(scenario.segmentMs ?? 0, pace.segmentMs);
  // Longer segments are fewer, so that no scenario takes much longer than others.
  const count = scenario.measures === 'memory' ? 1 : Math.ceil((pace.segments * pace.segmentMs) / ms);
  for (let segment = 0; segment < count; segment++) {
    for (const pair of inTurn(pairs, number + segment)) {
      const costs = await named(pair, () => pair.segment(ms));
      samples.push({ scenario: scenario.id, peer: pair.peer.name, repetition: number, segment, costs });
    }
  }
  return samples;
}

async function prepare(pair: Pair, { scenario, pace }: Repetition): Promise<void> {
  const { size, quick, measures, warmUpMs = 0 } = scenario;
  await named(pair, () => pair.open(pace.name === 'quick' && quick ? quick : size));
  if (measures !== 'memory') await named(pair, () => pair.warmUp(Math.max(pace.warmUpMs, warmUpMs)));
}

/** Says with which peer something went wrong. */
async function named<T>({ peer }: Pair, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new ChildError(`${peer.title}: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  }
}
