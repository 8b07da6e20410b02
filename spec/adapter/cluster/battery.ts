/** What must hold between any two nodes, whatever adapter joins them: one acts, guests of both see it. */
import assert from 'node:assert/strict';
import type { Described } from './post.js';
import { type Guest, type Station, until } from './station.js';

/** Two nodes with their guests; `near` is a guest of the node that acts. All but `plain` are in the room `red`. */
export interface Cluster {
  readonly here: Station;
  readonly there: Station;
  readonly near: Guest;
  readonly far: Guest;
  readonly plain: Guest;
}

const red = { rooms: ['red'] };

/** Who heard an event, once no more of it can come: a last word has passed through the same channels. */
async function hearers(cluster: Cluster, event: string, expected: readonly Guest[]): Promise<string[]> {
  const all = [cluster.near, cluster.far, cluster.plain];
  await Promise.all(expected.map((guest) => guest.hears(event)));
  await cluster.here.tell('emit', {}, 'last word');
  await Promise.all(all.map((guest) => guest.hears('last word')));
  return all.flatMap(({ name, heard }) =>
    heard.filter(([heardEvent]) => heardEvent === event).map(() => name),
  );
}

const names = (found: readonly Described[]): string[] =>
  found.map(({ data }) => String((data as { name: unknown }).name)).sort();

const inRoom = async ({ here }: Cluster, room: string): Promise<string[]> =>
  names(await here.tell('fetch', { rooms: [room] }));

type Behaviour = readonly [sentence: string, act: (cluster: Cluster) => Promise<void>];

export const battery: readonly Behaviour[] = [
  [
    'broadcasts to everybody, once',
    async (cluster) => {
      const { here, near, far, plain } = cluster;
      await here.tell('emit', {}, 'news', 'text', { n: 1 }, null, [true]);
      assert.deepEqual(await hearers(cluster, 'news', [near, far, plain]), ['near', 'far', 'plain']);
      for (const guest of [near, far, plain])
        assert.deepEqual(guest.heard[0], ['news', 'text', { n: 1 }, null, [true]]);
    },
  ],
  [
    'broadcasts to a room',
    async (cluster) => {
      await cluster.here.tell('emit', red, 'news', 1);
      assert.deepEqual(await hearers(cluster, 'news', [cluster.near, cluster.far]), ['near', 'far']);
    },
  ],
  [
    'broadcasts to a socket of the other node by its id',
    async (cluster) => {
      await cluster.here.tell('emit', { rooms: [cluster.far.id] }, 'news', 1);
      assert.deepEqual(await hearers(cluster, 'news', [cluster.far]), ['far']);
    },
  ],
  [
    'broadcasts to all but the members of a room',
    async (cluster) => {
      await cluster.here.tell('emit', { except: ['red'] }, 'news', 1);
      assert.deepEqual(await hearers(cluster, 'news', [cluster.plain]), ['plain']);
    },
  ],
  [
    'broadcasts binary data',
    async (cluster) => {
      const { here, near, far } = cluster;
      const bytes = Buffer.from([0, 1, 127, 128, 255]);
      await here.tell('emit', red, 'bytes', { deep: [bytes] });
      assert.deepEqual(await hearers(cluster, 'bytes', [near, far]), ['near', 'far']);
      for (const guest of [near, far]) assert.deepEqual(guest.heard[0], ['bytes', { deep: [bytes] }]);
    },
  ],
  [
    'keeps a local broadcast to itself',
    async (cluster) => {
      await cluster.here.tell('emit', { local: true }, 'news', 1);
      assert.deepEqual(await hearers(cluster, 'news', [cluster.near]), ['near']);
    },
  ],
  [
    'gathers the answers of all clients of all nodes',
    async ({ here }) => {
      const answers = (await here.tell('ask', {}, 'who', 1)) as string[];
      assert.deepEqual(answers.sort(), ['far', 'near', 'plain']);
    },
  ],
  [
    'finds the sockets of all nodes',
    async (cluster) => {
      const { here, near, far, plain } = cluster;
      const found = await here.tell('fetch', {});
      assert.deepEqual(names(found), ['far', 'near', 'plain']);
      assert.deepEqual(found.map(({ id }) => id).sort(), [near.id, far.id, plain.id].sort());
      const one = found.find(({ id }) => id === far.id);
      assert.deepEqual(one, {
        id: far.id,
        rooms: [far.id, 'red'],
        data: { name: 'far' },
        auth: { name: 'far', rooms: ['red'] },
      });
      assert.deepEqual(await inRoom(cluster, 'red'), ['far', 'near']);
    },
  ],
  [
    'speaks with one socket of the other node',
    async ({ here, far }) => {
      assert.equal(await here.tell('askOne', far.id, 'who', 1), 'far');
    },
  ],
  [
    'lets sockets of all nodes enter and leave rooms',
    async (cluster) => {
      const { here } = cluster;
      await here.tell('join', red, ['blue', 'green']);
      const joined = async (): Promise<boolean> => (await inRoom(cluster, 'green')).length === 2;
      await until(joined, 'both in the room green');
      assert.deepEqual(await inRoom(cluster, 'blue'), ['far', 'near']);
      await here.tell('leave', red, ['blue']);
      await until(async () => (await inRoom(cluster, 'blue')).length === 0, 'nobody in the room blue');
      assert.deepEqual(await inRoom(cluster, 'green'), ['far', 'near']);
    },
  ],
  [
    'disconnects sockets of all nodes',
    async (cluster) => {
      const { here, near, far, plain } = cluster;
      await here.tell('disconnect', red);
      await until(() => !near.client.connected && !far.client.connected, 'two disconnections');
      assert.equal(plain.client.connected, true);
      await until(async () => (await here.tell('fetch', {})).length === 1, 'one socket that is left');
    },
  ],
  [
    'tells the other servers, and not itself',
    async ({ here, there }) => {
      await here.tell('tellServers', 1, 'two', { three: 3 });
      let told: unknown[][] = [];
      await until(async () => {
        told = await there.tell('told');
        return told.length > 0;
      }, 'a word from the other server');
      assert.deepEqual(told, [[1, 'two', { three: 3 }]]);
      assert.deepEqual(await here.tell('told'), []);
    },
  ],
  [
    'gathers the answers of the other servers',
    async ({ here }) => {
      assert.deepEqual(await here.tell('askServers', 'a question'), ['there heard a question']);
    },
  ],
  [
    'counts the servers',
    async ({ here }) => {
      assert.equal(await here.tell('count'), 2);
    },
  ],
];
