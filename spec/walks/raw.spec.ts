/** What genuine clients never let happen, since they go away by themselves: seen by a client that speaks by hand. */
import assert from 'node:assert/strict';
import type { UserOptions } from '../../lib/index.js';
import { heard, latch, within } from '../support/patience.js';
import { byPolling, byWebSocket, type RawClient } from '../support/raw-engine4.js';
import { openSite, type Site } from '../support/site.js';

const ways: Readonly<Record<string, (url: string) => Promise<RawClient>>> = {
  websocket: byWebSocket,
  polling: byPolling,
};

/** Everything until the end of the connection, without what carries nothing. */
async function untilEnd(client: RawClient): Promise<string[]> {
  const frames: string[] = [];
  for (let frame = await client.next(); frame !== undefined; frame = await client.next()) {
    if (frame !== '6') frames.push(frame.replace(/"sid":"[\w-]{20}"/, '"sid":"S"'));
  }
  return frames;
}

for (const [way, connect] of Object.entries(ways)) {
  describe(`a connection by ${way}`, () => {
    let site: Site;
    let client: RawClient;

    async function open(options: UserOptions = {}): Promise<Site> {
      site = await openSite(options);
      return site;
    }

    afterEach(async () => {
      await client.leave();
      await site.close();
    });

    it('ends when no namespace is joined in time', async () => {
      await open({ connectTimeout: 30 });
      client = await connect(site.url);
      assert.deepEqual(await untilEnd(client), []);
    });

    it('ends when every namespace has refused the client in time', async () => {
      const { io } = await open({ connectTimeout: 60 });
      io.use((_socket, next) => next(new Error('no')));
      client = await connect(site.url);
      await client.say('40');
      await client.say('40/nowhere,');
      assert.deepEqual((await untilEnd(client)).sort(), [
        '44/nowhere,{"message":"Invalid namespace"}',
        '44{"message":"no"}',
      ]);
    });

    it('stays when a namespace was joined in time, even if it is left later', async () => {
      const { io } = await open({ connectTimeout: 60 });
      client = await connect(site.url);
      const connection = heard(io as never, 'connection');
      await client.say('40');
      const [socket] = (await connection) as [{ conn: { readyState: string } }];
      await client.say('41');
      // The deadline has to pass: that is the thing tested.
      await new Promise((resolve) => setTimeout(resolve, 150));
      assert.equal(socket.conn.readyState, 'open');
    });

    it('ends when its only handler ends', async () => {
      const { io } = await open();
      io.serve((socket) => {
        socket.emit('goodbye');
      });
      client = await connect(site.url);
      await client.say('40');
      assert.deepEqual(await untilEnd(client), ['40{"sid":"S"}', '42["goodbye"]', '41']);
    });

    it('stays when a handler ends and another namespace uses it', async () => {
      const { io } = await open();
      io.of('/other');
      io.serve(() => {});
      client = await connect(site.url);
      const other = heard(io.of('/other') as never, 'connection');
      await client.say('40/other,');
      const [socket] = (await other) as [{ conn: { readyState: string }; disconnect(close: boolean): void }];
      const gone = latch();
      io.on('connection', (one) => one.on('disconnect', () => gone.open()));
      await client.say('40');
      await within(gone.promise, 'the end of the handler');
      assert.equal(socket.conn.readyState, 'open');
      socket.disconnect(true);
      assert.deepEqual((await untilEnd(client)).slice(1), ['40{"sid":"S"}', '41', '41/other,']);
    });

    it('stays when a socket is disconnected', async () => {
      const { io } = await open();
      io.on('connection', (socket) => socket.disconnect());
      io.of('/other');
      client = await connect(site.url);
      await client.say('40');
      const other = heard(io.of('/other') as never, 'connection');
      await client.say('40/other,');
      await other;
    });

    it('is told everything before it ends, and the end for itself', async () => {
      const { io } = await open();
      io.on('connection', (socket) => {
        for (let index = 0; index < 40; index++) socket.emit('n', index);
        socket.disconnect(true);
      });
      client = await connect(site.url);
      await client.say('40');
      const words = Array.from({ length: 40 }, (_, index) => `42["n",${index}]`);
      assert.deepEqual(await untilEnd(client), ['40{"sid":"S"}', ...words, '41']);
    });

    it('ends at once when both sides say goodbye', async () => {
      const { io } = await open();
      const connection = heard(io as never, 'connection');
      client = await connect(site.url);
      await client.say('40');
      const [socket] = (await connection) as [
        { conn: { readyState: string }; disconnect(close: boolean): void },
      ];
      socket.disconnect(true);
      await client.leave();
      while (socket.conn.readyState !== 'closed') await new Promise(setImmediate);
    });
  });
}

describe('a goodbye by polling', () => {
  it('has a body of its own, since clients drop what they find beside it', async () => {
    const site = await openSite();
    site.io.on('connection', (socket) => {
      socket.emit('last word');
      socket.disconnect(true);
    });
    const base = `${site.url}/socket.io/?EIO=4&transport=polling`;
    const read = (url: string, init?: RequestInit): Promise<string> =>
      fetch(url, init).then((response) => response.text());
    const { sid } = JSON.parse((await read(base)).slice(1)) as { sid: string };
    await read(`${base}&sid=${sid}`, { method: 'POST', body: '40' });
    assert.match(await read(`${base}&sid=${sid}`), /^40\{[^\x1e]*\x1e42\["last word"\]\x1e41$/);
    assert.equal(await read(`${base}&sid=${sid}`), '1');
    assert.match(await read(`${base}&sid=${sid}`), /Session ID unknown/);
    await site.close();
  });
});
