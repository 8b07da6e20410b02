/** What `ws` lets a client make grow, bounded; and paths with and without a slash at their end. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { UserOptions } from '../../lib/index.js';
import { heard, within } from '../support/patience.js';
import { openTwins } from '../support/raw-twins.js';
import { openSite, type Site } from '../support/site.js';
import { ask, knock } from './raw.js';

const WS = '/socket.io/?EIO=4&transport=websocket';

describe('the frames of one message', () => {
  let site: Site;
  afterEach(() => site.close());

  /** Somebody who is in, and says an event in so many frames. @returns the close code, or 0 if it was heard */
  async function say(pieces: number, options: UserOptions): Promise<number> {
    site = await openSite(options);
    const ws = new WebSocket(`ws://127.0.0.1:${site.port}${WS}`);
    await once(ws, 'open');
    const come = heard(site.io as never, 'connection');
    ws.send('40');
    const [socket] = (await come) as [{ on(name: string, listener: (value: unknown) => void): void }];
    const text = `42["word","${'x'.repeat(pieces - 13)}"]`;
    const outcome = new Promise<number>((resolve) => {
      socket.on('word', () => resolve(0));
      ws.once('close', resolve);
    });
    for (let at = 0; at < text.length; at += 1) ws.send(text[at] ?? '', { fin: at === text.length - 1 });
    const code = await within(outcome, 'the message, or an end');
    ws.terminate();
    return code;
  }

  it('may be as many as maxFragments says', async () => {
    assert.equal(await say(1_024, {}), 0);
  });

  it('may not be more', async () => {
    assert.equal(await say(1_025, {}), 1008);
  });

  it('may be more if the option says so', async () => {
    assert.equal(await say(2_000, { maxFragments: 2_000 }), 0);
  });

  it('may come byte by byte, as networks may cut them', async () => {
    site = await openSite();
    const client = await knock(site.port, WS);
    await client.head();
    const come = heard(site.io as never, 'connection');
    for (const byte of Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0x34, 0x30])) {
      client.socket.write(Buffer.from([byte]));
      await new Promise(setImmediate);
    }
    await come;
    client.socket.destroy();
  });
});

describe('addTrailingSlash', () => {
  for (const addTrailingSlash of [true, false]) {
    it(`${addTrailingSlash}: a client may come with a slash or without`, async () => {
      const twins = await openTwins({ addTrailingSlash });
      for (const path of ['/socket.io/', '/socket.io']) {
        const { status } = await ask(twins.here, `${path}?EIO=4&transport=polling`);
        assert.equal(status, 200);
        const upgrade = await knock(twins.here, `${path}?EIO=4&transport=websocket`);
        assert.equal((await upgrade.head()).status, 101);
        upgrade.socket.destroy();
      }
      // What the genuine server serves is served here.
      const theirs = addTrailingSlash ? '/socket.io/' : '/socket.io';
      assert.equal((await ask(twins.there, `${theirs}?EIO=4&transport=polling`)).status, 200);
      await twins.close();
    });
  }
});
