/** What a thousand members are told in one tick. */
import assert from 'node:assert/strict';
import { Socket as TcpSocket } from 'node:net';
import { mock } from 'node:test';
import { engine4 } from '../../lib/codec/engine4.js';
import { Trail } from '../../lib/session/trail.js';
import { packMessages } from '../../lib/transport/websocket-frames.js';
import { open, type Site, Talk } from './ground.js';

const MEMBERS = 1_000;
const EMITS = 20;

describe('a broadcast to 1000 members', () => {
  let site: Site;
  afterEach(async () => {
    mock.restoreAll();
    await site.close();
  });

  it('is encoded once for each emit, packed once, and leaves with one write for each member', async () => {
    site = await open();
    const connections = new Set<unknown>();
    site.io.on('connection', (socket) => {
      socket.join('all');
      connections.add(socket.conn.request.socket);
    });
    const members: Talk[] = [];
    while (members.length < MEMBERS) {
      members.push(...(await Promise.all(Array.from({ length: 100 }, () => Talk.join(site)))));
    }
    const write = mock.method(TcpSocket.prototype, '_write');
    const encode = mock.method(engine4 as { encode: typeof engine4.encode }, 'encode');
    const packed = mock.method(Trail.prototype, 'packed');
    const joined = mock.getter(Trail.prototype, 'frames');
    for (let count = 0; count < EMITS; count++) site.io.to('all').emit('n', count);
    await Promise.all(
      members.map(async (member) => {
        for (let count = 0; count < EMITS; count++) assert.equal(await member.next(), `42["n",${count}]`);
      }),
    );
    const packs = packed.mock.calls.filter((call) => call.arguments[0] === packMessages);
    const packings = new Set(packs.map((call) => call.result));
    const writes = write.mock.calls.filter((call) => connections.has(call.this));
    assert.equal(new Set(writes.map((call) => call.this)).size, MEMBERS);
    assert.deepEqual(
      [encode.mock.callCount(), packings.size, joined.mock.callCount(), writes.length],
      [EMITS, 1, 1, MEMBERS],
    );
    for (const member of members) member.ws.terminate();
  }).timeout(20_000);
});
