/** `socket.conn`: what a program that watches connections sees, here and with the genuine server. */
import assert from 'node:assert/strict';
import { io as lookup } from 'socket.io-client';
import { WebSocket } from 'ws';
import { heard, type Source, within } from '../support/patience.js';
import { openSite, type Site } from '../support/site.js';
import { compare, type Ground, type Row } from '../support/twins.js';

interface Packet {
  readonly type: string;
  readonly data?: unknown;
}

interface Watched extends Source {
  readonly id: string;
  readonly protocol: number;
  readonly readyState: string;
  readonly upgraded: boolean;
  readonly request: { readonly url: string; readonly headers: Record<string, string> };
  readonly transport: { readonly name: string };
  once(event: string, listener: (...args: unknown[]) => void): unknown;
  removeListener(event: string, listener: (...args: unknown[]) => void): unknown;
  send(data: unknown, options?: object, sent?: (transport: { name: string }) => void): unknown;
  close(discard?: boolean): void;
}

/** A packet in words, the number of the session's socket left out. */
function told({ type, data }: Packet): string {
  const text = Buffer.isBuffer(data) ? `<${data.toString('hex')}>` : (data ?? '');
  return `${type} ${text}`.replace(/"sid":"[^"]*"/, '"sid":"…"').trim();
}

function coming({ io }: Ground): Promise<Watched> {
  return heard(io.engine as Source, 'connection').then(([conn]) => conn as Watched);
}

/** Everything in the order of its happening. */
function watch(conn: Watched, events: readonly string[]): string[] {
  const log: string[] = [];
  for (const event of events) {
    conn.on(event, (...args) => {
      const [first] = args as [Packet | undefined];
      log.push(first && typeof first === 'object' && 'type' in first ? `${event}: ${told(first)}` : event);
    });
  }
  return log;
}

/** A client that speaks by hand, so that nothing is said but what is written here. */
async function byHand(url: string, revision: number): Promise<{ socket: WebSocket; lines: string[] }> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=${revision}&transport=websocket`);
  const lines: string[] = [];
  socket.on('message', (data: Buffer, binary) => lines.push(binary ? data.toString('hex') : data.toString()));
  socket.on('error', () => {});
  await within(new Promise((resolve) => socket.once('open', resolve)), 'an open WebSocket');
  return { socket, lines };
}

/** Waits until a condition holds. */
async function until(condition: () => boolean, what: string): Promise<void> {
  const poll = async (): Promise<void> => {
    while (!condition()) await new Promise(setImmediate);
  };
  await within(poll(), what);
}

const eio3 = { allowEIO3: true };

const rows: readonly Row[] = [
  {
    what: 'shows what comes in and goes out, packet by packet',
    program: async (ground) => {
      const arriving = coming(ground);
      ground.io.on('connection', (socket) => {
        socket.on('ask', (value, reply) => reply(value));
        socket.on('bytes', (value) => socket.emit('bytes', value));
      });
      const { socket, lines } = await byHand(ground.url, 4);
      const conn = await arriving;
      const log = watch(conn, ['packet', 'packetCreate', 'data', 'message']);
      socket.send('40');
      await until(() => lines.length === 2, 'a welcome');
      socket.send('420["ask",{"a":1}]');
      await until(() => lines.length === 3, 'an answer');
      socket.send('451-["bytes",{"_placeholder":true,"num":0}]');
      socket.send(Buffer.of(1, 2, 3));
      await until(() => lines.length === 5, 'bytes');
      socket.terminate();
      return log;
    },
  },
  {
    what: 'shows the same of a client of Engine.IO 3',
    options: eio3,
    program: async (ground) => {
      const arriving = coming(ground);
      ground.io.on('connection', (socket) => {
        socket.on('bytes', (value) => socket.emit('bytes', value));
      });
      const { socket, lines } = await byHand(ground.url, 3);
      const conn = await arriving;
      const log = watch(conn, ['packet', 'packetCreate', 'heartbeat', 'data', 'message']);
      await until(() => lines.length === 2, 'a welcome');
      socket.send('2');
      await until(() => lines.length === 3, 'a pong');
      socket.send('451-["bytes",{"_placeholder":true,"num":0}]');
      socket.send(Buffer.of(4, 1, 2, 3));
      await until(() => lines.length === 5, 'bytes');
      socket.terminate();
      return [conn.protocol, log];
    },
  },
  {
    what: 'shows heartbeats',
    options: { pingInterval: 50, pingTimeout: 2_000 },
    program: async (ground) => {
      const arriving = coming(ground);
      const { socket } = await byHand(ground.url, 4);
      const conn = await arriving;
      const log = watch(conn, ['packet', 'packetCreate', 'heartbeat']);
      socket.on('message', (data: Buffer) => data.toString() === '2' && socket.send('3'));
      await heard(conn, 'heartbeat');
      const [first] = [log.slice(0, 3)];
      socket.terminate();
      return first;
    },
  },
  {
    what: 'shows what is given to the transport, and that it has been given',
    program: async (ground) => {
      const arriving = coming(ground);
      const { socket } = await byHand(ground.url, 4);
      const conn = await arriving;
      const seen: unknown[] = [];
      conn.on('flush', (packets) => seen.push((packets as Packet[]).map(told)));
      conn.on('drain', () => seen.push('drain'));
      conn.send('hello');
      await until(() => seen.length === 2, 'drain');
      socket.terminate();
      return seen;
    },
  },
  {
    what: 'ends once, and says why',
    program: async (ground) => {
      const ends: unknown[] = [];
      for (const end of [
        (_: Watched, socket: WebSocket) => socket.close(),
        (conn: Watched) => conn.close(),
        (conn: Watched) => conn.close(true),
        (_: Watched, socket: WebSocket) => socket.send('no engine understands this'),
      ]) {
        const arriving = coming(ground);
        const { socket } = await byHand(ground.url, 4);
        const conn = await arriving;
        const closing = heard(conn, 'close');
        const before = conn.readyState;
        end(conn, socket);
        const [reason] = await closing;
        ends.push([before, reason, conn.readyState]);
      }
      return ends;
    },
  },
  {
    what: 'ends with forced close when its last socket is cut off',
    program: async (ground) => {
      const arriving = coming(ground);
      const { client, socket } = await ground.join();
      const conn = await arriving;
      const closing = heard(conn, 'close');
      socket.disconnect(true);
      const [reason] = await closing;
      client.close();
      return [reason, (socket.conn as unknown) === conn];
    },
  },
  {
    what: 'carries messages of others, and says when they have gone',
    program: async (ground) => {
      const arriving = coming(ground);
      const { socket, lines } = await byHand(ground.url, 4);
      const conn = await arriving;
      const carrier = await within(
        new Promise<{ name: string }>((resolve) => conn.send('hello', {}, resolve)),
        'confirmation',
      );
      conn.send(Buffer.of(1, 2));
      await until(() => lines.length === 3, 'two messages');
      socket.terminate();
      return [carrier.name, lines.slice(1)];
    },
  },
  {
    what: 'tells of an upgrade, and keeps its first request',
    program: async (ground) => {
      const arriving = coming(ground);
      const mover = lookup(ground.url, { forceNew: true, reconnection: false });
      const conn = await arriving;
      const log = [conn.transport.name, conn.upgraded];
      conn.on('upgrading', (carrier) => log.push('upgrading', (carrier as { name: string }).name));
      const [carrier] = await heard(conn, 'upgrade');
      log.push((carrier as { name: string }).name, conn.transport.name, conn.upgraded);
      log.push(new URL(conn.request.url, ground.url).searchParams.get('transport') ?? '');
      mover.close();
      return log;
    },
  },
  {
    what: 'lets listeners go again',
    program: async (ground) => {
      const arriving = coming(ground);
      const { socket } = await byHand(ground.url, 4);
      const conn = await arriving;
      const seen: string[] = [];
      const listener = (): void => void seen.push('each');
      conn.on('packet', listener);
      conn.once('packet', () => void seen.push('once'));
      const twice = (): Promise<unknown[]> => heard(conn, 'data');
      const first = twice();
      socket.send('40');
      await first;
      conn.removeListener('packet', listener);
      const second = twice();
      socket.send('42["a"]');
      await second;
      socket.terminate();
      return seen;
    },
  },
];

describe('a connection beside the genuine one', () => {
  compare(rows);
});

describe('a connection', () => {
  let site: Site;
  beforeEach(async () => {
    site = await openSite();
  });
  afterEach(() => site.close());

  it('goes on although somebody who watches it fails', async () => {
    const complaint = site.complaint();
    site.io.engine.on('connection', (conn) => {
      conn.on('packet', () => {
        throw new Error('broken');
      });
    });
    const { socket, lines } = await byHand(site.url, 4);
    socket.send('40');
    await until(() => lines.length === 2, 'a welcome');
    assert.equal((await complaint).event, 'packet');
    socket.terminate();
  });

  it('may be ended by somebody who watches it, whatever is under way', async () => {
    for (const event of ['packet', 'packetCreate', 'flush', 'drain'] as const) {
      const arriving = heard(site.io.engine as unknown as Source, 'connection');
      const { socket } = await byHand(site.url, 4);
      const [conn] = (await arriving) as [Watched];
      const closing = heard(conn, 'close');
      conn.once(event, () => conn.close(true));
      const gone = new Promise((resolve) => socket.once('close', resolve));
      socket.send('40');
      await closing;
      await within(gone, `the end after ${event}`);
      assert.equal(conn.readyState, 'closed');
    }
    assert.deepEqual(site.complaints, []);
  });

  it('delivers what waits before it closes', async () => {
    const arriving = heard(site.io.engine as unknown as Source, 'connection');
    const { socket, lines } = await byHand(site.url, 4);
    const [conn] = (await arriving) as [Watched];
    const gone = new Promise((resolve) => socket.once('close', resolve));
    for (let count = 0; count < 100; count += 1) conn.send(`${count}`);
    conn.close();
    await within(gone, 'the end');
    assert.equal(lines.at(-1), '499');
  });

  it('is the same object for all who ask', async () => {
    const arriving = heard(site.io.engine as unknown as Source, 'connection');
    const { socket, lines } = await byHand(site.url, 4);
    const [conn] = (await arriving) as [Watched];
    socket.send('40');
    await until(() => lines.length === 2, 'a welcome');
    const [one] = site.io.sockets.sockets.values();
    assert.equal(one?.conn, conn);
    assert.equal(conn.transport, conn.transport);
    socket.terminate();
  });
});
