/** Two nodes that know each other, and guests in them. */
import type { Cluster } from './battery.js';
import type { Engine, Row } from './engines.js';
import { missing, type Program, type ProgramName, startProgram } from './programs.js';
import { type Guest, type Maker, openStation, type Station, until } from './station.js';

/** Nodes, and how to end all that they stand on. */
export interface Nodes {
  readonly stations: readonly Station[];
  /** Settles when a room that has just been entered is known to all. */
  subscribed(room: string): Promise<void>;
  close(): Promise<void>;
}

const programs = new Map<ProgramName, Promise<Program>>();
let clusters = 0;

/** Where a program listens; started with the first who asks. A spec that needs one that is missing is skipped. */
export async function program(name: ProgramName, spec: Mocha.Context): Promise<string> {
  const why = missing(name);
  if (why) {
    console.log(`      skipped: ${why}`);
    spec.skip();
  }
  spec.timeout(60_000);
  const started = programs.get(name) ?? startProgram(name);
  programs.set(name, started);
  return (await started).address;
}

/** Ends all programs. */
export async function endPrograms(): Promise<void> {
  const running = [...programs.values()];
  programs.clear();
  for (const started of running) await (await started).close();
}

/** A name for channels and tables that no other cluster has. */
export function ownPrefix(): string {
  return `cluster_${process.pid}_${clusters++}`;
}

/** Opens two nodes in this process. */
export async function openPair(row: Row, address: string, makers: Record<string, Maker>): Promise<Nodes> {
  const prefix = ownPrefix();
  const engines: Engine[] = [];
  const stations: Station[] = [];
  for (const [name, maker] of Object.entries(makers)) {
    const engine = await row.engine(address, prefix);
    engines.push(engine);
    stations.push(await openStation(name, maker, engine.factory));
  }
  return {
    stations,
    subscribed: async (room) => {
      for (const { subscribed } of engines)
        if (subscribed) await until(() => subscribed(room), 'a subscription');
    },
    close: async () => {
      for (const station of stations) await station.close();
      for (const engine of engines) await engine.close();
    },
  };
}

/** Waits until each node has heard the other one. */
export async function warm({ stations }: Nodes): Promise<void> {
  const guests: Guest[] = [];
  for (const station of stations) guests.push(await station.guest('early'));
  const counts = async (): Promise<boolean> => {
    const seen = await Promise.all(stations.map((station) => station.tell('count')));
    return seen.every((count) => count === 2);
  };
  await until(counts, 'two nodes');
  for (const [index, station] of stations.entries()) {
    const other = guests[1 - index];
    const probe = async (): Promise<boolean> => {
      await station.tell('emit', {}, `probe ${index}`);
      return other?.heard.some(([event]) => event === `probe ${index}`) ?? false;
    };
    await until(probe, 'a first word');
  }
  for (const guest of guests) guest.leave();
  await people(stations, 0);
}

/** Waits until all nodes together have so many sockets. */
export async function people([station]: readonly Station[], count: number): Promise<void> {
  await until(async () => (await station?.tell('fetch', {}))?.length === count, `${count} sockets`);
}

/** Guests in both nodes. */
export async function gather({ stations, subscribed }: Nodes): Promise<Cluster> {
  const [here, there] = stations as [Station, Station];
  const near = await here.guest('near', 'red');
  const far = await there.guest('far', 'red');
  const plain = await there.guest('plain');
  await subscribed('red');
  await people(stations, 3);
  for (const station of stations) await station.tell('told');
  return { here, there, near, far, plain };
}
