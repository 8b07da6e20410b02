/** The end of a server that still has something to say. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { socketio } from '../../lib/index.js';
import { open, Poller, reason, type Site, Talk } from './ground.js';

describe('a server that closes', () => {
  let site: Site;
  beforeEach(async () => {
    site = await open();
  });
  afterEach(() => site.close());

  it('delivers by WebSocket what it has said, then ends with a reason', async () => {
    const [socket, client] = await Promise.all([site.connection(), Talk.join(site)]);
    const left = reason(socket);
    for (let count = 0; count < 5_000; count++) socket.emit('n', count, 'x'.repeat(1_000));
    await site.io.close({ drain: 2_000 });
    assert.equal(await left, 'server shutting down');
    assert.equal((await client.closed).code, 1000);
    assert.equal(client.unread, 5_000);
    assert.match(String(await client.next()), /^42\["n",0,/);
  });

  it('delivers to a poll that waits', async () => {
    const [socket, client] = await Promise.all([site.connection(), Poller.come(site)]);
    const left = reason(socket);
    const poll = client.poll();
    await client.post('3');
    socket.emit('bye');
    const closed = site.io.close({ drain: 2_000 });
    assert.equal((await poll).body, '42["bye"]');
    // By itself: genuine clients drop what they find in one body with it.
    assert.equal((await client.poll()).body, '1');
    await closed;
    assert.equal(await left, 'server shutting down');
  });

  it('delivers to a client between two polls', async () => {
    const [socket, client] = await Promise.all([site.connection(), Poller.come(site)]);
    for (let count = 0; count < 40; count++) socket.emit('n', count);
    const closed = site.io.close({ drain: 2_000 });
    const polls = [await client.poll(), await client.poll(), await client.poll(), await client.poll()];
    const bodies = polls.map(({ body }) => body);
    assert.deepEqual(bodies.join('\x1e').split('\x1e'), [
      ...Array.from({ length: 40 }, (_, count) => `42["n",${count}]`),
      '1',
    ]);
    await closed;
  });

  it('waits no longer than it was told to, for whoever does not come or does not read', async () => {
    const poller = await Poller.come(site);
    const [socket, deaf] = await Promise.all([site.connection(), Talk.join(site)]);
    deaf.ws.pause();
    for (let count = 0; count < 10; count++) socket.emit('large', 'x'.repeat(1_000_000));
    const begin = performance.now();
    await site.io.close({ drain: 200 });
    const took = performance.now() - begin;
    assert.ok(took >= 190 && took < 400, `${took} ms`);
    assert.match((await poller.poll()).body, /"code":1/);
    deaf.ws.terminate();
  });

  it('does not end the process by a callback that fails, and onError hears of it', async () => {
    const boom = new Error('boom');
    for (const fail of [() => Promise.reject(boom), () => assert.fail(boom)]) {
      const io = socketio({ onError: (error, { event }) => heard.push([error, event]) });
      const heard: unknown[] = [];
      await io.close(fail as () => void);
      await new Promise(setImmediate);
      assert.deepEqual(heard, [[boom, 'close']]);
    }
    for (const wrong of [null, 7, { drain: null }, { drain: -1 }])
      await assert.rejects(site.io.close(wrong as never), { code: 'OPTION_INVALID' }, String(wrong));
  });

  it('leaves a process that ends by itself', async () => {
    const program = new URL('./closing-server.ts', import.meta.url).pathname;
    const child = spawn(process.execPath, ['--import', 'tsx', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = new Promise((resolve) => child.on('exit', resolve));
    const output: Buffer[] = [];
    child.stdout.on('data', (chunk) => output.push(chunk));
    assert.equal(await exited, 0);
    const { bye, took } = JSON.parse(Buffer.concat(output).toString());
    assert.deepEqual(bye, ['bye', 'bye']);
    assert.ok(took < 1_000, `${took} ms`);
  });

  it('holds the process until it is done, whoever is away', async () => {
    const program = new URL('./closing-absent.ts', import.meta.url).pathname;
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', program]);
    assert.equal(stdout, 'closed\n');
  });
});
