/** Small print of the API: what a program reads and changes late, and what is told beside the event itself. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { io as lookup } from 'socket.io-client';
import { socketio } from '../../lib/index.js';
import { heard, type Source } from '../support/patience.js';
import { byWebSocket } from '../support/raw-engine4.js';
import { openSite } from '../support/site.js';
import { compare, type Ground, type Present } from '../support/twins.js';

interface Packet {
  readonly type: string;
  readonly data?: string;
  readonly options: { readonly compress: boolean; readonly volatile?: boolean };
}

interface Conn extends Source {
  readonly transport: Source & { readonly name: string; readonly writable: boolean };
  send(data: string): unknown;
}

const connOf = ({ socket }: Present): Conn => socket.conn as unknown as Conn;

/** What is said by hand to a namespace that has been joined, and how the server tells its end. */
async function endOf({ io, url }: Ground, frame: string): Promise<unknown> {
  const joining = heard(io as unknown as Source, 'connection');
  const client = await byWebSocket(url);
  await client.say('40');
  const [socket] = (await joining) as [Source];
  const ending = heard(socket, 'disconnect');
  await client.say(frame);
  const [reason, description] = await ending;
  await client.leave();
  return [reason, description instanceof Error ? description.message : typeof description];
}

describe('a program reads and changes late', () => {
  compare([
    {
      what: 'how long a client may take to join, and whether its files are served',
      options: { connectTimeout: 0 },
      program: async ({ io, url }) => {
        const { status } = await fetch(`${url}/socket.io/socket.io.js`, { method: 'HEAD' });
        // The default that 0 stands for is another one here.
        const before = [io.connectTimeout() > 0, io.serveClient(), status];
        return [before, io.connectTimeout(30) === io, io.connectTimeout(), io.serveClient()];
      },
    },
    {
      what: 'that a number names an event',
      program: async ({ join, quiet }) => {
        const { socket, client } = await join();
        const order: unknown[] = [];
        socket.onAny((...args) => order.push(['any', ...args]));
        socket.on('5', (...args) => order.push(['listener', ...args]));
        client.emit(5 as never, 1);
        await quiet();
        socket.use((event, next) => {
          order.push(['middleware', ...event]);
          next();
        });
        client.emit(5 as never, 2);
        await quiet();
        return order;
      },
    },
  ]);

  it('the time for a client that is to come', async () => {
    const { io, url, close } = await openSite();
    io.connectTimeout(20);
    const client = await byWebSocket(url);
    assert.equal(await client.next(), undefined);
    await close();
  });

  it('that the client files are served no more', async () => {
    const { io, url, close } = await openSite();
    const file = `${url}/socket.io/socket.io.js`;
    io.serveClient(false);
    assert.equal((await fetch(file)).status, 400);
    io.serveClient(true);
    assert.equal((await fetch(file)).status, 200);
    await close();
  });

  it('nothing that only seems to be configured', async () => {
    const io = socketio();
    const server = createServer();
    const invalid = { code: 'OPTION_INVALID' };
    assert.throws(() => io.path('/other' as never), invalid);
    assert.throws(() => io.connectTimeout(-1), invalid);
    assert.throws(() => io.serveClient('no' as never), invalid);
    assert.throws(() => io.attach(server, { cors: true } as never), /cors is an option of socketio/);
    assert.throws(() => io.listen(3000 as never), { code: 'SERVER_INVALID' });
    assert.throws(() => socketio(server as never), /app\.use/);
    assert.throws(() => socketio({ transports: ['webtransport' as never] }), /webtransport is none/);
    assert.equal(io.listen(server, { path: '/chat' }).httpServer, server);
    await io.close();
  });
});

describe('a program is told beside the event', () => {
  compare([
    {
      what: 'what was wrong, as an error',
      program: (ground) => endOf(ground, '2'),
    },
    {
      what: 'that a client has said what nobody can read, in each namespace',
      program: async ({ io, url }) => {
        const told: unknown[] = [];
        for (const frame of ['4x', '45', '42["connect"]', '42{', 'x']) {
          const here = ['/', '/other'].map((name) => heard(io.of(name) as unknown as Source, 'connection'));
          const client = await byWebSocket(url);
          await client.say('40');
          await client.say('40/other,');
          const sockets = (await Promise.all(here)).map(([socket]) => socket as Present['socket']);
          const gone = sockets.map((socket) => heard(socket as unknown as Source, 'disconnect'));
          for (const socket of sockets)
            socket.on('error', (error) => told.push([frame, error instanceof Error, socket.connected]));
          await client.say(frame);
          told.push((await Promise.all(gone)).map(([reason]) => reason));
          await client.leave();
        }
        return told;
      },
    },
    {
      what: 'to Internet Explorer, that its filter has nothing to look for',
      program: async ({ url }) => {
        const headers = { 'user-agent': 'Mozilla/5.0 (Windows NT 6.1; Trident/7.0; rv:11.0) like Gecko' };
        const poll = `${url}/socket.io/?EIO=4&transport=polling`;
        const first = await fetch(poll, { headers });
        const { sid } = JSON.parse((await first.text()).slice(1)) as { sid: string };
        await fetch(`${poll}&sid=${sid}`, { headers, method: 'POST', body: '40' });
        const second = await fetch(`${poll}&sid=${sid}`, { headers });
        const others = await fetch(poll);
        return [first, second, others].map((answer) => answer.headers.get('x-xss-protection'));
      },
    },
    {
      what: 'how a packet was sent',
      program: async ({ io, join, quiet }) => {
        const present = await join();
        const { socket } = present;
        const seen: unknown[] = [];
        connOf(present).on('packetCreate', (packet) => {
          const { data, options } = packet as Packet;
          if (data?.startsWith('2["own')) seen.push([data, options.compress, options.volatile === true]);
        });
        socket.emit('own', 1);
        socket.compress(false).emit('own', 2);
        io.compress(false).emit('own', 3);
        await quiet();
        socket.volatile.emit('own', 4);
        await quiet();
        io.volatile.emit('own', 5);
        await quiet();
        socket.compress(false).volatile.emit('own', 6);
        return seen;
      },
    },
    {
      what: 'that the packets which leave are those that were queued',
      program: async ({ join, quiet }) => {
        const present = await join();
        await quiet();
        const conn = connOf(present);
        const queued: unknown[] = [];
        const left: unknown[] = [];
        conn.on('packetCreate', (packet) => queued.push(packet));
        conn.on('flush', (packets) => left.push(...(packets as unknown[])));
        present.socket.emit('text', 1);
        present.socket.compress(false).emit('bytes', Buffer.of(1), Buffer.of(2));
        await quiet();
        const count = left.length;
        return [count > 3, left.every((packet, index) => packet === queued[index])];
      },
    },
    {
      what: 'what all connections give to their transports',
      program: async ({ io, join, quiet }) => {
        const present = await join();
        await quiet();
        const seen: unknown[] = [];
        io.engine.on('flush', (conn: unknown, packets: Packet[]) =>
          seen.push([conn === connOf(present), packets.map(({ data }) => data)]),
        );
        const told = heard(io.engine as Source, 'drain');
        connOf(present).send('hello');
        const [conn] = await told;
        return [seen, conn === connOf(present)];
      },
    },
    {
      what: 'what a transport carries, and that it is left',
      program: async ({ io, url }) => {
        const arriving = heard(io.engine as Source, 'connection');
        const mover = lookup(url, { forceNew: true, reconnection: false });
        const [conn] = (await arriving) as [Conn];
        const { transport } = conn;
        const seen: unknown[] = [];
        transport.on('packet', (packet) => seen.push((packet as Packet).type));
        transport.on('close', () => seen.push('close'));
        const trying = heard(conn, 'upgrading');
        const moving = heard(conn, 'upgrade');
        const [[tried], [moved]] = await Promise.all([trying, moving]);
        const named = [transport.name, conn.transport.name, tried === moved, moved === conn.transport];
        const packet = heard(conn.transport, 'packet');
        mover.emit('hello');
        const [{ type }] = (await packet) as [Packet];
        mover.close();
        return [seen[0], named, type];
      },
    },
    {
      what: 'that a transport has failed',
      program: async (ground) => {
        const arriving = heard(ground.io.engine as Source, 'connection');
        const client = await byWebSocket(ground.url);
        const [conn] = (await arriving) as [Conn];
        const told = [heard(conn.transport, 'close'), heard(conn, 'close')];
        await client.say('2');
        const [, [reason]] = (await Promise.all(told)) as [unknown[], unknown[]];
        await client.leave();
        return reason;
      },
    },
  ]);

  it('packets that were waiting before somebody watched', async () => {
    const { io, url, close } = await openSite();
    const arriving = heard(io as unknown as Source, 'connection');
    const client = lookup(url, { transports: ['websocket'], forceNew: true });
    const [socket] = (await arriving) as [Present['socket']];
    const conn = socket.conn as unknown as Conn;
    socket.compress(false).emit('before');
    const flushed = heard(conn, 'flush');
    socket.emit('after');
    const [packets] = (await flushed) as [Packet[]];
    const events = packets.filter(({ data }) => data?.startsWith('2["'));
    assert.deepEqual(
      events.map(({ data, options }) => [data, options.compress]),
      [
        ['2["before"]', false],
        ['2["after"]', true],
      ],
    );
    client.close();
    await close();
  });
});
