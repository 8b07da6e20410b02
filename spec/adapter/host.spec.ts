/** The view of a namespace that published adapters have: what they read, and what happens when they fail. */
import assert from 'node:assert/strict';
import process from 'node:process';
import { mock } from 'node:test';
import { Adapter as InMemory } from 'socket.io-adapter';
import type {
  AckListener,
  Adapter,
  BroadcastFlags,
  BroadcastOptions,
  Hospitable,
  Resident,
} from '../../lib/adapter/contract.js';
import { host, type Spreading, spread } from '../../lib/adapter/host.js';
import type { Anything } from '../../lib/events.js';
import { type EventPacket, PacketType } from '../../lib/packet.js';

interface Letter {
  readonly packet: EventPacket;
}

class FakeSocket implements Resident<Letter> {
  readonly id: string;
  readonly handshake: Record<string, unknown> = { issued: 1, auth: { name: 'ann' } };
  readonly data = { n: 1 };
  readonly rooms = new Set(['red']);
  readonly acks: Map<number, AckListener> = new Map();
  readonly got: { letter: Letter; flags: BroadcastFlags }[] = [];
  readonly calls: unknown[][] = [];

  constructor(id: string) {
    this.id = id;
  }

  deliver(letter: Letter, flags: BroadcastFlags): undefined {
    this.got.push({ letter, flags });
  }

  expect(id: number, answer: AckListener): void {
    this.acks.set(id, answer);
  }

  forget(id: number): void {
    this.acks.delete(id);
  }

  join(rooms: string | string[]): void {
    this.calls.push(['join', rooms]);
  }

  leave(room: string): void {
    this.calls.push(['leave', room]);
  }

  disconnect(close?: boolean): void {
    this.calls.push(['disconnect', close]);
  }
}

class FakeNamespace implements Hospitable<Letter> {
  readonly name = '/chat';
  readonly members: Map<string, FakeSocket> = new Map();
  readonly ids = { next: 5 };
  readonly overheard = false;
  readonly turnover = 0;
  readonly sealed: EventPacket[] = [];
  readonly unsealed: unknown[] = [];
  readonly told: unknown[][] = [];

  seal(packet: EventPacket): Letter {
    this.sealed.push(packet);
    return { packet };
  }

  unseal(encoded: readonly (string | Uint8Array)[]): Letter | undefined {
    this.unsealed.push(encoded);
    return encoded[0] === 'nonsense' ? undefined : { packet: packet(encoded[0]) };
  }

  onServerSideEmit(args: unknown[]): void {
    this.told.push(args);
  }
}

/** What an adapter sees, as far as it is looked at here. */
interface Seen {
  readonly name: string;
  _ids: number;
  readonly server: { readonly encoder: { encode(packet: object): unknown[] }; readonly opts: object };
  readonly sockets: { get(id: string): SeenSocket | undefined };
  _onServerSideEmit(args: unknown[]): void;
}

interface SeenSocket {
  readonly handshake: object;
  readonly server: unknown;
  readonly client: { writeToEngine(encoded: unknown[], flags: object): void };
}

const packet = (...data: unknown[]): EventPacket => ({ type: PacketType.EVENT, nsp: '', data });
const all = (flags: BroadcastFlags = {}): BroadcastOptions => ({
  rooms: new Set(),
  except: new Set(),
  flags,
});

let nsp: FakeNamespace;

beforeEach(() => {
  nsp = new FakeNamespace();
});

/** Two sockets in an adapter of the given class. */
function settle(factory: new (nsp: Anything) => object = InMemory): Adapter & { readonly nsp: Seen } {
  const adapter = host(factory, nsp, {}) as Adapter & { readonly nsp: Seen };
  for (const id of ['a', 'b']) {
    nsp.members.set(id, new FakeSocket(id));
    adapter.addAll(id, new Set([id]));
  }
  return adapter;
}

const socket = (id: string): FakeSocket => nsp.members.get(id) ?? assert.fail(`no socket ${id}`);

describe('a hosted adapter', () => {
  it('is made with new from a class or a function, and from an arrow function without', () => {
    const seen: unknown[] = [];
    const made = { rooms: new Map() };
    assert.ok(host(InMemory, nsp, {}) instanceof InMemory);
    const factory = function (this: object, view: unknown): object {
      seen.push(new.target !== undefined, (view as Seen).name);
      return made;
    };
    assert.equal(host(factory, nsp, {}), made);
    assert.equal(
      host(() => made, nsp, {}),
      made,
    );
    assert.deepEqual(seen, [true, '/chat']);
  });

  it('reads the options of the server, if it can restore sessions', () => {
    const opts = { connectionStateRecovery: { maxDisconnectionDuration: 1_000 } };
    const shown = (factory: new (nsp: Anything) => object): unknown =>
      (host(factory, nsp, opts) as unknown as { nsp: Seen }).nsp.server.opts;
    class Remembering extends InMemory {
      override async restoreSession(): Promise<never> {
        throw new Error('nobody is remembered');
      }
    }
    assert.equal(shown(Remembering), opts);
    assert.deepEqual(shown(InMemory), {});
  });

  it("counts up the namespace's one counter", () => {
    const { nsp: seen } = settle();
    assert.equal(seen._ids++, 5);
    assert.equal(nsp.ids.next, 6);
  });

  it('gives all receivers the same letter, sealed once', () => {
    settle().broadcast(packet('x'), all({ volatile: true, compress: false }));
    assert.equal(nsp.sealed.length, 1);
    assert.equal(nsp.sealed[0]?.nsp, '/chat');
    assert.equal(socket('a').got[0]?.letter, socket('b').got[0]?.letter);
    const { volatile, compress } = socket('a').got[0]?.flags ?? {};
    assert.deepEqual([volatile, compress], [true, false]);
  });

  it('is spared the frame that it would make for WebSockets', () => {
    assert.equal(settle().nsp.server.encoder.encode(packet('x')).length, 0);
  });

  it('skips ids without a socket', () => {
    const adapter = settle();
    nsp.members.delete('a');
    adapter.broadcast(packet('x'), all());
    assert.equal(socket('b').got.length, 1);
  });

  it('sees each socket as one object, with what can travel', async () => {
    const adapter = settle();
    const { handshake } = socket('a');
    handshake.sessionStore = { handshake };
    handshake.get = () => 1;
    const [seen] = (await adapter.fetchSockets(all())) as unknown as SeenSocket[];
    assert.ok(seen?.server);
    assert.equal(seen, adapter.nsp.sockets.get('a'));
    assert.deepEqual(seen.handshake, { issued: 1, auth: { name: 'ann' } });
    const { id, data, rooms } = seen as unknown as FakeSocket;
    assert.deepEqual([id, data, [...rooms]], ['a', { n: 1 }, ['red']]);
  });

  it('moves and disconnects sockets', () => {
    const adapter = settle();
    adapter.addSockets(all(), ['x', 'y']);
    adapter.delSockets(all(), ['x']);
    adapter.disconnectSockets(all(), true);
    assert.deepEqual(socket('a').calls, [
      ['join', ['x', 'y']],
      ['leave', 'x'],
      ['disconnect', true],
    ]);
  });

  it('hands on what other servers say', () => {
    settle().nsp._onServerSideEmit(['x', 1]);
    assert.deepEqual(nsp.told, [['x', 1]]);
  });

  it('may have an encoder of its own: it is read once for all', () => {
    const encoded = ['2["x"]'];
    const { sockets } = settle().nsp;
    for (const id of ['a', 'b']) sockets.get(id)?.client.writeToEngine(encoded, {});
    assert.deepEqual(nsp.unsealed, [encoded]);
    assert.equal(socket('a').got[0]?.letter, socket('b').got[0]?.letter);
    assert.throws(() => sockets.get('a')?.client.writeToEngine(['nonsense'], {}), TypeError);
  });
});

describe('an answer to a hosted adapter', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
  afterEach(() => mock.timers.reset());

  function ask(adapter: Adapter, options: BroadcastOptions): unknown[][] {
    const answers: unknown[][] = [];
    const by: Spreading['by'] = (how) =>
      adapter.broadcastWithAck(
        asked,
        how,
        () => {},
        (...args) => answers.push(args),
      );
    const asked = packet('x');
    spread(adapter, { packet: asked, options, by, failed: (error) => assert.fail(String(error)) });
    return answers;
  }

  it('is handed on', () => {
    const answers = ask(settle(), all({ timeout: 100 }));
    socket('a').acks.get(5)?.('yes');
    socket('b').acks.get(5)?.('no');
    assert.deepEqual(answers, [['yes'], ['no']]);
    assert.equal(nsp.sealed[0]?.id, 5);
  });

  it('is waited for as long as whoever asks does', () => {
    ask(settle(), all({ timeout: 100 }));
    mock.timers.tick(99);
    assert.equal(socket('a').acks.size, 1);
    mock.timers.tick(1);
    assert.deepEqual([socket('a').acks.size, socket('b').acks.size], [0, 0]);
  });

  it('is waited for five minutes when another node asks, since its patience is unknown', () => {
    const adapter = settle();
    ask(adapter, all({ timeout: 100 }));
    adapter.broadcastWithAck(
      packet('y'),
      all(),
      () => {},
      () => {},
    );
    mock.timers.tick(299_999);
    assert.deepEqual([...socket('a').acks.keys()], [6]);
    mock.timers.tick(1);
    assert.equal(socket('a').acks.size, 0);
  });
});

describe('a broadcast that cannot leave this node', () => {
  const lost = new Error('no connection');
  let failures: unknown[];

  beforeEach(() => {
    failures = [];
  });

  class Throwing extends InMemory {
    override broadcast(...[said, options]: Parameters<InMemory['broadcast']>): void {
      if (!options.flags?.local) throw lost;
      super.broadcast(said, options);
    }
  }

  class Rejecting extends InMemory {
    override async broadcast(...[said, options]: Parameters<InMemory['broadcast']>): Promise<void> {
      if (!options.flags?.local) throw lost;
      super.broadcast(said, options);
    }
  }

  class TooLate extends InMemory {
    override async broadcast(...[said, options]: Parameters<InMemory['broadcast']>): Promise<void> {
      super.broadcast(said, options);
      throw lost;
    }
  }

  async function say(factory: new (nsp: Anything) => object, options = all()): Promise<void> {
    const adapter = settle(factory);
    const said = packet('x');
    const by: Spreading['by'] = (how) => adapter.broadcast(said, how);
    const failed = (error: unknown): void => void failures.push(error);
    spread(adapter, { packet: said, options, by, failed, nobody: () => failures.push('nobody') });
    await new Promise(setImmediate);
  }

  for (const factory of [Throwing, Rejecting]) {
    it(`reaches the sockets of this node all the same: ${factory.name}`, async () => {
      await say(factory);
      assert.deepEqual([socket('a').got.length, socket('b').got.length], [1, 1]);
      assert.deepEqual(failures, [lost]);
    });
  }

  class NeverThrowing extends InMemory {
    override broadcast(): never {
      throw lost;
    }
  }

  class NeverRejecting extends InMemory {
    override async broadcast(): Promise<never> {
      throw lost;
    }
  }

  class Thenable extends InMemory {
    override broadcast(): void {
      // biome-ignore lint/suspicious/noThenProperty: promises of other makes are asked for
      return { then: (_: unknown, reject: (error: Error) => void) => reject(lost) } as never;
    }
  }

  for (const factory of [NeverThrowing, NeverRejecting, Thenable]) {
    it(`reaches nobody if that fails, too, and nobody but onError hears of it: ${factory.name}`, async () => {
      const strays: unknown[] = [];
      const stray = (error: unknown): void => void strays.push(error);
      process.on('unhandledRejection', stray);
      await say(factory);
      assert.deepEqual(failures, [lost, lost, 'nobody']);
      failures = [];
      await say(factory, all({ local: true }));
      assert.deepEqual(failures, [lost, 'nobody']);
      process.off('unhandledRejection', stray);
      assert.deepEqual(strays, []);
    });
  }

  it('is not repeated where it has been delivered', async () => {
    await say(TooLate);
    assert.equal(socket('a').got.length, 1);
    assert.deepEqual(failures, [lost]);
  });

  it('is an error for onError where it cannot be encoded and the caller has gone', async () => {
    const cycle = new TypeError('a cycle');
    nsp.seal = () => {
      throw cycle;
    };
    await say(Rejecting);
    assert.deepEqual(failures, [lost, cycle]);
  });

  it('throws at the caller what cannot be encoded', async () => {
    nsp.seal = () => {
      throw new TypeError('a cycle');
    };
    await assert.rejects(say(InMemory), /a cycle/);
    await assert.rejects(say(Throwing), /a cycle/);
  });
});
