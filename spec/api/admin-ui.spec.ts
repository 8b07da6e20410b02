/** `@socket.io/admin-ui`, unmodified: what it sees of this server and does to it, and of the genuine one. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { instrument } from '@socket.io/admin-ui';
import { io as lookup } from 'socket.io-client';
import { heard, type Source, within } from '../support/patience.js';
import { openSite, type Site } from '../support/site.js';
import { compare, type Ground, type Present, type Row } from '../support/twins.js';

const { hashSync } = createRequire(createRequire(import.meta.url).resolve('@socket.io/admin-ui'))(
  'bcryptjs',
) as { hashSync(text: string, rounds: number): string };

interface Described {
  readonly id: string;
  readonly clientId: string;
  readonly nsp: string;
  readonly transport: string;
  readonly data: unknown;
  readonly rooms: string[];
  readonly handshake: object;
}

interface Stats {
  readonly clientsCount: number;
  readonly pollingClientsCount: number;
  readonly namespaces: object[];
  readonly aggregatedEvents: { type: string; subType?: string; count: number }[];
}

const described = ({ id, clientId, nsp, transport, data, rooms, handshake }: Described): unknown => [
  id,
  clientId.length,
  nsp,
  transport,
  data,
  rooms,
  Object.keys(handshake),
];

/** What was told, without the moments at which it was. */
const tellings: Record<string, (...args: never[]) => unknown> = {
  socket_connected: described,
  all_sockets: (sockets: Described[]) => sockets.map(described),
  server_stats: ({ clientsCount, pollingClientsCount, namespaces }: Stats) => [
    clientsCount,
    pollingClientsCount,
    namespaces,
  ],
};

function told([event, ...args]: unknown[]): unknown {
  const telling = tellings[String(event)];
  if (telling) return [event, telling(...(args as never[]))];
  return [event, ...args.filter((arg) => !/^\d{4}-\d\d-\d\dT/.test(String(arg)))];
}

/** Waits until the admin has been told something, so many times. */
async function hears({ heard: all }: Present, event: string, times = 1): Promise<void> {
  const poll = async (): Promise<void> => {
    while (all.filter(([name]) => name === event).length < times) await new Promise(setImmediate);
  };
  await within(poll(), `${times} × ${event}`);
}

/**
 * Statistics come by the clock, and are told apart from the rest. The genuine server tells the admin of its own room,
 * too, before it has been welcomed; here nobody hears anything before that.
 */
const logOf = ({ heard: all }: Present): unknown[] =>
  all
    .filter(([name, nsp]) => name !== 'server_stats' && !(name === 'room_joined' && nsp === '/admin'))
    .map(told);

function statsIn({ heard: all }: Present): Stats[] {
  return all.filter(([name]) => name === 'server_stats').map(([, stats]) => stats as Stats);
}

function observed(mode: 'development' | 'production', { io }: Ground): void {
  instrument(io, { auth: false, mode });
}

const rows: readonly Row[] = [
  {
    what: 'lists who is here, and tells who comes and goes',
    program: async (ground) => {
      observed('development', ground);
      ground.io.on('connection', (socket) => {
        socket.data.colour = 'red';
        socket.join('room');
      });
      ground.io.of('/other');
      await ground.join();
      const admin = await ground.join('/admin');
      await hears(admin, 'all_sockets');
      const second = await ground.join('/other');
      await hears(admin, 'socket_connected', 1);
      second.client.disconnect();
      await hears(admin, 'socket_disconnected');
      await hears(admin, 'room_left');
      return logOf(admin);
    },
  },
  {
    what: 'tells events in both directions',
    program: async (ground) => {
      observed('development', ground);
      const admin = await ground.join('/admin');
      ground.io.on('connection', (socket) => socket.on('ask', (value, reply) => reply(value)));
      const one = await ground.join();
      await one.client.emitWithAck('ask', { deep: [1] });
      ground.io.emit('news', 'text');
      one.socket.data = {};
      await hears(admin, 'event_sent');
      return logOf(admin);
    },
  },
  {
    what: 'does what the admin wants',
    program: async (ground) => {
      observed('development', ground);
      const admin = await ground.join('/admin');
      const one = await ground.join();
      const { id } = one.socket;
      admin.client.emit('join', '/', 'room', id);
      await within(
        (async () => {
          while (!admin.heard.some(([name, , room]) => name === 'room_joined' && room === 'room'))
            await new Promise(setImmediate);
        })(),
        'a room',
      );
      const members = [...one.socket.rooms];
      admin.client.emit('emit', '/', 'room', 'hello', 1, { a: 2 });
      await hears(one, 'hello');
      admin.client.emit('leave', '/', 'room', id);
      await hears(admin, 'room_left');
      const left = [...one.socket.rooms];
      const gone = heard(one.client as unknown as Source, 'disconnect');
      admin.client.emit('_disconnect', '/', false, id);
      const [reason] = await gone;
      await hears(admin, 'socket_disconnected');
      return [members, left, one.heard, reason, logOf(admin)];
    },
  },
  {
    what: 'tells of upgrades',
    program: async (ground) => {
      observed('development', ground);
      const admin = await ground.join('/admin');
      const mover = lookup(ground.url, { forceNew: true, reconnection: false });
      await hears(admin, 'socket_updated', 1);
      const updated = admin.heard.filter(([name]) => name === 'socket_updated');
      mover.close();
      return updated.map(([, one]) => {
        const { nsp, transport, data } = one as Described;
        return [nsp, transport, data];
      });
    },
  },
  {
    what: 'tells in production how much there is, and no more',
    program: async (ground) => {
      observed('production', ground);
      const admin = await ground.join('/admin');
      const one = await ground.join();
      one.client.emit('something', 'to count');
      const poller = lookup(ground.url, { forceNew: true, transports: ['polling'] });
      await heard(poller as unknown as Source, 'connect');
      const before = statsIn(admin).length;
      await hears(admin, 'server_stats', before + 1);
      poller.close();
      // Whatever happened has been counted in one of the reports, in whichever the clock put it.
      const reports = statsIn(admin);
      const types = reports.flatMap(({ aggregatedEvents }) =>
        aggregatedEvents.map(({ type, count }) => `${type}: ${count > 0}`),
      );
      return [logOf(admin), told(['server_stats', reports.at(-1)]), [...new Set(types)].sort()];
    },
  },
];

describe('the admin interface beside the genuine server', function () {
  this.timeout(20_000);
  compare(rows);
});

describe('the admin interface', function () {
  this.timeout(20_000);
  let site: Site;
  beforeEach(async () => {
    site = await openSite();
  });
  afterEach(() => site.close());

  it('asks for a name and a password', async () => {
    const auth = { type: 'basic' as const, username: 'admin', password: hashSync('secret', 4) };
    instrument(site.io as never, { auth, mode: 'production' });
    const stranger = lookup(`${site.url}/admin`, {
      forceNew: true,
      auth: { username: 'admin', password: 'x' },
    });
    const [error] = (await heard(stranger as unknown as Source, 'connect_error')) as [Error];
    assert.equal(error.message, 'invalid credentials');
    stranger.close();
    const known = lookup(`${site.url}/admin`, {
      forceNew: true,
      auth: { username: 'admin', password: 'secret' },
    });
    const [id] = await heard(known as unknown as Source, 'session');
    assert.equal(typeof id, 'string');
    known.close();
  });

  it('counts clients that poll, and those that have moved on no more', async () => {
    instrument(site.io as never, { auth: false, mode: 'production' });
    const pollers = (): number =>
      (site.io as unknown as { _pollingClientsCount: number })._pollingClientsCount;
    const poller = lookup(site.url, { forceNew: true, transports: ['polling'] });
    await heard(poller as unknown as Source, 'connect');
    assert.equal(pollers(), 1);
    const mover = lookup(site.url, { forceNew: true });
    await heard(mover as unknown as Source, 'connect');
    const poll = async (): Promise<void> => {
      while (mover.io.engine.transport.name !== 'websocket') await new Promise(setImmediate);
      while (pollers() !== 1) await new Promise(setImmediate);
      poller.close();
      while (pollers() !== 0) await new Promise(setImmediate);
    };
    await within(poll(), 'nobody who polls');
    mover.close();
  });
});
