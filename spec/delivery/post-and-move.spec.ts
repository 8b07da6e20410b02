/** A client that moves while what it has posted is still on its way up. */
import assert from 'node:assert/strict';
import { open, Poller, type Site } from './ground.js';

describe('a client that moves before its POST has been taken', () => {
  let site: Site;
  beforeEach(async () => {
    site = await open({ mailboxMessages: 4 });
  });
  afterEach(() => site.close());

  it('is heard in order: the rest of the POST, then what it says by WebSocket', async () => {
    const heard: unknown[] = [];
    let wake = (): void => {};
    const asleep = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const done = new Promise<void>((resolve) => {
      site.io.serve(async (socket) => {
        await asleep;
        for await (const { args } of socket) if (heard.push(args[0]) === 30) resolve();
      });
    });
    const client = await Poller.come(site);
    const frames = Array.from({ length: 30 }, (_, count) => `42["n",${count}]`);
    const post = client.post(frames.slice(0, 20).join('\x1e'));
    const talk = await client.upgrade();
    talk.send('2probe', '5', ...frames.slice(20));
    assert.equal(await talk.next(), '3probe');
    wake();
    assert.equal((await post).body, 'ok');
    await done;
    assert.deepEqual(
      heard,
      Array.from({ length: 30 }, (_, count) => count),
    );
  });
});
