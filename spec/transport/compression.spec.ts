/** What leaves smaller: answers to polls and WebSocket messages, beside the genuine server. */
import assert from 'node:assert/strict';
import { createServer, get, type IncomingHttpHeaders } from 'node:http';
import { connect as connectTcp, type Socket as TcpSocket } from 'node:net';
import { gunzipSync, inflateSync } from 'node:zlib';
import compression from 'compression';
import { Server as GenuineServer } from 'socket.io';
import type { Socket, UserOptions } from '../../lib/index.js';
import { compress, compressed } from '../../lib/transport/compression.js';
import type { Batch } from '../../lib/transport/transport.js';
import { ask, handshake, knock } from '../router/raw.js';
import { listening } from '../support/listening.js';
import { heard, within } from '../support/patience.js';
import { openSite } from '../support/site.js';

const POLL = '/socket.io/?EIO=4&transport=polling';
const large = 'many of the same words, '.repeat(100);
const gzip = { 'Accept-Encoding': 'gzip' };

/** What both servers have. */
interface AnyServer {
  on(event: 'connection', listener: (socket: AnySocket) => void): unknown;
  compress(compress: boolean): { emit(event: string, ...args: unknown[]): unknown };
  emit(event: string, ...args: unknown[]): unknown;
}

interface AnySocket {
  emit(event: string, ...args: unknown[]): unknown;
  compress(compress: boolean): AnySocket;
}

interface House {
  readonly io: AnyServer;
  readonly port: number;
  close(): Promise<unknown>;
}

const houses: Readonly<Record<string, (options: UserOptions) => Promise<House>>> = {
  here: (options) => openSite(options) as unknown as Promise<House>,
  there: async (options) => {
    const server = createServer();
    const io = new GenuineServer(server, options as object);
    const port = await listening(server);
    return { io: io as unknown as AnyServer, port, close: () => io.close() };
  },
};

interface Got {
  readonly encoding: string | undefined;
  readonly text: string;
  readonly headers: IncomingHttpHeaders;
}

const opened: Record<string, (bytes: Buffer) => Buffer> = { gzip: gunzipSync, deflate: inflateSync };

/** One answer, its body as it was before. */
function fetchOpened(port: number, path: string, headers: Record<string, string>): Promise<Got> {
  const got = new Promise<Got>((resolve, reject) => {
    const req = get({ port, host: '127.0.0.1', path, headers, agent: false }, (res) => {
      const chunks: Buffer[] = [];
      res.on('data', (chunk: Buffer) => chunks.push(chunk));
      res.on('end', () => {
        const encoding = res.headers['content-encoding'];
        const bytes = Buffer.concat(chunks);
        const plain = encoding === undefined ? bytes : (opened[encoding]?.(bytes) ?? bytes);
        resolve({ encoding, text: plain.toString(), headers: res.headers });
      });
    });
    req.on('error', reject);
  });
  return within(got, 'an answer');
}

/** Somebody who polls, and the server's socket for him. */
async function join(
  { io, port }: House,
  query = '',
): Promise<{ readonly path: string; readonly socket: AnySocket }> {
  const path = `${POLL}${query}&sid=${await handshake(port)}`;
  const come = new Promise<AnySocket>((resolve) => io.on('connection', resolve));
  await ask(port, path, { method: 'POST', body: '40' });
  const socket = await within(come, 'a connection');
  await ask(port, path);
  return { path, socket };
}

type Saying = (socket: AnySocket, io: AnyServer) => unknown;

const sayings: Readonly<Record<string, Saying>> = {
  'a small event': (socket) => socket.emit('news', 'small'),
  'a large event': (socket) => socket.emit('news', large),
  'a large event that shall not be compressed': (socket) => socket.compress(false).emit('news', large),
  'a large event that shall be compressed': (socket) => socket.compress(true).emit('news', large),
  'a large broadcast': (_socket, io) => io.emit('news', large),
  'a large broadcast that shall not be compressed': (_socket, io) => io.compress(false).emit('news', large),
  'many small events': (socket) => {
    for (let index = 0; index < 15; index += 1) socket.emit('news', large.slice(0, 100));
  },
  'events of both kinds': (socket) => {
    socket.compress(false).emit('news', large);
    socket.emit('news', 'small');
  },
  data: (socket) => socket.emit('news', Buffer.alloc(2_000)),
};

describe('answers to polls, beside the genuine server', () => {
  const open: House[] = [];
  afterEach(async () => {
    for (const house of open.splice(0)) await house.close();
  });

  async function both(options: UserOptions, say: Saying, accepted?: string): Promise<readonly Got[]> {
    const answers: Got[] = [];
    for (const start of Object.values(houses)) {
      const house = await start(options);
      open.push(house);
      const { path, socket } = await join(house);
      say(socket, house.io);
      answers.push(
        await fetchOpened(house.port, path, accepted === undefined ? {} : { 'Accept-Encoding': accepted }),
      );
    }
    return answers;
  }

  for (const [what, say] of Object.entries(sayings)) {
    it(`are compressed alike: ${what}`, async () => {
      const [here, there] = await both({}, say, 'gzip, deflate, br');
      assert.deepEqual([here?.encoding, here?.text], [there?.encoding, there?.text]);
      assert.equal(here?.headers['content-type'], there?.headers['content-type']);
    });
  }

  for (const accepted of [
    undefined,
    'gzip',
    'deflate',
    'deflate, gzip',
    'br',
    'gzip;q=0',
    '*',
    'gzip;q=0.2, deflate',
  ]) {
    it(`are compressed alike for a client that accepts ${accepted}`, async () => {
      const [here, there] = await both({}, (socket) => socket.emit('news', large), accepted);
      assert.deepEqual([here?.encoding, here?.text], [there?.encoding, there?.text]);
    });
  }

  const options: readonly NonNullable<UserOptions['httpCompression']>[] = [
    false,
    { threshold: 0 },
    { threshold: 10_000 },
    { threshold: 100, level: 9 },
  ];
  for (const httpCompression of options) {
    it(`are compressed alike with the option ${JSON.stringify(httpCompression)}`, async () => {
      const [here, there] = await both({ httpCompression }, (socket) => socket.emit('news', large), 'gzip');
      assert.deepEqual([here?.encoding, here?.text], [there?.encoding, there?.text]);
    });
  }

  it('begin to be compressed at the threshold, in bytes of UTF-8', async () => {
    // "42" and the list around the text take 12 bytes, and each letter 2.
    for (const [letters, encoding] of [
      [505, undefined],
      [506, 'gzip'],
    ] as const) {
      const [here, there] = await both({}, (socket) => socket.emit('news', 'é'.repeat(letters)), 'gzip');
      assert.equal(there?.encoding, encoding);
      assert.equal(here?.encoding, encoding);
    }
  });
});

describe('answers to polls', () => {
  let site: Awaited<ReturnType<typeof openSite>>;
  afterEach(() => site.close());

  /** Enough for the compression to be under way for a while. */
  const huge = Array.from({ length: 400_000 }, (_, index) => index * 7_919).join(' ');

  async function waiting(path: string): Promise<TcpSocket> {
    const socket = connectTcp(site.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n`);
    return socket;
  }

  /** When an event has been handed to the transport. */
  const handedOver = () => new Promise((resolve) => setImmediate(resolve));

  it('lose nothing if they are cut while they are compressed', async () => {
    site = await openSite();
    const { path, socket } = (await join(site as never)) as { path: string; socket: Socket & AnySocket };
    const cut = await waiting(path);
    let received = 0;
    cut.on('data', (chunk) => {
      received += chunk.length;
    });
    await ask(site.port, path, { method: 'POST', body: '3' });
    socket.emit('news', huge);
    await handedOver();
    socket.emit('later', 1);
    assert.ok(socket.conn.bufferedAmount > huge.length);
    cut.resetAndDestroy();
    const { encoding, text } = await fetchOpened(site.port, path, gzip);
    assert.equal(received, 0);
    assert.equal(encoding, 'gzip');
    assert.ok(text.startsWith('42["news","0 7919'));
    assert.equal(text.length, huge.length + '42["news",""]'.length);
    assert.equal((await fetchOpened(site.port, path, gzip)).text, '42["later",1]');
  });

  it('count as waiting until they have left', async () => {
    site = await openSite();
    const { path, socket } = (await join(site as never)) as { path: string; socket: Socket & AnySocket };
    const answer = fetchOpened(site.port, path, gzip);
    await ask(site.port, path, { method: 'POST', body: '3' });
    socket.emit('news', huge);
    await handedOver();
    assert.ok(socket.bufferedAmount > huge.length);
    await within(socket.drained(), 'the end of the answer');
    assert.equal(socket.bufferedAmount, 0);
    assert.equal((await answer).encoding, 'gzip');
  });

  it('arrive whole where the server ends while they are compressed', async () => {
    site = await openSite();
    const { path, socket } = (await join(site as never)) as { path: string; socket: Socket & AnySocket };
    const answer = fetchOpened(site.port, path, gzip);
    await ask(site.port, path, { method: 'POST', body: '3' });
    socket.emit('news', huge);
    await handedOver();
    const gone = heard(socket as never, 'disconnect');
    void site.io.close({ drain: 2_000 });
    assert.ok((await answer).text.includes(huge));
    await gone;
    await fetchOpened(site.port, path, gzip);
  });

  for (const admit of ['once', 'every'] as const) {
    it(`are compressed once, though the site compresses, too; admit ${admit}`, async () => {
      site = await openSite({ admit }, (app) => app.use(compression()));
      const { path, socket } = await join(site as never);
      socket.emit('news', large);
      const { encoding, text } = await fetchOpened(site.port, path, gzip);
      assert.equal(encoding, 'gzip');
      assert.equal(text, `42["news","${large}"]`);
    });
  }

  it('are compressed in a script, too', async () => {
    site = await openSite({ transports: ['polling', 'jsonp'] });
    const answer = await fetchOpened(site.port, `${POLL.replace('4', '3')}&j=0`, gzip);
    const [, text = ''] = /^___eio\[0\]\((.*)\);$/.exec(answer.text) ?? [];
    const path = `${POLL.replace('4', '3')}&j=0&sid=${JSON.parse((JSON.parse(text) as string).replace(/^\d+:0/, '').replace(/\}\d+:.*$/, '}')).sid}`;
    site.io.emit('news', large);
    const got = await fetchOpened(site.port, path, gzip);
    const next = got.text.includes('news') ? got : await fetchOpened(site.port, path, gzip);
    assert.equal(next.encoding, 'gzip');
    assert.match(next.text, /^___eio\[0\]\(".*many of the same words.*"\);$/);
  });

  it('hear the same as everybody else in a broadcast, compressed or not', async () => {
    site = await openSite();
    const guests = [await join(site as never), await join(site as never)];
    site.io.emit('news', large);
    const [one, two] = guests;
    const compressed = await fetchOpened(site.port, one?.path ?? '', gzip);
    const plain = await fetchOpened(site.port, two?.path ?? '', {});
    assert.deepEqual([compressed.encoding, plain.encoding], ['gzip', undefined]);
    assert.equal(compressed.text, plain.text);
  });
});

describe('the compression of a body', () => {
  it('is done once for all who hear the same', async () => {
    const frames = [`42["news","${large}"]`];
    const batch: Batch = { count: 1, frames, bytes: large.length, packed: (pack) => pack(frames) };
    const letter = { body: large, headers: [] };
    const options = { threshold: 1 };
    const [one, two] = [
      compressed(batch, letter, 'gzip', options),
      compressed(batch, letter, 'gzip', options),
    ];
    assert.equal(one, two);
    assert.notEqual(compressed(batch, letter, 'deflate', options), one);
    assert.notEqual(compressed({ ...batch }, letter, 'gzip', options), one);
    assert.equal(gunzipSync(Buffer.from((await one).body)).toString(), large);
  });

  it('leaves as it is what cannot be compressed', async () => {
    const letter = { body: large, headers: [] };
    assert.equal(await compress(letter, 'gzip', { threshold: 1, maxOutputLength: 5 }), letter);
  });
});

/** The frames in what a server sent, latin1. */
function framesIn(text: string): { readonly compressed: boolean; readonly length: number }[] {
  const bytes = Buffer.from(text.slice(text.indexOf('\r\n\r\n') + 4), 'latin1');
  const frames = [];
  for (let at = 0; at + 2 <= bytes.length; ) {
    const first = bytes[at] ?? 0;
    let length = (bytes[at + 1] ?? 0) & 0x7f;
    at += 2;
    if (length === 126) {
      length = bytes.readUInt16BE(at);
      at += 2;
    } else if (length === 127) {
      length = Number(bytes.readBigUInt64BE(at));
      at += 8;
    }
    if (at + length > bytes.length) break;
    frames.push({ compressed: (first & 0x40) !== 0, length });
    at += length;
  }
  return frames;
}

/** A text as a client's frame, masked with nothing. */
function masked(text: string): Buffer {
  return Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)]);
}

describe('WebSocket messages, beside the genuine server', () => {
  async function observe(options: UserOptions, extension: string): Promise<unknown[]> {
    const seen: unknown[] = [];
    for (const start of Object.values(houses)) {
      const house = await start(options);
      const come = new Promise<AnySocket>((resolve) => house.io.on('connection', resolve));
      const client = await knock(house.port, '/socket.io/?EIO=4&transport=websocket', {
        'Sec-WebSocket-Extensions': extension,
      });
      await client.head();
      client.socket.write(masked('40'));
      const socket = await within(come, 'a connection');
      const count = () => framesIn(client.text).length;
      while (count() < 2) await new Promise((resolve) => client.socket.once('data', resolve));
      socket.emit('a', 'small');
      socket.emit('b', large);
      socket.compress(false).emit('c', large);
      house.io.emit('d', large);
      house.io.compress(false).emit('e', large);
      socket.emit('f', Buffer.alloc(3_000));
      socket.compress(false).emit('g', Buffer.alloc(3_000));
      while (count() < 11) await within(new Promise((r) => client.socket.once('data', r)), 'more frames');
      seen.push(
        framesIn(client.text)
          .slice(2)
          .map(({ compressed }) => compressed),
      );
      client.socket.destroy();
      await house.close();
    }
    return seen;
  }

  const deflate = 'permessage-deflate';
  const all = Array<boolean>(9).fill(true);
  const none = all.map(() => false);
  // small, large, spared, broadcast, spared broadcast, head of data, data, head of spared data, spared data
  const wished = [false, true, false, true, false, false, true, false, false];

  /** The genuine server hears neither its threshold nor `compress(false)` here, save what `ws` makes of the former. */
  const rows: readonly (readonly [string, UserOptions, string, unknown, unknown])[] = [
    ['with the option true', { perMessageDeflate: true }, deflate, wished, all],
    ['with another threshold', { perMessageDeflate: { threshold: 5_000 } }, deflate, none, all],
    [
      'with no threshold',
      { perMessageDeflate: { threshold: 0 } },
      deflate,
      [true, true, false, true, false, true, true, false, false],
      all,
    ],
    [
      'without context',
      { perMessageDeflate: true },
      `${deflate}; server_no_context_takeover`,
      wished,
      [false, true, true, true, true, false, true, false, true],
    ],
    ['of a client that does not offer it', { perMessageDeflate: true }, 'x-other', none, none],
    ['without the option', {}, deflate, none, none],
  ];
  for (const [what, options, extension, here, there] of rows) {
    it(`are compressed as the program says ${what}`, async () => {
      assert.deepEqual(await observe(options, extension), [here, there]);
    });
  }
});
