/** Clients that could come back, and an adapter that fails at keeping or finding them. */
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import process from 'node:process';
import { SessionAwareAdapter } from 'socket.io-adapter';
import { type Socket as Client, io as connect } from 'socket.io-client';
import type { RestoredSession } from '../../lib/adapter/contract.js';
import type { Socket } from '../../lib/index.js';
import type { AdapterFactory } from '../../lib/options.js';
import { heard } from '../support/patience.js';
import { openSite, type Site } from '../support/site.js';
import { until } from './cluster/station.js';

const broken = new Error('the store is away');

/** A getter that throws, where a session has something to say. */
const unreadable = (name: string): object =>
  Object.defineProperty({}, name, {
    get() {
      throw broken;
    },
  });

class Throwing extends SessionAwareAdapter {
  override persistSession(): never {
    throw broken;
  }
}

class Rejecting extends SessionAwareAdapter {
  override async persistSession(): Promise<void> {
    throw broken;
  }
}

class Thenable extends SessionAwareAdapter {
  override persistSession(): void {
    // biome-ignore lint/suspicious/noThenProperty: promises of other makes are asked for
    return { then: (_: unknown, reject: (error: Error) => void) => reject(broken) } as never;
  }
}

/** Writes what it is given, as those do who send it elsewhere. */
class Writing extends SessionAwareAdapter {
  override persistSession(session: Parameters<SessionAwareAdapter['persistSession']>[0]): void {
    JSON.stringify(session);
  }
}

class Forgetful extends SessionAwareAdapter {
  override socketRooms(): never {
    throw broken;
  }
}

/** Finds what it is told to. */
function finding(found: unknown): AdapterFactory {
  return class extends SessionAwareAdapter {
    override async restoreSession(): Promise<never> {
      return found as never;
    }
  };
}

function session(change: object): Partial<RestoredSession> {
  return { sid: 'former', pid: 'p', rooms: ['former'], data: {}, missedPackets: [], ...change };
}

describe('a client whose place a hosted adapter keeps', () => {
  let site: Site;
  let strays: unknown[];
  const clients: Client[] = [];
  const stray = (error: unknown): void => void strays.push(error);

  beforeEach(() => {
    strays = [];
    process.on('unhandledRejection', stray);
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.disconnect();
    await site.close();
    process.off('unhandledRejection', stray);
    assert.deepEqual(strays, []);
  });

  async function come(memory: object = {}): Promise<readonly [Client, Socket]> {
    const joined = heard(site.io as never, 'connection') as Promise<[Socket]>;
    const client = connect(site.url, { transports: ['websocket'], forceNew: true, reconnection: false });
    clients.push(Object.assign(client, memory));
    const connected = heard(client as never, 'connect');
    const [socket] = await joined;
    await connected;
    return [client, socket];
  }

  for (const [factory, said] of [
    [Throwing, broken.message],
    [Rejecting, broken.message],
    [Thenable, broken.message],
    [Writing, 'serialize a BigInt'],
    [Forgetful, broken.message],
  ] as const) {
    it(`leaves like anybody else if it cannot be kept, and onError hears of it: ${factory.name}`, async () => {
      site = await openSite({ adapter: factory, connectionStateRecovery: {} });
      const [client, socket] = await come();
      socket.data.number = 10n;
      const reasons: string[] = [];
      socket.on('disconnect', (reason) => reasons.push(reason));
      const gone = heard(socket as never, 'disconnect');
      client.io.engine.close();
      await gone;
      await new Promise(setImmediate);
      assert.deepEqual(reasons, ['transport close']);
      const { sids, rooms } = site.io.sockets.adapter;
      assert.deepEqual([site.io.stats().sockets.joined, sids.size, rooms.size], [0, 0, 0]);
      assert.deepEqual(
        site.complaints.map(({ error, event }) => [(error as Error).message.includes(said), event]),
        [[true, 'adapter']],
      );
      const [, next] = await come();
      assert.equal(next.recovered, false);
    });
  }

  for (const [what, found] of [
    ['no session', 'a text'],
    ['a session without an id', session({ sid: 7 })],
    ['a session without rooms', session({ rooms: undefined })],
    ['a session without events', session({ missedPackets: undefined })],
    ['events that are none', session({ missedPackets: [['x'], 'y'] })],
    ['events that cannot be said', session({ missedPackets: [['x', 10n]] })],
  ] as const) {
    it(`is new if ${what} is found, and onError hears of it`, async () => {
      site = await openSite({ adapter: finding(found), connectionStateRecovery: {} });
      const [client, socket] = await come({ _pid: 'p', _lastOffset: 'o' });
      assert.equal(socket.recovered, false);
      assert.equal(client.recovered, false);
      assert.deepEqual(
        site.complaints.map(({ event }) => event),
        ['adapter'],
      );
    });
  }

  it('is new, and no more than that, if nothing is found or what is there cannot be read', async () => {
    for (const found of [null, undefined, unreadable('sid')]) {
      site = await openSite({ adapter: finding(found), connectionStateRecovery: {} });
      const [, socket] = await come({ _pid: 'p', _lastOffset: 'o' });
      assert.equal(socket.recovered, false);
      assert.deepEqual(site.complaints, []);
      await site.close();
    }
  });

  it('is forgotten when it goes, though the adapter has not answered, nor ever will', async () => {
    class Hung extends SessionAwareAdapter {
      override restoreSession(): Promise<never> {
        return new Promise(() => {});
      }
    }
    site = await openSite({ adapter: Hung, connectionStateRecovery: {} });
    const client = connect(site.url, { transports: ['websocket'], forceNew: true, reconnection: false });
    clients.push(Object.assign(client, { _pid: 'p', _lastOffset: 'o' }));
    await until(() => site.io.stats().sockets.pending === 1, 'its arrival');
    client.io.engine.close();
    await until(() => site.io.stats().sockets.pending === 0, 'its end');
    assert.deepEqual(site.complaints, []);
  });

  it('is new if it says more than a node has given it: the adapter is not asked', async () => {
    site = await openSite({ adapter: finding(session({})), connectionStateRecovery: {} });
    const long = 'p'.repeat(129);
    for (const memory of [
      { _pid: long, _lastOffset: 'o' },
      { _pid: 'p', _lastOffset: long },
    ]) {
      const [, socket] = await come(memory);
      assert.equal(socket.recovered, false);
    }
    const [, socket] = await come({ _pid: 'p', _lastOffset: 'o' });
    assert.equal(socket.recovered, true);
  });

  it('may have gone before it could be told: its session is given back, and onError hears if that fails', async () => {
    const asked = new EventEmitter();
    const found = heard(asked, 'found');
    class Slow extends Rejecting {
      override async restoreSession(): Promise<never> {
        asked.emit('asked');
        const [one] = await found;
        return one as never;
      }
    }
    site = await openSite({ adapter: Slow, connectionStateRecovery: {} });
    const client = connect(site.url, { transports: ['websocket'], forceNew: true, reconnection: false });
    clients.push(Object.assign(client, { _pid: 'p', _lastOffset: 'o' }));
    await heard(asked, 'asked');
    client.io.engine.close();
    await until(() => site.io.stats().clientsCount === 0, 'its end');
    const complaint = site.complaint();
    asked.emit('found', session({}));
    const { error, event } = await complaint;
    assert.deepEqual([error, event], [broken, 'adapter']);
  });
});
