/** Namespaces that clients' names have made, while their clients are away and may come back. */
import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { MemoryAdapter } from '../../lib/adapter/memory.js';
import { RecoveringAdapter } from '../../lib/adapter/recovery.js';
import { engine4 } from '../../lib/codec/engine4.js';
import type { Parcel } from '../../lib/codec/parcel.js';
import type { NamespaceServer } from '../../lib/namespace/home.js';
import type { Namespace } from '../../lib/namespace/namespace.js';
import { Namespaces } from '../../lib/namespace/namespaces.js';
import type { ParentNamespace } from '../../lib/namespace/parent.js';
import type { Socket } from '../../lib/namespace/socket.js';
import type { Arrival, Extent, Wire } from '../../lib/namespace/wire.js';
import { readOptions } from '../../lib/option-reading.js';
import { type Clock, stoppedClock } from '../session/clock.js';

const PATIENCE = 60_000;
/** As many as a server waits for. */
const MOST = 1_000;

/** One client's connection. */
class Connection implements Wire {
  readonly frames: string[] = [];
  socket: Socket | undefined;

  send(parcel: Parcel): undefined {
    this.frames.push(...parcel.encoded(engine4).frames.map(String));
  }

  close(extent: Extent): void {
    if (extent === 'lost') this.cut();
  }

  flow(): void {}

  cut(): void {
    this.socket?.closed('transport close');
  }

  get pid(): unknown {
    const welcome = this.frames.find((frame) => frame.startsWith('40'));
    return JSON.parse(welcome?.slice(welcome.indexOf('{')) ?? '{}').pid;
  }

  get events(): string[] {
    return this.frames.filter((frame) => frame.startsWith('42'));
  }
}

describe('a child namespace whose clients may come back', () => {
  let clock: Clock;
  let namespaces: Namespaces;
  let parent: ParentNamespace;
  let count = 0;
  beforeEach(() => {
    clock = stoppedClock();
    const onError = (error: unknown): void => {
      throw error;
    };
    const options = readOptions({
      connectionStateRecovery: { maxDisconnectionDuration: PATIENCE },
      onError,
    });
    const bounds = options.connectionStateRecovery;
    assert.ok(bounds);
    const createAdapter = (host: Namespace): RecoveringAdapter<Parcel> => new RecoveringAdapter(host, bounds);
    const surroundings = { server: {} as NamespaceServer, options, createAdapter: createAdapter as never };
    namespaces = new Namespaces(surroundings, () => {});
    parent = namespaces.of(/^\/room-/) as ParentNamespace;
  });
  afterEach(() => clock.restore());

  function come(name: string, auth: Record<string, unknown> = {}): Connection {
    const connection = new Connection();
    const conn = { readyState: 'open', transport: { name: 'websocket' } };
    const arrival = {
      id: `id-${++count}`,
      wire: connection,
      client: { id: 'conn', conn, request: {} as IncomingMessage },
      handshake: { auth },
      entire: () => false,
    } as unknown as Arrival;
    const namespace = namespaces.resolve(name, {}) as Namespace;
    namespace.welcome(arrival, (socket) => {
      connection.socket = socket;
    });
    return connection;
  }

  const names = (): string[] => [...namespaces].map(({ name }) => name);

  it('stays for them, and remembers what they miss', () => {
    const first = come('/room-1');
    first.socket?.join('kitchen');
    const { socket } = first;
    first.cut();
    assert.deepEqual(names(), ['/room-1']);
    parent.emit('to all');
    namespaces.of('/room-1').to('kitchen').emit('to the kitchen');
    const second = come('/room-1', { pid: first.pid });
    assert.equal(second.socket?.recovered, true);
    assert.equal(second.socket?.nsp, socket?.nsp);
    assert.equal(second.events.length, 2);
    assert.match(String(second.events), /to all.*to the kitchen/);
  });

  it('stays for a client that comes again before anybody knows that it was lost', () => {
    const first = come('/room-1');
    const second = come('/room-1', { pid: first.pid });
    assert.equal(second.socket?.recovered, true);
    assert.equal(namespaces.of('/room-1'), second.socket?.nsp);
  });

  it('goes when the time of the last of them is over, and its adapter is closed', () => {
    const first = come('/room-1');
    const late = come('/room-1');
    const adapter = first.socket?.nsp.adapter as RecoveringAdapter<Parcel>;
    let closed = 0;
    const close = adapter.close.bind(adapter);
    adapter.close = () => {
      closed += 1;
      close();
    };
    first.cut();
    clock.pass(PATIENCE / 2);
    late.cut();
    clock.pass(PATIENCE - 1);
    assert.deepEqual(names(), ['/room-1']);
    clock.pass(PATIENCE / 20);
    assert.deepEqual(names(), []);
    assert.equal(parent.children.size, 0);
    assert.equal(closed, 1);
    clock.pass(2 * PATIENCE);
    assert.equal(closed, 1);
  });

  it('does not go with the time of one who has come back, or of one while others are here', () => {
    const first = come('/room-1');
    first.cut();
    clock.pass(PATIENCE / 2);
    const second = come('/room-1', { pid: first.pid });
    const third = come('/room-1');
    third.cut();
    clock.pass(3 * PATIENCE);
    assert.deepEqual(names(), ['/room-1']);
    second.socket?.disconnect();
    assert.deepEqual(names(), []);
  });

  it('goes at once with the last client that leaves on purpose', () => {
    come('/room-1').socket?.disconnect();
    assert.deepEqual(names(), []);
    const second = come('/room-2');
    second.socket?.closed('client namespace disconnect');
    assert.deepEqual(names(), []);
  });

  it('goes when it has another adapter, which waits for nobody', () => {
    come('/room-1').cut();
    namespaces.adopt((host) => new MemoryAdapter(host));
    assert.deepEqual(names(), []);
  });

  it('leaves no timer behind when the server closes', async () => {
    const first = come('/room-1');
    first.cut();
    const nsp = first.socket?.nsp as Namespace;
    await nsp.close();
    let looks = 0;
    nsp.whenEmpty(() => {
      looks += 1;
    });
    clock.pass(2 * PATIENCE);
    assert.equal(looks, 0);
  });

  it(`goes before its time where more than ${MOST} wait: the one that has been empty for longest`, () => {
    const lively = come('/room-0');
    lively.cut();
    come('/room-0', { pid: lively.pid });
    const twice = come('/room-1');
    twice.cut();
    for (let n = 2; n <= MOST - 1; n++) come(`/room-${n}`).cut();
    come('/room-1', { pid: twice.pid }).cut();
    assert.equal(namespaces.byName.size, MOST);
    for (let n = 0; n < 10; n++) come(`/room-more-${n}`).cut();
    assert.ok(namespaces.byName.has('/room-0'), 'somebody is there');
    assert.ok(namespaces.byName.has('/room-1'), 'it was not empty all the time');
    assert.equal(namespaces.byName.has('/room-2'), false);
    assert.equal(namespaces.byName.has('/room-more-9'), true);
    assert.equal(namespaces.byName.size, MOST + 1);
    assert.equal(parent.children.size, MOST + 1);
  });
});
