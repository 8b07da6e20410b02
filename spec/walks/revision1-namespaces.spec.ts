/** Namespaces and acknowledgements of revision 1, spoken by hand. */
import assert from 'node:assert/strict';
import type { Socket } from '../../lib/index.js';
import { heard, latch } from '../support/patience.js';
import { Client1, type Line1 } from '../support/raw-revision1.js';
import { openSite, type Site } from '../support/site.js';

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
