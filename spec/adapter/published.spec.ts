/** Published adapters, unmodified, between two nodes of ours, and between one of ours and a genuine socket.io. */
import { battery, type Cluster } from './cluster/battery.js';
import { rows } from './cluster/engines.js';
import { endPrograms, gather, type Nodes, openPair, people, program, warm } from './cluster/gathering.js';
import type { Maker } from './cluster/station.js';
import { openWorkers } from './cluster/workers.js';

after(endPrograms);

for (const row of rows) {
  const pairs: (readonly [here: Maker, there: Maker])[] = [['ours', 'ours']];
  if (row.mixed) pairs.push(['ours', 'genuine'], ['genuine', 'ours']);
  for (const [here, there] of pairs)
    describe(`${row.name}: ${here} acts, ${there} hears`, () => {
      holds(async (spec) => {
        const address = row.program ? await program(row.program, spec) : '';
        return openPair(row, address, { here, there });
      });
    });
}

describe('node:cluster, two workers of ours behind a sticky primary', () => {
  holds(async () => {
    const stations = await openWorkers();
    const close = async (): Promise<void> => {
      for (const station of stations) await station.close();
    };
    return { stations, close, subscribed: async () => {} };
  });
});

function holds(open: (spec: Mocha.Context) => Promise<Nodes>): void {
  let nodes: Nodes | undefined;
  let cluster: Cluster;

  before(async function () {
    this.timeout(60_000);
    nodes = await open(this);
    await warm(nodes);
  });

  beforeEach(async () => {
    if (nodes) cluster = await gather(nodes);
  });

  afterEach(async () => {
    for (const guest of [cluster.near, cluster.far, cluster.plain]) guest.leave();
    await people([cluster.here], 0);
  });

  after(() => nodes?.close());

  for (const [sentence, act] of battery) it(sentence, () => act(cluster));
}
