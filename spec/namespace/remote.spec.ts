/** Selections that span nodes, and sockets that live elsewhere. */
import assert from 'node:assert/strict';
import { mock } from 'node:test';
import type {
  AckListener,
  Adapter,
  BroadcastOptions,
  SocketDescription,
} from '../../lib/adapter/contract.js';
import { MemoryAdapter } from '../../lib/adapter/memory.js';
import { Broadcast } from '../../lib/namespace/broadcast.js';
import { Namespaces } from '../../lib/namespace/namespaces.js';
import type { EventPacket } from '../../lib/packet.js';
import { type Guest, settled, type World, world } from './fake-client.js';

let here: World;
let alice: Guest;
beforeEach(() => {
  here = world();
  alice = here.join('alice');
});

/** A cluster of two nodes, of which the other one is played by the spec. */
class TwoNodes extends MemoryAdapter<unknown> {
  readonly remote: SocketDescription = { id: 'carol', handshake: {}, rooms: ['carol', 'r'], data: { n: 1 } };
  readonly calls: unknown[][] = [];
  counted = (_clients: number): void => {};
  answered: AckListener = () => {};
  servers: Promise<number> = Promise.resolve(2);

  override serverCount(): Promise<number> {
    return this.servers;
  }

  override async fetchSockets(options: BroadcastOptions): Promise<SocketDescription[]> {
    return [...(await super.fetchSockets(options)), this.remote];
  }

  override broadcast(packet: EventPacket, options: BroadcastOptions): void {
    this.calls.push(['broadcast', packet.data, [...options.rooms]]);
    super.broadcast(packet, options);
  }

  override broadcastWithAck(
    packet: EventPacket,
    options: BroadcastOptions,
    onCount: (clients: number) => void,
    onAck: AckListener,
  ): void {
    this.calls.push(['ask', packet.data, options.flags]);
    this.counted = onCount;
    this.answered = onAck;
    super.broadcastWithAck(packet, options, onCount, onAck);
  }

  override addSockets(options: BroadcastOptions, rooms: string[]): void {
    this.calls.push(['join', [...options.rooms], rooms]);
  }

  override delSockets(options: BroadcastOptions, rooms: string[]): void {
    this.calls.push(['leave', [...options.rooms], rooms]);
  }

  override disconnectSockets(options: BroadcastOptions, close: boolean): void {
    this.calls.push(['disconnect', [...options.rooms], close]);
  }
}

describe('a selection that spans nodes', () => {
  let adapter: TwoNodes;
  let everybody: Broadcast;

  beforeEach(() => {
    const createAdapter = (host: ConstructorParameters<typeof TwoNodes>[0]): Adapter => {
      adapter = new TwoNodes(host);
      return adapter;
    };
    const { server, options } = here.root;
    const root = new Namespaces({ server, options, createAdapter }, () => {}).of('/');
    alice = here.join('alice', root);
    everybody = new Broadcast(root);
  });

  it('waits for both nodes, whichever is quicker', async () => {
    const all = everybody.timeout(1_000).emitWithAck('x');
    alice.answers(alice.client.asked, 'a');
    await settled();
    adapter.counted(1);
    adapter.answered('c');
    assert.deepEqual(await all, ['a', 'c']);
  });

  it('is complete when the last node says that it asked nobody', async () => {
    const all = everybody.timeout(1_000).emitWithAck('x');
    alice.answers(alice.client.asked, 'a');
    await settled();
    adapter.counted(0);
    assert.deepEqual(await all, ['a']);
  });

  it('does not listen to who is late', async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    const heard: unknown[][] = [];
    everybody.timeout(100).emit('x', (...args: unknown[]) => heard.push(args));
    await settled();
    adapter.counted(1);
    mock.timers.tick(100);
    mock.timers.reset();
    adapter.answered('late');
    adapter.answered('later');
    assert.equal(heard.length, 1);
    assert.deepEqual(heard[0]?.[1], []);
  });

  it('fails if nobody knows how many nodes there are', async () => {
    adapter.servers = Promise.reject(new Error('broker is down'));
    await assert.rejects(everybody.timeout(1_000).emitWithAck('x'), {
      message: 'broker is down',
      responses: [],
    });
  });

  it('gives an adapter real sets, flags, and a number for the timeout', () => {
    everybody.to('alice').emit('x', () => {});
    assert.deepEqual(adapter.calls, [['ask', ['x'], { timeout: 0 }]]);
  });

  it('reports a broadcast that fails later', async () => {
    adapter.broadcast = (() =>
      Promise.reject(new Error('broker is down'))) as unknown as TwoNodes['broadcast'];
    everybody.emit('x');
    await settled();
    assert.deepEqual(
      here.errors.map(({ event }) => event),
      ['x'],
    );
  });

  it('describes remote sockets and reaches them by their id', async () => {
    const [local, remote] = await everybody.fetchSockets();
    assert.equal(local, alice.socket);
    assert.ok(remote);
    assert.equal(remote.id, 'carol');
    assert.deepEqual(remote.rooms, new Set(['carol', 'r']));
    assert.deepEqual(remote.data, { n: 1 });
    assert.equal(remote.handshake, adapter.remote.handshake);
    remote.emit('x', 1);
    remote.join(['y', 'z']);
    remote.leave('y');
    remote.disconnect(true);
    remote.disconnect();
    assert.deepEqual(adapter.calls, [
      ['broadcast', ['x', 1], ['carol']],
      ['join', ['carol'], ['y', 'z']],
      ['leave', ['carol'], ['y']],
      ['disconnect', ['carol'], true],
      ['disconnect', ['carol'], false],
    ]);
  });

  it("gets a remote socket's answer without an array around it", async () => {
    const [, remote] = await everybody.fetchSockets();
    const answer = new Promise((resolve) =>
      remote?.timeout(1_000).emit('x', (...args: unknown[]) => resolve(args)),
    );
    adapter.counted(1);
    adapter.answered('c', 'more');
    assert.deepEqual(await answer, [null, 'c']);
  });
});
