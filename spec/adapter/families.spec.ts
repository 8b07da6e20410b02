/** Parent namespaces whose children have an adapter of the ecosystem. */
import assert from 'node:assert/strict';
import { createAdapter } from '@socket.io/redis-adapter';
import { createClient } from 'redis';
import { Adapter as InMemory } from 'socket.io-adapter';
import type { ParentNamespace, Socket } from '../../lib/index.js';
import type { AdapterFactory } from '../../lib/options.js';
import { openSite, type Site } from '../support/site.js';
import { missing, type Program, startProgram } from './cluster/programs.js';
import { arrive, type Guest, until } from './cluster/station.js';

/** A node, and the parent of its tenants. */
interface Node {
  readonly site: Site;
  readonly parent: ParentNamespace;
}

const nodes: Node[] = [];
const guests: Guest[] = [];

async function open(adapter: AdapterFactory): Promise<Node> {
  const site = await openSite({ adapter });
  const parent = site.io.of(/^\/tenant-\w+$/);
  parent.on('connection', (socket: Socket) => {
    socket.join(socket.handshake.auth.rooms as string[]);
    socket.on('where', (reply: (name: string) => void) => reply(socket.nsp.name));
  });
  const node = { site, parent };
  nodes.push(node);
  return node;
}

async function guest({ site }: Node, tenant: string, name: string, ...rooms: string[]): Promise<Guest> {
  const arrived = await arrive(`${site.url}/tenant-${tenant}`, name, rooms);
  guests.push(arrived);
  return arrived;
}

afterEach(async () => {
  for (const one of guests.splice(0)) one.leave();
  for (const { site } of nodes.splice(0)) await site.close();
});

type Broadcast = Parameters<InMemory['broadcast']>;
type Asking = Parameters<InMemory['broadcastWithAck']>;
const lost = new Error('no connection');

class Throwing extends InMemory {
  override broadcast(...[said, options]: Broadcast): void {
    if (!options.flags?.local) throw lost;
    super.broadcast(said, options);
  }
  override broadcastWithAck(...[said, options, onCount, onAck]: Asking): void {
    if (!options.flags?.local) throw lost;
    super.broadcastWithAck(said, options, onCount, onAck);
  }
}

class Rejecting extends InMemory {
  override async broadcast(...[said, options]: Broadcast): Promise<void> {
    if (!options.flags?.local) throw lost;
    super.broadcast(said, options);
  }
  override async broadcastWithAck(...[said, options, onCount, onAck]: Asking): Promise<void> {
    if (!options.flags?.local) throw lost;
    super.broadcastWithAck(said, options, onCount, onAck);
  }
}

describe('a parent namespace whose children cannot reach the other nodes', () => {
  for (const factory of [Throwing, Rejecting]) {
    it(`tells and asks their sockets here all the same: ${factory.name}`, async () => {
      const node = await open(factory as AdapterFactory);
      const ann = await guest(node, 'a', 'ann', 'red');
      const bob = await guest(node, 'b', 'bob', 'red');
      const cyd = await guest(node, 'b', 'cyd');
      assert.equal(node.parent.children.size, 2);
      node.parent.to('red').emit('news', 1);
      node.parent.emit('last word');
      for (const one of [ann, bob, cyd]) await one.hears('last word');
      const heard = [ann, bob, cyd].map((one) => one.heard.map(([event]) => event));
      assert.deepEqual(heard, [['news', 'last word'], ['news', 'last word'], ['last word']]);
      const answers: string[] = await node.parent.timeout(4_000).emitWithAck('who');
      assert.deepEqual(answers.sort(), ['ann', 'bob', 'cyd']);
      assert.deepEqual(
        node.site.complaints.map(({ error, event }) => [error, event]),
        ['news', 'news', 'last word', 'last word', 'who', 'who'].map((event) => [lost, event]),
      );
    });
  }
});

describe('a parent namespace with Redis', function () {
  this.timeout(60_000);
  let redis: Program | undefined;
  const clients: ReturnType<typeof createClient>[] = [];

  before(async function () {
    const why = missing('redis');
    if (why) {
      console.log(`    skipped: ${why}`);
      this.skip();
    }
    redis = await startProgram('redis');
  });

  afterEach(async () => {
    for (const made of clients.splice(0)) await made.quit();
  });

  after(() => redis?.close());

  async function client() {
    const made = createClient({ socket: { path: redis?.address ?? '' } });
    made.on('error', () => {});
    await made.connect();
    clients.push(made);
    return made;
  }

  async function twoNodes(): Promise<[Node, Node]> {
    const factory = async (): Promise<AdapterFactory> => createAdapter(await client(), await client());
    return [await open(await factory()), await open(await factory())];
  }

  /** Until each node's child has heard of the other's. */
  async function joined(all: readonly Node[], tenant: string): Promise<void> {
    for (const { site } of all) {
      const { adapter } = site.io.of(`/tenant-${tenant}`);
      await until(async () => (await adapter.serverCount()) === all.length, 'the other node');
    }
  }

  it('reaches the members of its children on both nodes', async () => {
    const [here, there] = await twoNodes();
    const near = await guest(here, 'a', 'near', 'red');
    const far = await guest(there, 'a', 'far', 'red');
    const plain = await guest(there, 'a', 'plain');
    await joined([here, there], 'a');
    here.parent.to('red').emit('news', Buffer.from([1, 2]));
    here.parent.except('red').emit('others');
    here.parent.local.emit('nearby');
    here.parent.emit('last word');
    for (const one of [near, far, plain]) await one.hears('last word');
    const news = ['news', Buffer.from([1, 2])];
    assert.deepEqual(near.heard, [news, ['nearby'], ['last word']]);
    assert.deepEqual(far.heard, [news, ['last word']]);
    assert.deepEqual(plain.heard, [['others'], ['last word']]);
    const answers: string[] = await here.parent.timeout(4_000).emitWithAck('who');
    assert.deepEqual(answers.sort(), ['far', 'near', 'plain']);
  });

  it('keeps the children of one name apart from those of another', async () => {
    const [here, there] = await twoNodes();
    const one = await guest(here, 'a', 'one');
    const other = await guest(there, 'b', 'other');
    const same = await guest(there, 'a', 'same');
    await joined([here, there], 'a');
    here.site.io.of('/tenant-a').emit('news', 1);
    await Promise.all([one, same].map((guest) => guest.hears('news')));
    there.site.io.of('/tenant-b').emit('last word');
    await other.hears('last word');
    assert.deepEqual(other.heard, [['last word']]);
    const found = await here.site.io.of('/tenant-a').fetchSockets();
    assert.deepEqual(found.map(({ id }) => id).sort(), [one.id, same.id].sort());
  });
});
