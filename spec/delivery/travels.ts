/** A site that says very much to travellers whose lines break, and what came of it. */
import { type Socket as Client, io as connect } from 'socket.io-client';
import type { Socket, UserOptions } from '../../lib/index.js';
import { Chaos } from '../support/chaos.js';
import { type Random, randomFrom } from '../support/random.js';
import { openSite, type Site } from '../support/site.js';
import { until } from './ground.js';
import { audit, type Fault, type Note } from './ledger.js';

/** How much, and how bad. */
export interface Plan {
  readonly seed: number;
  /** Events that somebody is owed. */
  readonly events: number;
  /** Travellers of each kind. */
  readonly each: number;
  /** Bytes between two breaks of a line, on average. */
  readonly usual: number;
  readonly options?: UserOptions;
}

/** Ways to travel. */
const ways = {
  websocket: ['websocket'],
  polling: ['polling'],
  both: ['polling', 'websocket'],
} as const;

export type Way = keyof typeof ways;

/** What came of it, by the way of travelling. */
export interface Tally {
  breaks: number;
  /** Returns after which nothing was missing, and beginnings anew. */
  recovered: number;
  anew: number;
  heard: number;
}

export interface Outcome {
  readonly faults: readonly Fault[];
  readonly ways: Record<Way, Tally>;
  /** How often lines broke, by the moment and by the manner. */
  readonly breaks: Record<string, number>;
}

const ROOMS = ['red', 'green', 'blue'] as const;
const NOISE = Buffer.from('noise');

class Traveller {
  readonly name: string;
  readonly way: Way;
  readonly line: Chaos;
  readonly notes: Note[] = [];
  readonly client: Client;

  constructor(name: string, way: Way, line: Chaos, port: number) {
    this.name = name;
    this.way = way;
    this.line = line;
    this.client = connect(`http://127.0.0.1:${port}`, {
      transports: [...ways[way]],
      forceNew: true,
      reconnectionDelay: 5,
      reconnectionDelayMax: 40,
      // A line may be dead from the beginning.
      timeout: 500,
      auth: { name },
    });
    this.client.on('connect', () => {
      const { id = '', recovered } = this.client;
      this.notes.push({ session: id, recovered });
    });
    for (const event of ['plain', 'text', 'bytes'])
      this.client.on(event, (number: number) => this.notes.push({ event: number }));
  }
}

class Travels {
  readonly #site: Site;
  readonly #random: Random;
  readonly #plan: Plan;
  readonly travellers: Traveller[] = [];
  readonly debts = new Map<string, number[]>();
  readonly #rooms = new Map<string, Set<string>>();
  /** Sockets whose state was not what it had been. */
  readonly faults: Fault[] = [];
  #number = 0;

  constructor(site: Site, plan: Plan) {
    this.#site = site;
    this.#plan = plan;
    this.#random = randomFrom(plan.seed);
    site.io.on('connection', (socket) => this.#met(socket));
  }

  async begin(): Promise<void> {
    for (const way of Object.keys(ways) as Way[])
      for (let count = 0; count < this.#plan.each; count++) {
        const seed = this.#random.whole(0, 0x7fffffff);
        const line = new Chaos(this.#site.port, randomFrom(seed), this.#plan.usual);
        this.travellers.push(new Traveller(`${way} ${count}`, way, line, await line.start()));
      }
  }

  /** Says everything, a little in each turn. */
  async talk(): Promise<void> {
    while (this.#number < this.#plan.events) {
      for (let count = this.#random.whole(0, 6); count > 0; count--) this.#say();
      if (this.#random.chance(0.2)) this.#move();
      await new Promise((resolve) => setTimeout(resolve, this.#random.whole(0, 8)));
    }
  }

  /** All lines hold now: everybody gets what is still owed. */
  async end(): Promise<void> {
    for (const { line } of this.travellers) line.calm();
    await until(() => this.travellers.every(({ client }) => client.connected));
    const last = ++this.#number;
    this.#owe(() => true, last);
    this.#site.io.emit('plain', last);
    const arrived = ({ notes }: Traveller): boolean =>
      notes.some((note) => 'event' in note && note.event === last);
    await until(() => this.travellers.every(arrived));
  }

  outcome(): Outcome {
    const faults = this.travellers.flatMap(({ name, notes }) => audit(name, notes, this.debts, true));
    const outcome: Outcome = { faults: [...this.faults, ...faults], ways: emptyTallies(), breaks: {} };
    for (const { way, line, notes } of this.travellers) {
      const tally = outcome.ways[way];
      tally.breaks += line.breaks;
      tally.recovered += notes.filter((note) => 'session' in note && note.recovered).length;
      tally.anew += notes.filter((note) => 'session' in note && !note.recovered).length - 1;
      tally.heard += notes.filter((note) => 'event' in note).length;
      for (const [name, count] of Object.entries(line.counts))
        outcome.breaks[name] = (outcome.breaks[name] ?? 0) + count;
    }
    return outcome;
  }

  close(): void {
    for (const { client, line } of this.travellers) {
      client.disconnect();
      line.close();
    }
  }

  #met(socket: Socket): void {
    const rooms = this.#rooms.get(socket.id);
    if (socket.recovered !== (rooms !== undefined)) this.#differs(socket);
    if (rooms && [...rooms].sort().join() !== [...socket.rooms].sort().join()) this.#differs(socket);
    if (rooms && socket.data.name !== socket.handshake.auth.name) this.#differs(socket);
    if (rooms) return;
    this.#rooms.set(socket.id, new Set([socket.id]));
    this.debts.set(socket.id, []);
    socket.data.name = socket.handshake.auth.name;
    for (const room of ROOMS) if (this.#random.chance(0.5)) this.#enter(socket, room);
    this.#tell(socket);
  }

  #differs(socket: Socket): void {
    const traveller = String(socket.handshake.auth.name);
    this.faults.push({ kind: 'another session', traveller, session: socket.id, event: this.#number });
  }

  #enter(socket: Socket, room: string): void {
    socket.join(room);
    this.#rooms.get(socket.id)?.add(room);
  }

  #leave(socket: Socket, room: string): void {
    socket.leave(room);
    this.#rooms.get(socket.id)?.delete(room);
  }

  /** Somebody enters a room, or leaves one just after something was said there. */
  #move(): void {
    const socket = this.#anybody();
    if (!socket) return;
    const room = this.#random.one(ROOMS);
    if (!socket.rooms.has(room)) return this.#enter(socket, room);
    this.#toRoom(room);
    this.#leave(socket, room);
  }

  #say(): void {
    const socket = this.#anybody();
    const draw = this.#random();
    if (draw < 0.1) this.#distract();
    if (draw < 0.55 && socket) this.#tell(socket);
    else if (draw < 0.9) this.#toRoom(this.#random.one(ROOMS));
    else this.#toAllBut(this.#random.one(ROOMS));
  }

  #anybody(): Socket | undefined {
    const sockets = [...this.#site.io.sockets.sockets.values()] as Socket[];
    return sockets[this.#random.whole(0, sockets.length - 1)];
  }

  #tell(socket: Socket): void {
    const number = ++this.#number;
    this.#owe((id) => id === socket.id, number);
    this.#emit(socket, number);
  }

  #toRoom(room: string): void {
    const number = ++this.#number;
    this.#owe((_id, rooms) => rooms.has(room), number);
    this.#emit(this.#site.io.to(room), number);
  }

  #toAllBut(room: string): void {
    const number = ++this.#number;
    this.#owe((_id, rooms) => !rooms.has(room), number);
    this.#emit(this.#site.io.except(room), number);
  }

  #emit(to: { emit(name: string, ...args: unknown[]): unknown }, number: number): void {
    const kind = this.#random.one(['plain', 'text', 'bytes']);
    const padding = 'x'.repeat(this.#random.whole(0, 300));
    if (kind === 'bytes') to.emit(kind, number, Buffer.from(padding), { deep: Buffer.from(padding) });
    else to.emit(kind, number, { padding }, ...(kind === 'text' ? [padding] : []));
  }

  /** What nobody is owed, and what must not do any harm. */
  #distract(): void {
    const socket = this.#anybody();
    const { io } = this.#site;
    io.volatile.emit('noise');
    io.volatile.emit('noise', 1, 'text');
    socket?.volatile.emit('noise', 'text');
    socket?.emit('noise', 'text', () => {});
    io.timeout(50).emit('noise', 'text', () => {});
    if (socket) socket.broadcast.volatile.emit('noise', NOISE);
  }

  #owe(meant: (id: string, rooms: ReadonlySet<string>) => boolean, number: number): void {
    for (const [id, rooms] of this.#rooms) if (meant(id, rooms)) this.debts.get(id)?.push(number);
  }
}

function emptyTallies(): Record<Way, Tally> {
  const empty = (): Tally => ({ breaks: 0, recovered: 0, anew: 0, heard: 0 });
  return { websocket: empty(), polling: empty(), both: empty() };
}

/** Runs it from the first to the last event. */
export async function travel(plan: Plan): Promise<Outcome> {
  const site = await openSite({
    pingInterval: 200,
    pingTimeout: 150,
    upgradeTimeout: 500,
    connectionStateRecovery: true,
    ...plan.options,
  });
  const travels = new Travels(site, plan);
  try {
    await travels.begin();
    await travels.talk();
    await travels.end();
    return travels.outcome();
  } finally {
    travels.close();
    await site.close();
  }
}
