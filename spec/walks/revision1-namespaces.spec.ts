/** Namespaces and acknowledgements of revision 1, spoken by hand. */
import assert from 'node:assert/strict';
import type { Socket } from '../../lib/index.js';
import { ask } from '../router/raw.js';
import { heard, latch, within } from '../support/patience.js';
import { Client1, type Line1 } from '../support/raw-revision1.js';
import { openSite, type Site } from '../support/site.js';

const payload = (packets: readonly string[]): string =>
  packets.map((packet) => `\ufffd${packet.length}\ufffd${packet}`).join('');

function inTens(packets: readonly string[]): string[][] {
  return Array.from({ length: packets.length / 10 }, (_, index) =>
    packets.slice(index * 10, index * 10 + 10),
  );
}

describe('a client of revision 1 in namespaces', () => {
  let site: Site;
  let line: Line1;

  beforeEach(async () => {
    site = await openSite();
  });
  afterEach(async () => {
    line.terminate();
    await site.close();
  });

  async function arrive(): Promise<Socket> {
    const arrived = heard(site.io as never, 'connection');
    line = (await Client1.open(site.port)).line();
    assert.equal(await line.next(), '1::');
    return ((await arrived) as [Socket])[0];
  }

  it('F02 is asked with a plus, always, and may answer without', async () => {
    const socket = await arrive();
    const answer = socket.emitWithAck('q', 1);
    assert.equal(await line.next(), '5:0+::{"name":"q","args":[1]}');
    line.say('6:::0+["A",{"b":2}]', '6:::0+["twice"]', '6:::99');
    assert.equal(await answer, 'A');
  });

  it('F03, F04 joins one, is refused by another, and leaves', async () => {
    site.io.of('/chat').on('connection', (socket) => {
      socket.emit('hi', 'there');
      socket.on('e', (reply) => reply('x'));
    });
    site.io.of('/priv').use((_socket, next) => next(new Error('no')));
    await arrive();
    line.say('1::/chat');
    assert.deepEqual(await line.take(2), ['1::/chat', '5::/chat:{"name":"hi","args":["there"]}']);
    line.say('5:1+:/chat:{"name":"e"}');
    assert.equal(await line.next(), '6::/chat:1+["x"]');
    line.say('1::/priv');
    assert.equal(await line.next(), '7::/priv:2');
    const [member] = [...site.io.of('/chat').sockets.values()];
    const gone = heard(member as never, 'disconnect');
    line.say('0::/chat');
    assert.equal((await gone)[0], 'client namespace disconnect');
  });

  it('is heard in a namespace as soon as it has joined, and not before', async () => {
    const words: unknown[] = [];
    const gate = latch();
    site.io.of('/chat').use(async (_socket, next) => {
      await gate.promise;
      next();
    });
    site.io.of('/chat').on('connection', (socket) => {
      socket.on('word', (word, reply) => {
        words.push(word);
        reply(words.length);
      });
    });
    await arrive();
    line.say('5:1+:/chat:{"name":"word","args":["first"]}', '1::/chat');
    line.say('5:2+:/chat:{"name":"word","args":["second"]}', '1::/nope');
    assert.equal(await line.next(), '7::/nope:2');
    assert.deepEqual(words, []);
    gate.open();
    assert.deepEqual(await line.take(3), ['1::/chat', '6::/chat:1+[1]', '6::/chat:2+[2]']);
    assert.deepEqual(words, ['first', 'second']);
  });

  for (const way of ['websocket', 'one POST', 'many POSTs'] as const) {
    it(`is heard in full, though it has said a thousand words before it is let in: by ${way}`, async () => {
      await site.close();
      // Less than it says: it is no longer read until it is let in.
      site = await openSite({ mailboxBytes: 20_000 });
      const [asked, gate, told] = [latch(), latch(), latch()];
      const words: number[] = [];
      site.io.of('/chat').use(async (_socket, next) => {
        asked.open();
        await gate.promise;
        next();
      });
      site.io.of('/chat').on('connection', (socket) => {
        socket.on('word', (word) => {
          if (words.push(word) === 1_000) told.open();
        });
      });
      const packets = Array.from(
        { length: 1_000 },
        (_, index) => `5::/chat:{"name":"word","args":[${index}]}`,
      );
      await arrive();
      const client = await Client1.open(site.port);
      if (way === 'websocket') {
        line.say('1::/chat', ...packets);
      } else {
        await client.hear();
        // The clients have one POST under way, and go on when it has been answered.
        const bodies = way === 'one POST' ? [['1::/chat', ...packets]] : [['1::/chat'], ...inTens(packets)];
        void bodies.reduce(
          (before, body) => before.then(() => client.post(payload(body))),
          Promise.resolve({}),
        );
      }
      await asked.promise;
      // Others come and go behind it.
      for (let round = 0; round < 5; round++) await ask(site.port, '/socket.io/1//nosuch/?disconnect=1');
      assert.deepEqual(words, []);
      gate.open();
      await within(told.promise, 'all words');
      assert.deepEqual(
        words,
        packets.map((_, index) => index),
      );
    });
  }

  it('is never heard in a namespace that has refused it', async () => {
    site.io.of('/priv').use((_socket, next) => next(new Error('no')));
    site.io.of('/priv').on('connection', () => assert.fail('it has been refused'));
    await arrive();
    line.say('5::/priv:{"name":"word"}', '1::/priv', '5::/priv:{"name":"word"}', '3:1::after');
    assert.deepEqual((await line.take(2)).sort(), ['6:::1', '7::/priv:2']);
  });

  it('finds its namespace by the very text that it has used', async () => {
    site.io.of('/chat').on('connection', (socket) => {
      socket.emit('query', socket.handshake.query.a);
      site.io.of('/chat').emit('all', 1);
    });
    await arrive();
    line.say('1::/chat?a=b');
    assert.deepEqual(await line.take(3), [
      '1::/chat?a=b',
      '5::/chat?a=b:{"name":"query","args":["b"]}',
      '5::/chat?a=b:{"name":"all","args":[1]}',
    ]);
    line.say('5:7+:/chat?a=b:{"name":"nobody listens"}', '1::/nope?c=d');
    assert.equal(await line.next(), '7::/nope?c=d:2');
  });

  it('tells its query in the data, too, and joins once', async () => {
    site.io.of('/chat').on('connection', (socket) => socket.emit('query', socket.handshake.query.a));
    await arrive();
    line.say('1::/chat:?a=b', '1::/chat', '3:1::after');
    assert.deepEqual(await line.take(3), ['1::/chat', '5::/chat:{"name":"query","args":["b"]}', '6:::1']);
  });

  it('uses names that mean something to the server, and nobody hears them', async () => {
    const socket = await arrive();
    socket.onAny((name) => assert.equal(name, 'end'));
    const over = heard(socket as never, 'end');
    for (const name of ['connect', 'connection', 'disconnect', 'disconnecting', 'error', 'newListener']) {
      line.say(`5:::{"name":"${name}","args":[]}`);
    }
    line.say('5:::{"name":"end"}');
    await over;
    assert.equal(socket.connected, true);
  });

  it('hears no goodbye when the server closes, since it shall come back', async () => {
    await arrive();
    await site.io.close();
    assert.equal(await line.next(), undefined);
  });

  it('hears one goodbye when it is sent away from all its namespaces', async () => {
    site.io.of('/chat');
    const socket = await arrive();
    line.say('1::/chat');
    assert.equal(await line.next(), '1::/chat');
    socket.disconnect();
    assert.deepEqual(await line.take(2), ['0::', undefined]);
    assert.equal(site.io.of('/chat').sockets.size, 0);
  });
});
