/** Clients of all ages in one room: they see the same, in the same order, and nothing is written twice for them. */
import assert from 'node:assert/strict';
import type { Codec } from '../../lib/codec/codec.js';
import { engine3 } from '../../lib/codec/engine3.js';
import { engine4 } from '../../lib/codec/engine4.js';
import { revision1 } from '../../lib/codec/revision1.js';
import type { Socket } from '../../lib/index.js';
import { classicPairs } from '../support/classic-clients.js';
import { modernPairs } from '../support/modern-clients.js';
import type { Guest, Pair } from '../support/pair.js';
import { heard, heardTimes } from '../support/patience.js';
import { Line3 } from '../support/raw-engine3.js';
import { byWebSocket, type RawClient } from '../support/raw-engine4.js';
import { Client1 } from '../support/raw-revision1.js';
import { openSite, type Site } from '../support/site.js';
import { vintagePairs } from '../support/vintage-clients.js';

const versions = ['0.7.11', '0.9.17', '1.4.8', '1.7.4', '2.5.0', '3.1.3', '4.8.4'];
const pairs = [...vintagePairs, ...classicPairs, ...modernPairs].filter(({ name }) =>
  versions.includes(name.split(' ')[0] ?? ''),
);

/** All that there are; each client takes those that it is told to. */
const transports = ['polling', 'websocket', 'jsonp', 'htmlfile', 'flashsocket'] as const;

const COUNT = 200;
/** How often each client speaks meanwhile. */
const ROUNDS = 10;

const roundOf = (word: unknown): number => Number(String(word).split(', ').at(-1));

/** How often each of some codecs writes while something happens. */
async function writing(codecs: readonly Codec[], act: () => unknown): Promise<number[]> {
  const counts = codecs.map(() => 0);
  const originals = codecs.map(({ encode }) => encode);
  for (const [index, codec] of codecs.entries()) {
    codec.encode = (packet) => {
      counts[index] = (counts[index] ?? 0) + 1;
      return originals[index]?.(packet) ?? [];
    };
  }
  try {
    await act();
  } finally {
    for (const [index, codec] of codecs.entries()) codec.encode = originals[index] ?? codec.encode;
  }
  return counts;
}

describe('a room of all ages', () => {
  let site: Site;
  let guests: Guest[];

  beforeEach(async () => {
    guests = [];
    site = await openSite({ transports });
    site.io.on('connection', (socket: Socket) => {
      socket.join('room');
      socket.on('say', (word) => site.io.to('room').emit('word', word));
      socket.on('tell others', (word) => socket.to('room').emit('word', word));
    });
  });

  afterEach(async () => {
    for (const guest of guests) guest.leave();
    await site.close();
  });

  /** Comes, and has moved to where it will stay. */
  async function coming(pair: Pair): Promise<Guest> {
    const guest = pair.guest(site.url, '/', {});
    guests.push(guest);
    const connected = heard(guest, 'connect');
    guest.enter();
    await connected;
    while (guest.transport !== pair.last) await new Promise(setImmediate);
    return guest;
  }

  it(`hears ${COUNT} words in one order, ${pairs.length} clients by all ways, who all talk at once`, async () => {
    const people = await Promise.all(pairs.map(coming));
    const total = COUNT + people.length * ROUNDS;
    const logs = people.map((guest) => heardTimes(guest, 'word', total));
    for (let index = 0; index < COUNT; index++) {
      site.io.to('room').emit('word', index % 3 ? `${index} é😀` : { index });
      if (index % (COUNT / ROUNDS) !== 0) continue;
      for (const [who, guest] of people.entries()) guest.emit('say', `I am ${who}, ${index}`);
      await new Promise(setImmediate);
    }
    const [first, ...others] = await Promise.all(logs);
    for (const other of others) assert.deepEqual(other, first);
    const words = new Set(first?.map(([word]) => word));
    for (const [who, { name }] of pairs.entries()) {
      // Each is heard as often as it spoke, in its own order.
      const own = [...words].filter((word) => String(word).startsWith(`I am ${who}, `));
      assert.equal(own.length, ROUNDS, name);
      assert.deepEqual(
        own,
        [...own].sort((a, b) => roundOf(a) - roundOf(b)),
        name,
      );
    }
  });

  it('hears bytes, whoever says them; who knows no bytes hears how to read them', async () => {
    const bytes = Buffer.from([0, 4, 127, 255]);
    const people = await Promise.all(pairs.map(coming));
    for (const [who, speaker] of people.entries()) {
      if (!pairs[who]?.can.binary) continue;
      const all = Promise.all(people.map((guest) => heard(guest, 'word')));
      speaker.emit('say', bytes);
      for (const [index, [data]] of (await all).entries()) {
        if (pairs[index]?.can.binary) assert.deepEqual(Buffer.from(data as Uint8Array), bytes);
        else assert.deepEqual(data, { base64: bytes.toString('base64') });
      }
    }
  });

  it('hears 100 numbered words of each once, with emoji, line ends and quotes, in the order of each', async () => {
    const people = await Promise.all(pairs.map(coming));
    const wordOf = (who: number, index: number): string =>
      `${who} ${index} é😀👩‍👩‍👧\u2028\u2029\r\n\t"'\\ \\/ \\\\</script><!--\ufffd`;
    const logs = people.map((guest) => heardTimes(guest, 'word', people.length * 100));
    for (let index = 0; index < 100; index++) {
      for (const [who, guest] of people.entries()) guest.emit('say', wordOf(who, index));
    }
    for (const log of await Promise.all(logs)) {
      const words = log.map(([word]) => String(word));
      for (const who of people.keys()) {
        const own = words.filter((word) => word.startsWith(`${who} `));
        assert.deepEqual(
          own,
          Array.from({ length: 100 }, (_, index) => wordOf(who, index)),
        );
      }
    }
  });

  it('hears what one says to the others', async () => {
    const people = await Promise.all(pairs.map(coming));
    const [speaker, ...others] = people;
    const own: unknown[] = [];
    speaker?.on('word', (word) => own.push(word));
    const all = Promise.all(others.map((guest) => heard(guest, 'word')));
    speaker?.emit('tell others', 'hello 😀');
    for (const [word] of await all) assert.equal(word, 'hello 😀');
    assert.deepEqual(own, []);
  });

  it('answers together', async () => {
    const people = await Promise.all(pairs.map(coming));
    for (const [index, guest] of people.entries()) {
      guest.on('who', (reply) => (reply as (answer: unknown) => void)(index));
    }
    const answers: number[] = await site.io.timeout(5_000).emitWithAck('who');
    assert.deepEqual(
      answers.sort((a, b) => a - b),
      people.map((_, index) => index),
    );
  });

  it('has each word written once for each generation, however many hear it', async () => {
    const old = Array.from({ length: 50 }, () => new Line3(site.url));
    const young: RawClient[] = await Promise.all(Array.from({ length: 50 }, () => byWebSocket(site.url)));
    for (const client of young) await client.say('40');
    for (const line of old) await line.skip(2);
    for (const client of young) await client.next();
    const clients = await Promise.all(Array.from({ length: 50 }, () => Client1.open(site.port)));
    const ancient = clients.map((client) => client.line());
    for (const line of ancient) assert.equal(await line.next(), '1::');
    assert.equal(site.io.sockets.sockets.size, 150);
    const codecs = [revision1, engine3, engine4];
    const counts = await writing(codecs, () => site.io.to('room').emit('word', 'once'));
    assert.deepEqual(counts, [1, 1, 1]);
    for (const line of ancient) {
      assert.equal(await line.next(), '5:::{"name":"word","args":["once"]}');
      line.close();
    }
    for (const line of old) assert.equal(await line.next(), '42["word","once"]');
    for (const client of young) assert.equal(await client.next(), '42["word","once"]');
    for (const line of old) line.close();
    await Promise.all(young.map((client) => client.leave()));
  });
});
