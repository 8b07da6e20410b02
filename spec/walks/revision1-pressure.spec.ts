/** Clients of revision 1 that take too little, say too much, or are told something when the server closes. */
import assert from 'node:assert/strict';
import type { Socket, UserOptions } from '../../lib/index.js';
import { ask } from '../router/raw.js';
import { type OldClient, oldWays } from '../support/old-ways.js';
import { heard, latch, within } from '../support/patience.js';
import { openSite, type Site } from '../support/site.js';

const transports = ['polling', 'websocket', 'jsonp', 'htmlfile', 'flashsocket'] as const;
const KB = 'x'.repeat(1_000);

for (const { name, transport, come } of oldWays) {
  describe(`a client of revision 1 by ${name}`, () => {
    let site: Site;
    afterEach(() => site.close());

    async function arrive(): Promise<readonly [OldClient, Socket]> {
      const arrived = heard(site.io as never, 'connection');
      const client = await come(site.port);
      const [socket] = (await arrived) as [Socket];
      assert.equal(socket.conn.transport.name, transport);
      return [client, socket];
    }

    const open = async (options: UserOptions = {}): Promise<void> => {
      site = await openSite({ transports, ...options });
    };

    it('is given up when it takes too little, and others notice nothing', async () => {
      await open({ softBufferLimit: 100_000, hardBufferLimit: 1_000_000, writeDeadline: 200 });
      const [deaf, socket] = await arrive();
      const [other, neighbour] = await arrive();
      deaf.deafen();
      const left = heard(socket as never, 'disconnect');
      let most = 0;
      for (let count = 0; count < 100_000 && socket.connected; count++) {
        socket.send(KB);
        most = Math.max(most, socket.bufferedAmount);
        if (count % 100 === 0) await new Promise(setImmediate);
      }
      assert.equal((await left)[0], 'slow consumer');
      assert.ok(most <= 1_000_000 + 2_000, `${most} bytes waited`);
      neighbour.send('fine');
      assert.equal(await within(other.next(), 'a word'), '3:::fine');
      for (const client of [deaf, other]) client.vanish();
    });

    it('is given up at the write deadline, too', async () => {
      await open({ softBufferLimit: 100_000, writeDeadline: 200 });
      const [deaf, socket] = await arrive();
      deaf.deafen();
      const left = heard(socket as never, 'disconnect');
      for (let count = 0; count < 10_000; count++) socket.send(KB);
      const [reason, why] = await left;
      assert.equal(reason, 'slow consumer');
      assert.match((why as Error).message, /writeDeadline .* softBufferLimit/);
      deaf.vanish();
    });

    it('hears all that was said before the server closed, and no goodbye: it shall come back', async () => {
      await open();
      const [client, socket] = await arrive();
      const left = heard(socket as never, 'disconnect');
      for (let count = 0; count < 2_000; count++) socket.send(`${count} ${KB}`);
      const closed = site.io.close({ drain: 5_000 });
      for (let count = 0; count < 2_000; count++) {
        const packet = await within(client.next(), `message ${count}`);
        assert.equal(packet?.split(' ')[0], `3:::${count}`);
      }
      assert.equal(await within(client.next(), 'the end'), undefined);
      await closed;
      assert.equal((await left)[0], 'server shutting down');
    });

    if (transport !== 'polling' && transport !== 'jsonp') {
      it('is missed when it breaks off while nobody reads it', async () => {
        await open({ mailboxMessages: 2 });
        const reading = latch();
        site.io.serve(async (socket) => {
          for await (const _message of socket) {
            reading.open();
            await new Promise(() => {});
          }
        });
        const [client, socket] = await arrive();
        const left = heard(socket as never, 'disconnect');
        const said = client.say(...Array.from({ length: 50 }, (_, count) => `3:::${count}`));
        // A POST is answered when all of it has been read.
        if (said instanceof Promise) said.catch(() => {});
        await reading.promise;
        // Others come and go behind it.
        for (let round = 0; round < 5; round++) await ask(site.port, '/socket.io/1//nosuch/?disconnect=1');
        client.vanish();
        const [reason] = await left;
        assert.match(String(reason), /^transport (close|error)$/);
      });
    }
  });
}
