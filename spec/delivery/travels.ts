/** A site that says very much to travellers whose lines break, and what came of it. */
import type { Socket, UserOptions } from '../../lib/index.js';
import { Chaos } from '../support/chaos.js';
import { type Random, randomFrom } from '../support/random.js';
import { openSite, type Site } from '../support/site.js';
import { auditHeard, Questions } from './answers.js';
import { until } from './ground.js';
import { audit, type Fault } from './ledger.js';
import { emptyTallies, type Outcome } from './outcome.js';
import { Traveller, type Way, ways } from './traveller.js';

/** How much, and how bad. */
export interface Plan {
  readonly seed: number;
  /** Events that clients shall be told, counted once for each of them, and as many that they shall say. */
  readonly messages: number;
  /** Breaks that there shall be at least. */
  readonly cuts?: number;
  /** Travellers of each kind. */
  readonly each: number;
  /** Bytes between two breaks of a line, on average. */
  readonly usual: number;
  readonly options?: UserOptions;
  /** Hears now and then how far it is. */
  note?(text: string): void;
}

const ROOMS = ['red', 'green', 'blue'] as const;
const NOISE = Buffer.from('noise');
/** Words of one who insists that may wait for their turn. */
const MOST_UNHEARD = 50;

class Travels {
  readonly #site: Site;
  readonly #random: Random;
  readonly #plan: Plan;
  readonly travellers: Traveller[] = [];
  readonly debts = new Map<string, number[]>();
  readonly #rooms = new Map<string, Set<string>>();
  /** What was heard, by the name of who said it. */
  readonly #heard = new Map<string, number[]>();
  readonly #questions = new Questions();
  /** Sockets whose state was not what it had been. */
  readonly faults: Fault[] = [];
  /** Sessions of each traveller that may still be told something, in the order of their beginning. */
  readonly #open = new Map<string, string[]>();
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
        const insists = count % 2 === 1;
        const traveller = new Traveller(`${way} ${count}`, way, line, await line.start(), insists);
        traveller.client.on('connect', () => this.#began(traveller));
        this.travellers.push(traveller);
      }
  }

  /** Says everything, a little in each turn, and hears as much. */
  async talk(): Promise<void> {
    for (let turn = 0; !this.#enough; turn++) {
      if (turn % 2_000 === 0)
        this.#plan.note?.(`${this.#told} heard, ${this.#said} said, ${this.breaks} breaks`);
      for (let count = this.#random.whole(0, 6); count > 0; count--) this.#say();
      for (let count = this.#random.whole(0, 14); count > 0; count--) this.#bySomebody();
      if (this.#random.chance(0.2)) this.#move();
      await new Promise((resolve) => setTimeout(resolve, this.#random.whole(0, 8)));
    }
  }

  get #enough(): boolean {
    const { messages, cuts = 0 } = this.#plan;
    return this.#told >= messages && this.#said >= messages && this.breaks >= cuts;
  }

  get #told(): number {
    return this.travellers.reduce((sum, { heard }) => sum + heard, 0);
  }

  get #said(): number {
    return this.travellers.reduce((sum, { said }) => sum + said, 0);
  }

  get breaks(): number {
    return this.travellers.reduce((sum, { line }) => sum + line.breaks, 0);
  }

  /** One who insists says one thing after the other: it shall not have too many before it. */
  #bySomebody(): void {
    const traveller = this.travellers[this.#random.whole(0, this.travellers.length - 1)];
    if (!traveller) return;
    const known = this.#heard.get(traveller.name)?.at(-1) ?? 0;
    if (!traveller.insists || traveller.said - known < MOST_UNHEARD) traveller.say();
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
    await until(() => this.#lastWords());
    await until(() => this.#questions.open === 0);
  }

  /** Who was not heard says something again: its line may have been dead without its knowing. */
  async #lastWords(): Promise<boolean> {
    const unheard = this.travellers.filter(({ name, said }) => this.#heard.get(name)?.at(-1) !== said);
    for (const traveller of unheard) if (!traveller.insists) traveller.say();
    if (unheard.length > 0) await new Promise((resolve) => setTimeout(resolve, 100));
    return unheard.length === 0;
  }

  outcome(): Outcome {
    const faults = this.travellers.flatMap(({ name, notes }) => audit(name, notes, this.debts, true));
    const hearings = this.travellers.map(({ name, insists, said }) =>
      auditHeard({ traveller: name, insists, said, numbers: this.#heard.get(name) ?? [] }),
    );
    const asked = this.#questions.faults(this.travellers.map((traveller) => traveller.asked));
    const { answered, failed } = this.#questions;
    const all = [...this.faults, ...faults, ...hearings.flatMap((hearing) => hearing.faults), ...asked];
    const outcome: Outcome = { faults: all, ways: emptyTallies(), breaks: {}, answered, failed };
    for (const [index, { way, line, notes, said }] of this.travellers.entries()) {
      const tally = outcome.ways[way];
      tally.breaks += line.breaks;
      tally.recovered += notes.filter((note) => 'session' in note && note.recovered).length;
      tally.anew += notes.filter((note) => 'session' in note && !note.recovered).length - 1;
      tally.heard += notes.filter((note) => 'event' in note).length;
      tally.said += said;
      tally.lost += hearings[index]?.lost ?? 0;
      tally.again += hearings[index]?.again ?? 0;
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

  /** A client that knows of its new session asks for none that was before. */
  #began({ name, client }: Traveller): void {
    const sessions = this.#open.get(name) ?? [];
    const over = sessions.splice(0, Math.max(0, sessions.indexOf(client.id ?? '')));
    for (const session of over) this.#rooms.delete(session);
  }

  #met(socket: Socket): void {
    const name = String(socket.handshake.auth.name);
    const heard = this.#heard.get(name) ?? [];
    this.#heard.set(name, heard);
    socket.on('said', (number: number, answer?: () => void) => {
      heard.push(number);
      answer?.();
    });
    const rooms = this.#rooms.get(socket.id);
    if (socket.recovered !== (rooms !== undefined)) this.#differs(socket);
    if (rooms && [...rooms].sort().join() !== [...socket.rooms].sort().join()) this.#differs(socket);
    if (rooms && socket.data.name !== socket.handshake.auth.name) this.#differs(socket);
    if (rooms) return;
    this.#rooms.set(socket.id, new Set([socket.id]));
    this.debts.set(socket.id, []);
    this.#open.set(name, [...(this.#open.get(name) ?? []), socket.id]);
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
    if (draw > 0.8 && socket) this.#ask(socket);
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

  #ask(socket: Socket): void {
    const [number, settle] = this.#questions.ask();
    socket.timeout(this.#random.whole(5, 400)).emit('question', number, settle);
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
