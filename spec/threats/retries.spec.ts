/** T106: a client that says again what was not acknowledged. */
import assert from 'node:assert/strict';
import { io as connect } from 'socket.io-client';
import { within } from '../support/patience.js';
import { openSite } from '../support/site.js';

describe('a client with the option retries', () => {
  for (const transport of ['websocket', 'polling']) {
    it(`T106 is heard at least once and in order; a retry is a new question with the same arguments, by ${transport}`, async () => {
      const site = await openSite();
      const heard: number[] = [];
      const all = new Promise<void>((resolve) => {
        site.io.on('connection', (socket) => {
          socket.on('n', (number: number, reply: () => void) => {
            // The first answer to each is lost.
            if (heard.includes(number)) reply();
            heard.push(number);
            if (heard.length === 20) resolve();
          });
        });
      });
      const client = connect(site.url, {
        transports: [transport],
        forceNew: true,
        retries: 5,
        ackTimeout: 60,
      });
      for (let number = 0; number < 10; number += 1) client.emit('n', number);
      await within(all, 'ten events, twice');
      const firsts = heard.filter((number, index) => heard.indexOf(number) === index);
      assert.deepEqual(
        firsts,
        Array.from({ length: 10 }, (_, number) => number),
      );
      assert.deepEqual(
        heard,
        [...heard].sort((one, other) => one - other),
      );
      client.disconnect();
      await site.close();
    });
  }
});
