/** Published adapters, unmodified, between two nodes of ours, and between one of ours and a genuine socket.io. */
import { battery, type Cluster } from './cluster/battery.js';
import { type Engine, type Row, rows } from './cluster/engines.js';
import { missing, type Program, type ProgramName, startProgram } from './cluster/programs.js';
import { type Maker, openStation, type Station, until } from './cluster/station.js';

const programs = new Map<ProgramName, Promise<Program>>();

/** Started with the first row that needs it, ended after the last. */
async function address(name: ProgramName | undefined): Promise<string> {
  if (!name) return '';
  const program = programs.get(name) ?? startProgram(name);
  programs.set(name, program);
  return (await program).address;
}

after(async () => {
  for (const program of programs.values()) await (await program).close();
});

let clusters = 0;

for (const row of rows) {
  const pairs: (readonly [Maker, Maker])[] = [['ours', 'ours']];
  if (row.mixed) pairs.push(['ours', 'genuine'], ['genuine', 'ours']);
  for (const [here, there] of pairs)
    describe(`${row.name}: ${here} acts, ${there} hears`, () => suite(row, here, there));
}

function suite(row: Row, here: Maker, there: Maker): void {
  const stations: Station[] = [];
  const engines: Engine[] = [];
  let cluster: Cluster;

  before(async function () {
    this.timeout(60_000);
    const why = row.program && missing(row.program);
    if (why) {
      console.log(`      skipped: ${why}`);
      this.skip();
    }
    const at = await address(row.program);
    const prefix = `cluster_${clusters++}`;
    for (const [name, maker] of Object.entries({ here, there })) {
      const engine = await row.engine(at, prefix);
      engines.push(engine);
      stations.push(await openStation(name, maker, engine.factory));
    }
    await warm(stations);
  });

  beforeEach(async () => {
    cluster = await gather(stations, engines);
  });

  afterEach(async () => {
    for (const guest of [cluster.near, cluster.far, cluster.plain]) guest.leave();
    await until(async () => (await cluster.here.tell('fetch', {})).length === 0, 'an empty cluster');
  });

  after(async () => {
    for (const station of stations) await station.close();
    for (const engine of engines) await engine.close();
  });

  for (const [sentence, act] of battery) it(sentence, () => act(cluster));
}

/** Waits until each node has heard the other one. */
async function warm(stations: readonly Station[]): Promise<void> {
  const guests = await Promise.all(stations.map((station) => station.guest('early')));
  const counts = async (): Promise<boolean> => {
    const seen = await Promise.all(stations.map((station) => station.tell('count')));
    return seen.every((count) => count === 2);
  };
  await until(counts, 'two nodes');
  for (const [index, station] of stations.entries()) {
    const other = guests[1 - index];
    await until(async () => {
      await station.tell('emit', {}, `probe ${index}`);
      return other?.heard.some(([event]) => event === `probe ${index}`) ?? false;
    }, 'a first word');
  }
  for (const guest of guests) guest.leave();
  await until(async () => (await stations[0]?.tell('fetch', {}))?.length === 0, 'an empty cluster');
}

async function gather(stations: readonly Station[], engines: readonly Engine[]): Promise<Cluster> {
  const [here, there] = stations as [Station, Station];
  const [near, far, plain] = await Promise.all([
    here.guest('near', 'red'),
    there.guest('far', 'red'),
    there.guest('plain'),
  ]);
  for (const { subscribed } of engines)
    if (subscribed) await until(() => subscribed('red'), 'a subscription');
  await here.tell('told');
  await there.tell('told');
  return { here, there, near, far, plain };
}
