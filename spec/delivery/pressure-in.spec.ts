/** Clients that say more than their handler reads. */
import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import type { Socket } from '../../lib/index.js';
import { socketio } from '../../lib/index.js';
import { open, Poller, reason, type Site } from './ground.js';

const MESSAGE = 10_000;
const MESSAGES = 10_000;
/** Bytes beyond which the memory of the server must not grow while it is flooded. */
const GROWTH = 30_000_000;

function memory(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

describe('a client that floods a handler that sleeps', () => {
  let site: Site;
  let flooder: ChildProcess | undefined;
  afterEach(async () => {
    flooder?.kill();
    await site.close();
  });

  for (const transport of ['websocket', 'polling']) {
    it(`is not read further, nor given up, and loses nothing: 100 MB by ${transport}`, async () => {
      let wake = (): void => {};
      const asleep = new Promise<void>((resolve) => {
        wake = resolve;
      });
      let served: Socket | undefined;
      let ended = '';
      let next = 0;
      const io = socketio({
        pingInterval: 100,
        pingTimeout: 200,
        mailboxMessages: 64,
        mailboxBytes: 500_000,
      });
      const all = new Promise<void>((resolve, reject) => {
        io.serve(async (socket) => {
          served = socket as Socket;
          socket.on('disconnect', (why) => {
            ended = why;
            reject(new Error(`ended by ${why} after ${next} messages`));
          });
          await asleep;
          for await (const { args } of socket) {
            assert.equal(args[0], next++);
            if (next === MESSAGES) resolve();
          }
        });
      });
      site = await open(io as never);
      const before = memory();
      flooder = fork(new URL('./flooder.ts', import.meta.url).pathname, {
        execArgv: ['--import', 'tsx'],
        env: {
          ...process.env,
          URL: site.url,
          TRANSPORT: transport,
          MESSAGES: `${MESSAGES}`,
          MESSAGE: `${MESSAGE}`,
        },
      });
      await new Promise((resolve) => flooder?.once('message', resolve));
      let most = 0;
      for (const begin = performance.now(); performance.now() < begin + 1_500; ) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        most = Math.max(most, memory() - before);
      }
      assert.equal(ended, '');
      assert.equal(served?.connected, true);
      assert.equal(next, 0);
      assert.ok(most < GROWTH, `grew by ${most} bytes while asleep`);
      wake();
      await all;
      assert.equal(ended, '');
    }).timeout(30_000);
  }

  it('is missed when it polls no more, though nobody reads it', async () => {
    site = await open({ pingInterval: 100, pingTimeout: 100, mailboxMessages: 2 });
    const [socket, poller] = await Promise.all([site.connection(), Poller.come(site)]);
    const left = reason(socket);
    socket[Symbol.asyncIterator]();
    const posted = poller.post('42["a"]\x1e42["b"]\x1e42["c"]\x1e42["d"]');
    posted.catch(() => {});
    assert.equal(await left, 'ping timeout');
    assert.equal(site.io.sockets.sockets.size, 0);
  });
});
