/** Clients that are told more than they take. */
import assert from 'node:assert/strict';
import { io as connect } from 'socket.io-client';
import type { Socket } from '../../lib/index.js';
import { frame, open, Poller, rawSocket, reason, type Site, Talk, until } from './ground.js';

const KB = 'x'.repeat(1_000);

function memory(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a client that takes too little', () => {
  let site: Site;
  afterEach(() => site.close());

  async function deaf(): Promise<Socket> {
    const connected = site.connection();
    const raw = await rawSocket(site);
    raw.pause();
    raw.write(frame(0x81, '40'));
    return connected;
  }

  /** Says so much that nobody could hold it, in turns. @returns the most that waited */
  async function flood(socket: Socket): Promise<number> {
    let most = 0;
    for (let count = 0; count < 200_000 && socket.connected; count++) {
      socket.emit('n', count, KB);
      most = Math.max(most, socket.bufferedAmount);
      if (count % 100 === 0) await turn();
    }
    return most;
  }

  for (const how of ['by WebSocket', 'by polling']) {
    it(`is given up at the hard limit ${how}, and others notice nothing`, async () => {
      site = await open();
      const neighbour = await Promise.all([site.connection(), Talk.join(site)]);
      const socket =
        how === 'by polling' ? (await Promise.all([site.connection(), Poller.come(site)]))[0] : await deaf();
      const left = reason(socket);
      const before = memory();
      const most = await flood(socket);
      assert.equal(await left, 'slow consumer');
      assert.ok(most <= 16_777_216 + 2_000, `${most} bytes waited`);
      assert.ok(memory() - before < 60_000_000);
      neighbour[0].emit('fine');
      assert.equal(await neighbour[1].next(), '42["fine"]');
      neighbour[1].ws.terminate();
    });
  }

  it('is given up after the write deadline above the soft limit', async () => {
    site = await open({ softBufferLimit: 100_000, writeDeadline: 200 });
    const [poller] = await Promise.all([site.connection(), Poller.come(site)]);
    const talker = await deaf();
    const begin = performance.now();
    for (const socket of [poller, talker])
      for (let count = 0; count < 10_000; count++) socket.emit('n', count, KB);
    assert.deepEqual(await Promise.all([reason(poller), reason(talker)]), ['slow consumer', 'slow consumer']);
    const took = performance.now() - begin;
    assert.ok(took >= 190 && took < 1_000, `${took} ms`);
  });

  it('is not given up while it reads slowly but steadily', async () => {
    // Two polls must do in each span: a machine that is busy with other things still manages that.
    site = await open({ softBufferLimit: 20_000, writeDeadline: 500 });
    const [socket, client] = await Promise.all([site.connection(), Poller.come(site)]);
    const left = reason(socket);
    for (let count = 0; count < 800; count++) socket.emit('n', count, KB);
    let heard = 0;
    while (heard < 800) {
      const { body } = await client.poll();
      heard += body.split('\x1e').length;
      await new Promise((resolve) => setTimeout(resolve, 15));
    }
    assert.equal(socket.connected, true);
    assert.equal(socket.bufferedAmount, 0);
    socket.disconnect(true);
    assert.equal(await left, 'server namespace disconnect');
  });

  it('is asked for a sign of life ahead of all that it has to catch up with', async () => {
    site = await open({ pingInterval: 20, pingTimeout: 10_000 });
    const [socket, client] = await Promise.all([site.connection(), Poller.come(site)]);
    for (let count = 0; count < 5_000; count++) socket.emit('n', count);
    const frames: string[] = [];
    while (frames.length < 5_001) frames.push(...(await client.poll()).body.split('\x1e'));
    const asked = frames.indexOf('2');
    assert.ok(asked >= 0 && asked < 4_900, `behind ${asked} messages`);
    const events = frames.filter((one) => one !== '2');
    assert.deepEqual(
      events.slice(0, 5_000),
      Array.from({ length: 5_000 }, (_, count) => `42["n",${count}]`),
    );
    socket.disconnect(true);
  });

  it('gets a lone message beyond all limits', async () => {
    site = await open({ softBufferLimit: 100_000, hardBufferLimit: 1_000_000 });
    const large = 'x'.repeat(20_000_000);
    for (const transport of ['websocket', 'polling']) {
      const client = connect(site.url, { transports: [transport], forceNew: true, reconnection: false });
      const socket = await site.connection();
      const heard = new Promise((resolve) => client.on('large', resolve));
      const after = new Promise((resolve) => client.on('after', resolve));
      socket.emit('large', large);
      socket.emit('after');
      assert.equal(((await heard) as string).length, large.length);
      await after;
      client.disconnect();
    }
  });

  for (const [transport, text] of [
    ['websocket', KB],
    ['polling', KB],
    // Few bytes, and more memory than the limit.
    ['polling', ''],
  ] as const) {
    it(`is told all that it has missed by ${transport} in messages of ${text.length} bytes, though that is more than the hard limit`, async () => {
      site = await open({ hardBufferLimit: 100_000, connectionStateRecovery: {} });
      const client = connect(site.url, { transports: [transport], forceNew: true, reconnectionDelay: 10 });
      const heard: number[] = [];
      client.on('n', (count: number) => heard.push(count));
      const first = await site.connection();
      first.emit('n', 0, KB);
      await until(() => heard.length === 1);
      client.io.engine.close();
      await reason(first);
      for (let count = 1; count <= 1_400; count++) site.io.emit('n', count, text);
      const again = await site.connection();
      assert.equal(again.recovered, true);
      await until(() => heard.length === 1_401);
      assert.deepEqual(
        heard,
        Array.from({ length: 1_401 }, (_, count) => count),
      );
      // What it has caught up with is not counted in its favour any more.
      const left = reason(again);
      await again.drained();
      for (let count = 0; count < 300_000 && again.connected; count++) again.emit('n', count, KB);
      await turn();
      assert.equal(await left, 'slow consumer');
      client.disconnect();
    });
  }

  it('is told at the hard limit even when everything was said in one loop, and what to do instead', async () => {
    site = await open();
    const [socket, client] = await Promise.all([site.connection(), Talk.join(site)]);
    const told = new Promise<unknown[]>((resolve) => socket.on('disconnect', (...args) => resolve(args)));
    for (let count = 0; count < 100_000; count++) socket.emit('n', count, KB);
    assert.equal(socket.connected, true, 'nobody is disconnected in the middle of an emit');
    const [why, description] = await told;
    assert.equal(why, 'slow consumer');
    assert.match(String(description), /hardBufferLimit.*drained/);
    await client.closed;
  });

  it('gets 100 MB in order when the program waits for drained()', async () => {
    site = await open();
    const [socket, client] = await Promise.all([site.connection(), Talk.join(site)]);
    const heard = (async () => {
      for (let count = 0; count < 100_000; count++) {
        assert.equal(String(await client.next()).slice(0, 14), `42["n",${count},"xxxxxx`.slice(0, 14));
      }
    })();
    for (let count = 0; count < 100_000; count++) {
      socket.emit('n', count, KB);
      if (socket.bufferedAmount > 1_000_000) await socket.drained();
    }
    await heard;
    client.ws.terminate();
  }).timeout(30_000);
});
