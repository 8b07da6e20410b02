/** Whatever is said in one tick, to whom and in which order: each client hears what was meant for it, in that order. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { WebSocket } from 'ws';
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
  readonly io: { socket(nsp: string): Client; readonly engine: Pick<Client, 'on'> };
  on(event: string, listener: (...args: never[]) => void): unknown;
  emit(event: string): unknown;
  disconnect(): unknown;
  close(): unknown;
}

type Lookup = (url: string, options: object) => Client;

interface Person {
  readonly socket: Socket;
  readonly client: Client;
  /** The same client in the other namespace; its connection lasts as long as one of them. */
  readonly guest: Pick<Client, 'close'>;
  /** In another namespace, over the same connection. */
  readonly annex: Socket;
  /** What the program has said to it. */
  meant: string[];
  heard: string[];
  /** Told at the end of a program. */
  over: () => void;
}

function leave({ client, guest }: Person): void {
  client.close();
  guest.close();
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
    for (const person of people) leave(person);
    await site.close();
  });

  async function meet(name: string, transports: readonly string[]): Promise<Person> {
    const lookup: Lookup = require(name);
    const came = new Promise<Socket>((resolve) => site.io.once('connection', resolve));
    const client = lookup(site.url, { transports, forceNew: true });
    const socket = await came;
    const annexed = new Promise<Socket>((resolve) => site.io.of('/annex').once('connection', resolve));
    const guest = client.io.socket('/annex');
    const person: Person = {
      socket,
      client,
      guest,
      annex: await annexed,
      meant: [],
      heard: [],
      over: () => {},
    };
    await new Promise<void>((resolve) => guest.on('connect', resolve));
    for (const ear of [client, guest]) ear.on('said', (what: string) => person.heard.push(what));
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
        for (const one of people) one.meant.push(what);
        site.io.of('/annex').emit('said', what);
      },
      () => {
        person.meant.push(what);
        person.annex.emit('said', what);
      },
      () => {
        for (const one of those(['blue'], [])) one.meant.push(what);
        site.io.to('blue').emit('said', what, Buffer.from(what));
      },
      () => {
        const long = `${what} ${'long'.repeat(random.whole(1, 8_000))}`;
        broadcast(long, ['green'], []);
        broadcast(long, ['green'], []);
      },
    ];
    random.one(deeds)();
  }

  /** @param pause between two steps; nothing where all of them are in one tick */
  async function perform(
    times: number,
    pause?: (random: Random) => Promise<unknown> | undefined,
  ): Promise<void> {
    for (let program = 0; program < times; program += 1) {
      const random = randomFrom(seed + program);
      for (const person of people) {
        person.heard = [];
        person.meant = [];
        for (const room of ROOMS) if (random.chance(0.7)) person.socket.join(room);
      }
      const ends = people.map((person) => new Promise<void>((resolve) => (person.over = resolve)));
      for (let number = 0; number < STEPS; number += 1) {
        step(random, number);
        const paused = pause?.(random);
        if (paused) await paused;
      }
      site.io.emit('over');
      await Promise.all(ends);
      for (const { heard, meant } of people) assert.deepEqual(heard, meant, `SEED=${seed + program}`);
      for (const { socket } of people) for (const room of ROOMS) socket.leave(room);
    }
  }

  it(`reaches those who are meant, once and in order, ${programs} times (SEED=${seed})`, async () => {
    await perform(programs);
  }).timeout(60_000);

  it('reaches them though a crowd is told the same, and much more is said before all have been written to', async () => {
    const disperse = await crowd(100);
    await perform(Math.ceil(programs / 5), (random) => {
      if (random.chance(0.4)) return undefined;
      return new Promise<void>(random.chance(0.5) ? process.nextTick : setImmediate);
    });
    await disperse();
  }).timeout(60_000);

  /** So many others, in two of the rooms, who don't listen. @returns sends them away */
  async function crowd(size: number): Promise<() => Promise<unknown>> {
    const sockets: Socket[] = [];
    const came = new Promise<void>((resolve) => {
      site.io.on('connection', function enter(socket) {
        socket.join(['red', 'green']);
        if (sockets.push(socket) < size) return;
        site.io.off('connection', enter);
        resolve();
      });
    });
    const lines = Array.from(
      { length: size },
      () => new WebSocket(`${site.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`),
    );
    for (const line of lines) line.on('open', () => line.send('40'));
    await came;
    return () => {
      for (const line of lines) line.terminate();
      return Promise.all(sockets.map((socket) => new Promise((resolve) => socket.on('disconnect', resolve))));
    };
  }

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
    leave(extra);
  });

  it('is not told in a namespace that the client is leaving', async () => {
    const extra = await meet('socket.io-client', ['websocket']);
    const { annex, client, heard } = extra;
    annex.on('bye', () => annex.nsp.emit('said', 'a'));
    annex.on('disconnecting', () => annex.nsp.emit('said', 'b'));
    const left = new Promise((resolve) => annex.on('disconnect', resolve));
    // Told of all that comes: whoever leaves does not listen any more.
    client.io.engine.on('packet', ({ data }: { data: string }) => heard.push(data));
    const guest = client.io.socket('/annex');
    // Both come in one tick.
    guest.emit('bye');
    guest.disconnect();
    await left;
    const over = new Promise((resolve) => client.on('over', resolve));
    extra.socket.emit('over');
    await over;
    assert.deepEqual(heard, ['2/annex,["said","a"]', '2["over"]']);
    leave(extra);
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
    leave(extra);
  });

  // From here on, each is told by itself: namespaces in which somebody has listened in stay so.
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

  it('is told to somebody who begins to listen while it is made ready', async () => {
    const other = await openSite();
    const came = new Promise<Socket>((resolve) => other.io.once('connection', resolve));
    const client: Client = require('socket.io-client')(other.url, { transports: ['websocket'] });
    const heard = new Promise((resolve) => client.on('said', resolve));
    const socket = await came;
    const told: unknown[] = [];
    other.io.emit('said', 'a');
    other.io.emit('said', {
      toJSON: () => {
        if (socket.listenersAnyOutgoing().length === 0) socket.onAnyOutgoing(() => told.push('b'));
        return 'b';
      },
    });
    assert.deepEqual(told, ['b']);
    await heard;
    client.close();
    await other.close();
  });
});
