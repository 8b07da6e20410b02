/** Whatever is said in one tick, to whom and in which order: each client hears what was meant for it, in that order. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import type { Socket } from '../../lib/index.js';
import { type Random, randomFrom } from '../support/random.js';
import { openSite, type Site } from '../support/site.js';

/** `SEED=… PROGRAMS=…` repeats a run, or makes it longer. */
const seed = Number(process.env.SEED ?? Date.now() & 0x7fffffff);
const programs = Number(process.env.PROGRAMS ?? 150);

const STEPS = 40;
const ROOMS = ['red', 'green', 'blue'] as const;

const require = createRequire(import.meta.url);
/** Several generations and ways: what one is told together with others is encoded in another way for some of them. */
const clients = [
  ['socket.io-client', ['websocket']],
  ['socket.io-client', ['websocket']],
  ['socket.io-client', ['websocket']],
  ['socket.io-client', ['polling']],
  ['socket.io-client-2', ['websocket']],
  ['socket.io-client-2', ['websocket']],
] as const;

interface Client {
  on(event: string, listener: (...args: never[]) => void): unknown;
  close(): unknown;
}

interface Talker extends Client {
  emit(event: string): unknown;
  disconnect(): unknown;
}

type Lookup = (url: string, options: object) => Client;

interface Person {
  readonly socket: Socket;
  readonly client: Client;
  /** What the program has said to it. */
  meant: string[];
  heard: string[];
  /** Told at the end of a program. */
  over: () => void;
}

describe('what is said in one tick', () => {
  let site: Site;
  let people: Person[];

  before(async () => {
    site = await openSite();
    people = [];
    for (const [name, transports] of clients) people.push(await meet(name, transports));
  });

  after(async () => {
    for (const { client } of people) client.close();
    await site.close();
  });

  async function meet(name: string, transports: readonly string[]): Promise<Person> {
    const lookup: Lookup = require(name);
    const came = new Promise<Socket>((resolve) => site.io.once('connection', resolve));
    const client = lookup(site.url, { transports, forceNew: true });
    const person: Person = { socket: await came, client, meant: [], heard: [], over: () => {} };
    client.on('said', (what: string) => person.heard.push(what));
    client.on('over', () => person.over());
    return person;
  }

  /** Those who are meant, by a look at each. */
  function those(rooms: readonly string[], except: readonly string[]): Person[] {
    const isIn = ({ socket }: Person, names: readonly string[]): boolean =>
      names.some((room) => socket.rooms.has(room));
    return people.filter((one) => (rooms.length === 0 || isIn(one, rooms)) && !isIn(one, except));
  }

  function broadcast(what: string, rooms: string[], except: string[], compress = true): void {
    for (const person of those(rooms, except)) person.meant.push(what);
    site.io.to(rooms).except(except).compress(compress).emit('said', what);
  }

  /** Programs often say several things to the same: so does this one. */
  function step(random: Random, number: number): void {
    const some = (): string[] => ROOMS.filter(() => random.chance(0.4));
    const person = people[random.whole(0, people.length - 1)];
    if (!person) return;
    const { socket } = person;
    const what = `${number}`;
    const deeds: readonly [() => unknown, ...(() => unknown)[]] = [
      () => broadcast(what, [], []),
      () => broadcast(what, ['red'], []),
      () => broadcast(what, ['red'], []),
      () => {
        const rooms = some();
        const except = random.chance(0.5) ? some() : [socket.id];
        for (let time = random.whole(1, 5); time > 0; time -= 1)
          broadcast(`${what} ${time}`, rooms, except, random.chance(0.9));
      },
      () => {
        person.meant.push(what);
        socket.emit('said', what);
      },
      () => socket.join(random.one(ROOMS)),
      () => socket.leave(random.one(ROOMS)),
      () => socket.conn.bufferedAmount,
      () => {
        const long = `${what} ${'long'.repeat(random.whole(1, 8_000))}`;
        broadcast(long, ['green'], []);
        broadcast(long, ['green'], []);
      },
    ];
    random.one(deeds)();
  }

  it(`reaches those who are meant, once and in order, ${programs} times (SEED=${seed})`, async () => {
    for (let program = 0; program < programs; program += 1) {
      const random = randomFrom(seed + program);
      for (const person of people) {
        person.heard = [];
        person.meant = [];
        for (const room of ROOMS) if (random.chance(0.7)) person.socket.join(room);
      }
      const ends = people.map((person) => new Promise<void>((resolve) => (person.over = resolve)));
      for (let number = 0; number < STEPS; number += 1) step(random, number);
      site.io.emit('over');
      await Promise.all(ends);
      for (const { heard, meant } of people) assert.deepEqual(heard, meant, `SEED=${seed + program}`);
      for (const { socket } of people) for (const room of ROOMS) socket.leave(room);
    }
  }).timeout(60_000);

  it('is told to listeners for all that a client is told, from the moment they listen', async () => {
    const [person] = people;
    assert.ok(person);
    const told: unknown[] = [];
    site.io.emit('said', 1);
    site.io.emit('said', 2);
    person.socket.onAnyOutgoing((_event, what) => told.push(what));
    site.io.emit('said', 3);
    site.io.emit('said', 4);
    person.socket.offAnyOutgoing();
    assert.deepEqual(told, [3, 4]);
  });

  it('may say more while it is made ready', async () => {
    const [first, second] = people;
    assert.ok(first && second);
    const over = Promise.all(
      [first, second].map((one) => new Promise<void>((resolve) => (one.over = resolve))),
    );
    for (const person of people) person.heard = [];
    first.socket.join('red');
    second.socket.join('red');
    site.io.to('red').emit('said', 'a');
    site.io.to('red').emit('said', 'b');
    const busy = {
      toJSON: () => {
        // It may be asked more than once.
        if (second.socket.rooms.has('red')) first.socket.emit('said', 'c');
        second.socket.leave('red');
        return 'd';
      },
    };
    site.io.to('red').emit('said', busy);
    site.io.emit('over');
    await over;
    assert.deepEqual(
      [first.heard, second.heard],
      [
        ['a', 'b', 'c', 'd'],
        ['a', 'b'],
      ],
    );
  });

  it('is not told to those who are leaving', async () => {
    const extra = await meet('socket.io-client', ['websocket']);
    const ended = new Promise((resolve) => extra.client.on('disconnect', resolve));
    site.io.emit('said', 'a');
    extra.socket.on('disconnecting', () => {
      site.io.emit('said', 'b');
      site.io.emit('said', 'c');
    });
    extra.socket.conn.close();
    site.io.emit('said', 'd');
    await ended;
    assert.deepEqual(extra.heard, ['a']);
    extra.client.close();
  });

  it('is not told in a namespace that the client is leaving', async () => {
    const { socket, client } = await meet('socket.io-client', ['websocket']);
    const manager = client as unknown as {
      io: { engine: { on: Client['on'] }; socket(nsp: string): Talker };
    };
    const frames: unknown[] = [];
    manager.io.engine.on('packet', ({ data }: { data: unknown }) => frames.push(data));
    const annex = site.io.of('/annex');
    const came = new Promise<Socket>((resolve) => annex.once('connection', resolve));
    const guest = manager.io.socket('/annex');
    const left = came.then((there) => {
      there.on('bye', () => annex.emit('said', 'a'));
      there.on('disconnecting', () => annex.emit('said', 'b'));
      return new Promise((resolve) => there.on('disconnect', resolve));
    });
    await new Promise<void>((resolve) => guest.on('connect', resolve));
    // Both come in one tick.
    guest.emit('bye');
    guest.disconnect();
    await left;
    const over = new Promise((resolve) => client.on('over', resolve));
    socket.emit('over');
    await over;
    assert.deepEqual(
      frames.filter((frame) => !String(frame).startsWith('0')),
      ['2/annex,["said","a"]', '2["over"]'],
    );
    client.close();
  });

  it('is not told to those who have gone, nor is what was said before they came', async () => {
    const extra = await meet('socket.io-client', ['websocket']);
    const ended = new Promise((resolve) => extra.client.on('disconnect', resolve));
    site.io.emit('said', 'a');
    site.io.emit('said', 'b');
    extra.socket.disconnect();
    site.io.emit('said', 'c');
    site.io.emit('said', 'd');
    await ended;
    assert.deepEqual(extra.heard, ['a', 'b']);
    extra.client.close();
  });
});
