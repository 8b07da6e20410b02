/** A site that speaks another parser: the same frames as the genuine server, and what goes wrong stays with its cause. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { Server as GenuineServer } from 'socket.io';
import { io as lookup } from 'socket.io-client';
import { WebSocket } from 'ws';
import type { Parser } from '../../lib/index.js';
import * as json from '../support/json-parser.js';
import { listening } from '../support/listening.js';
import { heard, within } from '../support/patience.js';
import { openSite, type Site } from '../support/site.js';

const msgpack = createRequire(import.meta.url)('socket.io-msgpack-parser') as Parser;

const encoder = new msgpack.Encoder();

/** The packet in a frame, its socket id left out. */
function read(frame: Buffer): unknown {
  let found: { data?: { sid?: string; pid?: unknown } } = {};
  const decoder = new msgpack.Decoder();
  decoder.on('decoded', (packet: typeof found) => {
    found = packet;
  });
  decoder.add(frame);
  if (!found.data?.sid) return found;
  found.data.sid = 'an id';
  // The genuine server also says that there is no `pid`.
  if (found.data.pid === undefined) delete found.data.pid;
  return found;
}

/** Says these packets over a WebSocket. @returns what came back until the connection ended or a fence was answered */
async function talk(port: number, packets: readonly unknown[]): Promise<unknown[]> {
  const ws = new WebSocket(`ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`);
  const got: unknown[] = [];
  let look = (): void => {};
  const grows = (most: number) =>
    new Promise<void>((resolve) => {
      look = () => got.length >= most && resolve();
      look();
    });
  const over = new Promise<void>((resolve) => {
    ws.on('message', (data: Buffer, binary) => {
      if (!binary) return;
      const packet = read(data);
      got.push(packet);
      look();
      if (JSON.stringify(packet).includes('"fence"')) resolve();
    });
    ws.on('close', (code) => {
      got.push(`closed ${code}`);
      look();
      resolve();
    });
  });
  await new Promise((resolve) => ws.once('open', resolve));
  for (const packet of packets) {
    const before = got.length;
    ws.send(Buffer.isBuffer(packet) ? packet : (encoder.encode(packet)[0] as Buffer));
    // The genuine server takes a tick to let somebody in, and ends whoever speaks meanwhile.
    if (isAnswered(packet)) await within(grows(before + 1), 'an answer');
  }
  await within(over, 'an answer');
  ws.terminate();
  return got;
}

function isAnswered(packet: unknown): boolean {
  const { type, data } = packet as { readonly type?: number; readonly data?: readonly unknown[] };
  return type === 0 || data?.[0] === 'question' || data?.[0] === 'echo';
}

interface AnySocket {
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  emit(event: string, ...args: unknown[]): unknown;
  disconnect(): unknown;
}

interface AnyServer {
  of(name: string): {
    on(event: 'connection', listener: (socket: AnySocket) => void): unknown;
    use(middleware: (socket: unknown, next: (error?: Error) => void) => void): unknown;
  };
  emit(event: string, ...args: unknown[]): unknown;
}

/** The same application on both. */
function furnish(io: AnyServer): void {
  for (const name of ['/', '/a']) {
    io.of(name).on('connection', (socket) => {
      socket.on('echo', (...args) => socket.emit('back', ...args));
      socket.on('ask', (...args) => (args.pop() as (...answer: unknown[]) => void)(...args));
      socket.on('question', () =>
        socket.emit('question', 1, (answer: unknown) => socket.emit('heard', answer)),
      );
      socket.on('all', () => io.emit('news', Buffer.from([1, 2]), { deep: [Buffer.from([3])] }));
      socket.on('leave', () => socket.disconnect());
      socket.on('fence', () => socket.emit('fence'));
    });
  }
  io.of('/deny').use((_socket, next) => next(Object.assign(new Error('no'), { data: { code: 7 } })));
}

const join = { type: 0, nsp: '/' };
const say = (...data: unknown[]) => ({ type: 2, nsp: '/', data });
const fence = say('fence');
const raw = (...bytes: number[]) => Buffer.from(bytes);

const scripts: Record<string, readonly unknown[]> = {
  'joining with credentials': [{ type: 0, nsp: '/', data: { token: 'x' } }, fence],
  'an event': [join, say('echo', 1, 'text', { a: [null] }), fence],
  'data in an event': [join, say('echo', Buffer.from([1, 2, 3]), { file: Buffer.alloc(0) }), fence],
  'an acknowledgement': [join, { ...say('ask', 'what', Buffer.from('b')), id: 12 }, fence],
  'an acknowledgement the other way': [
    join,
    say('question'),
    { type: 3, nsp: '/', id: 0, data: ['so'] },
    fence,
  ],
  'an answer to nothing': [join, { type: 3, nsp: '/', id: 99, data: [] }, fence],
  'a broadcast': [join, say('all'), fence],
  'another namespace': [{ type: 0, nsp: '/a' }, { type: 2, nsp: '/a', data: ['echo', 'a'] }, join, fence],
  'an unknown namespace': [{ type: 0, nsp: '/nowhere' }, join, fence],
  'a refusal': [{ type: 0, nsp: '/deny' }, join, fence],
  'being sent away': [join, say('leave'), { type: 0, nsp: '/a' }, { type: 2, nsp: '/a', data: ['fence'] }],
  'leaving, and coming again': [
    join,
    { type: 0, nsp: '/a' },
    { type: 1, nsp: '/' },
    { type: 2, nsp: '/a', data: ['echo'] },
    join,
    fence,
  ],
  'joining twice': [join, join],
  'a packet before joining': [say('echo', 1)],
  'bytes that are no msgpack': [join, raw(0xc1)],
  'a broken text': [join, raw(0xdb, 0xff, 0xff, 0xff, 0xff, 0x41)],
  'nothing at all': [join, raw()],
  'a number': [join, raw(0x01)],
  'an unknown type': [join, { type: 9, nsp: '/', data: ['x'] }],
  'a type that is a text': [join, { type: '2', nsp: '/', data: ['x'] }],
  'data that is no list': [join, { type: 2, nsp: '/', data: 'x' }],
  'an id that is a text': [join, { ...say('x'), id: 'x' }],
};

describe('socket.io-msgpack-parser, beside the genuine server', () => {
  let site: Site;
  let genuine: GenuineServer;
  let there: number;

  before(async () => {
    site = await openSite({ parser: msgpack });
    const server = createServer();
    genuine = new GenuineServer(server, { parser: msgpack });
    there = await listening(server);
    furnish(site.io as unknown as AnyServer);
    furnish(genuine as unknown as AnyServer);
  });

  after(async () => {
    await site.close();
    await genuine.close();
  });

  for (const [what, packets] of Object.entries(scripts)) {
    it(`says the same to ${what}`, async () => {
      const [ours, theirs] = await Promise.all([talk(site.port, packets), talk(there, packets)]);
      // The close code tells a client here that its input was wrong.
      const plain = (got: unknown[]) =>
        got.map((item) => (String(item).startsWith('closed') ? 'closed' : item));
      assert.deepEqual(plain(ours), plain(theirs));
      assert.ok(ours.length > 0);
    });
  }

  const stricter: Record<string, unknown> = {
    'a reserved event': say('disconnect'),
    'too many arguments': say('echo', ...Array(1_001).fill(1)),
    'too deep a list': say(
      'echo',
      Array(600)
        .fill(0)
        .reduce((inner) => [inner], 'x'),
    ),
    'a long name': say('x'.repeat(1_025)),
    'a negative id': { ...say('ask'), id: -1 },
  };
  for (const [what, packet] of Object.entries(stricter)) {
    it(`unlike the genuine server: refuses ${what}, since the parser does not`, async () => {
      const got = await talk(site.port, [join, packet]);
      assert.match(String(got.at(-1)), /closed/);
      assert.deepEqual(site.complaints, []);
    });
  }
});

describe('a parser of the user', () => {
  let site: Site;
  afterEach(() => site.close());

  const guest = () =>
    lookup(site.url, { parser: json, forceNew: true, transports: ['websocket'], reconnection: false });

  it('ends only the client whose words it refuses', async () => {
    site = await openSite({ parser: json });
    const good = guest();
    await heard(good as never, 'connect');
    const bad = new WebSocket(`${site.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
    await new Promise((resolve) => bad.once('open', resolve));
    const gone = new Promise((resolve) => bad.once('close', resolve));
    bad.send('4{"type":');
    await within(gone, 'the end of the bad client');
    const news = heard(good as never, 'news');
    site.io.emit('news', 1);
    assert.deepEqual(await news, [1]);
    assert.deepEqual(site.complaints, []);
    good.disconnect();
  });

  it('tells whoever emits what it cannot write', async () => {
    site = await openSite({ parser: json });
    const client = guest();
    const [[socket]] = (await Promise.all([
      heard(site.io as never, 'connection'),
      heard(client as never, 'connect'),
    ])) as unknown as [[AnySocket], unknown];
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    assert.throws(() => socket.emit('x', cycle), TypeError);
    assert.throws(() => site.io.emit('x', cycle), TypeError);
    socket.emit('good', 1);
    assert.deepEqual(await heard(client as never, 'good'), [1]);
    client.disconnect();
  });

  it('writes a broadcast once, however many receive it', async () => {
    let written = 0;
    class Encoder extends json.Encoder {
      override encode(packet: { type?: number }): string[] {
        if (packet.type === 2) written += 1;
        return super.encode(packet);
      }
    }
    site = await openSite({ parser: { Encoder, Decoder: json.Decoder } });
    const guests = [guest(), guest(), guest()];
    await Promise.all(guests.map((client) => heard(client as never, 'connect')));
    const all = Promise.all(guests.map((client) => heard(client as never, 'news')));
    site.io.emit('news', 1);
    await all;
    assert.equal(written, 1);
    for (const client of guests) client.disconnect();
  });
});
