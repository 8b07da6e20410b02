/** Clients that come back through published adapters: to the same node, to another one, to one that is not ours. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { Server as Genuine } from 'socket.io';
import { SessionAwareAdapter } from 'socket.io-adapter';
import { type Socket as Client, io as connect } from 'socket.io-client';
import type { Server } from '../../lib/index.js';
import type { AdapterFactory, Parser } from '../../lib/options.js';
import { listening } from '../support/listening.js';
import { heard } from '../support/patience.js';
import { openSite } from '../support/site.js';
import { rows } from './cluster/engines.js';
import { endPrograms, ownPrefix, program } from './cluster/gathering.js';
import { type Maker, until } from './cluster/station.js';

const parser = createRequire(import.meta.url)('socket.io-msgpack-parser') as Parser;

interface Node {
  readonly io: Server;
  readonly url: string;
  close(): Promise<unknown>;
}

/** What the genuine client keeps for itself. */
interface Memory {
  _pid?: string;
  _lastOffset?: string;
}

async function openNode(maker: Maker, adapter: AdapterFactory): Promise<Node> {
  if (maker === 'ours') return openSite({ adapter, connectionStateRecovery: {} });
  const server = createServer();
  const io = new Genuine(server, { adapter: adapter as never, connectionStateRecovery: {} });
  const url = `http://127.0.0.1:${await listening(server)}`;
  return { io: io as unknown as Server, url, close: () => io.close() };
}

/** A client that remembers what it hears. */
class Traveller {
  readonly heard: unknown[][] = [];
  readonly client: Client;

  constructor(url: string, memory: Memory = {}, options: object = {}) {
    this.client = connect(url, {
      ...options,
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      autoConnect: false,
    });
    Object.assign(this.client, memory);
    this.client.onAny((...event: unknown[]) => this.heard.push(event));
  }

  async come(): Promise<this> {
    const connected = heard(this.client as never, 'connect');
    this.client.connect();
    await connected;
    return this;
  }

  async hears(name: string): Promise<void> {
    await until(() => this.heard.some(([event]) => event === name), name);
  }

  /** The line breaks. */
  cut(): Memory {
    const { _pid = '', _lastOffset = '' } = this.client as unknown as Memory;
    this.client.io.engine.close();
    return { _pid, _lastOffset };
  }
}

function serve({ io }: Node): void {
  io.on('connection', (socket) => {
    if (socket.recovered) return;
    socket.data.word = 'kept';
    socket.join('red');
  });
}

/** Somebody leaves one node and comes back to the other, twice. */
async function travel(here: Node, there: Node): Promise<void> {
  serve(here);
  serve(there);
  let traveller = await new Traveller(here.url).come();
  const { id } = traveller.client;
  await until(() => here.io.sockets.adapter.rooms.get('red')?.has(id ?? '') === true, 'the room');
  here.io.to('red').emit('seen', 1);
  await traveller.hears('seen');
  for (const [from, to] of [
    [here, there],
    [there, here],
  ] as const) {
    const memory = traveller.cut();
    await until(() => from.io.sockets.sockets.size === 0, 'the loss of it');
    from.io.to('red').emit('missed', 'text');
    from.io.to('blue').emit('not meant');
    traveller = await new Traveller(to.url, memory).come();
    await traveller.hears('missed');
    assert.equal(traveller.client.recovered, true);
    assert.equal(traveller.client.id, id);
    assert.deepEqual(
      traveller.heard.map((event) => event.slice(0, 2)),
      [['missed', 'text']],
    );
    const socket = to.io.sockets.sockets.get(id ?? '');
    assert.deepEqual(socket?.data, { word: 'kept' });
    assert.ok(socket?.rooms.has('red'));
    socket?.emit('direct', 'text');
    await traveller.hears('direct');
  }
  traveller.client.disconnect();
}

after(endPrograms);

describe('redis streams', () => {
  const streams = rows.find(({ name }) => name === 'redis streams');
  for (const makers of [
    ['ours', 'ours'],
    ['ours', 'genuine'],
    ['genuine', 'ours'],
  ] as const) {
    it(`lets a client come back from a node (${makers[0]}) to another (${makers[1]}), and again`, async function () {
      const address = await program('redis', this);
      assert.ok(streams);
      const prefix = ownPrefix();
      const engines = [await streams.engine(address, prefix), await streams.engine(address, prefix)];
      const nodes: Node[] = [];
      for (const [index, maker] of makers.entries())
        nodes.push(await openNode(maker, engines[index]?.factory as AdapterFactory));
      const [here, there] = nodes as [Node, Node];
      await travel(here, there);
      for (const node of nodes) await node.close();
      for (const engine of engines) await engine.close();
    });
  }
});

describe('redis streams, for a namespace that went with its last client', () => {
  it('lets that client come back to another one of the same name', async function () {
    const address = await program('redis', this);
    const streams = rows.find(({ name }) => name === 'redis streams');
    assert.ok(streams);
    const engine = await streams.engine(address, ownPrefix());
    const node = await openNode('ours', engine.factory as AdapterFactory);
    node.io.of(/^\/room-/).on('connection', (socket) => {
      if (!socket.recovered) socket.join('red');
      socket.nsp.to('red').emit('seen');
    });
    const first = await new Traveller(`${node.url}/room-1`).come();
    await first.hears('seen');
    const memory = first.cut();
    await until(() => !node.io._nsps.has('/room-1'), 'the end of it');
    const second = await new Traveller(`${node.url}/room-1`, memory).come();
    await second.hears('seen');
    assert.equal(second.client.recovered, true);
    second.client.disconnect();
    await node.close();
    await engine.close();
  });
});

describe('an adapter that keeps sessions', () => {
  let node: Node;
  beforeEach(async () => {
    node = await openNode('ours', SessionAwareAdapter);
  });
  afterEach(() => node.close());

  it('lets a client come back', () => travel(node, node));

  it('shows its offsets to nobody but the clients that want them', async () => {
    const told: unknown[][] = [];
    node.io.on('connection', (socket) => {
      socket.onAnyOutgoing((...event) => told.push(event));
      socket.emit('direct', 'text');
      node.io.emit('all', 'text');
      node.io.volatile.emit('noise', 'text');
    });
    const traveller = await new Traveller(node.url).come();
    await traveller.hears('noise');
    assert.deepEqual(told, [
      ['direct', 'text'],
      ['all', 'text'],
      ['noise', 'text'],
    ]);
    const offsets = traveller.heard.map((event) => event[2]);
    assert.ok(offsets[0] && offsets[1] && offsets[0] !== offsets[1]);
    assert.equal(offsets[2], offsets[1]);
    traveller.client.disconnect();
  });

  it('takes a client for new that says nothing, or nonsense, of where it stands', async () => {
    const first = await new Traveller(node.url).come();
    const { _pid = '' } = first.cut();
    for (const memory of [{ _pid }, { _pid, _lastOffset: 'nonsense' }]) {
      const second = await new Traveller(node.url, memory).come();
      assert.equal(second.client.recovered, false);
      second.client.disconnect();
    }
  });

  it('ends the ghost of a client that comes back before its loss was noticed', async () => {
    const reasons: string[] = [];
    node.io.on('connection', (socket) => {
      socket.on('disconnect', (reason) => reasons.push(reason));
    });
    const first = await new Traveller(node.url).come();
    node.io.emit('seen');
    await first.hears('seen');
    const { _pid = '', _lastOffset = '' } = first.client as unknown as Memory;
    const second = await new Traveller(node.url, { _pid, _lastOffset }).come();
    assert.equal(second.client.recovered, true);
    assert.deepEqual(reasons, ['transport close']);
    second.client.disconnect();
  });
});

describe('a parser of its own', () => {
  it('carries offsets, and what was missed', async () => {
    const site = await openSite({ parser, connectionStateRecovery: true });
    const first = await new Traveller(site.url, {}, { parser }).come();
    const { id } = first.client;
    site.io.emit('seen', 'text');
    await first.hears('seen');
    const memory = first.cut();
    await until(() => site.io.sockets.sockets.size === 0, 'the loss of it');
    const bytes = Buffer.from('then');
    site.io.emit('missed', 'text', bytes);
    bytes.fill('x');
    const second = await new Traveller(site.url, memory, { parser }).come();
    assert.deepEqual([second.client.recovered, second.client.id], [true, id]);
    await second.hears('missed');
    assert.deepEqual(
      second.heard.map((event) => event.slice(0, 3)),
      [['missed', 'text', Buffer.from('then')]],
    );
    second.client.disconnect();
    await site.close();
  });
});

describe('an adapter that keeps no sessions', () => {
  it('gives no place to come back to, and writes no offsets', async () => {
    const { Adapter } = await import('socket.io-adapter');
    const node = await openNode('ours', Adapter);
    const traveller = await new Traveller(node.url).come();
    node.io.emit('plain', 'text');
    await traveller.hears('plain');
    assert.deepEqual(traveller.heard, [['plain', 'text']]);
    assert.equal((traveller.client as unknown as Memory)._pid, undefined);
    traveller.client.disconnect();
    await node.close();
  });
});
