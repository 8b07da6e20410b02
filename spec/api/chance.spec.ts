/** Programs made by chance: whatever is said to whom, in which room, both servers let the same be seen. */
import assert from 'node:assert/strict';
import { type Random, randomFrom } from '../support/random.js';
import { type Ground, observeBoth, type Present } from '../support/twins.js';

/** `SEED=… PROGRAMS=…` repeats a run, or makes it longer. */
const seed = Number(process.env.SEED ?? Date.now() & 0x7fffffff);
const programs = Number(process.env.PROGRAMS ?? 30);

const STEPS = 25;
const NAMESPACES = ['/', '/other'] as const;
const ROOMS = ['red', 'green', 'blue'] as const;
const PAYLOADS: readonly [unknown, ...unknown[]] = [
  1,
  'text',
  'é😀',
  null,
  undefined,
  true,
  [],
  { deep: [1, { bytes: Buffer.of(1, 2) }] },
  Buffer.of(7),
];

type Selection = ReturnType<Present['socket']['to']>;
type Namespace = ReturnType<Ground['io']['of']>;
type Deed = (who: Present, where: Namespace) => unknown;

class Play {
  readonly #ground: Ground;
  readonly #random: Random;
  readonly #people: Present[] = [];
  /** What the program sees, in order; what clients hear stands with them. */
  readonly #log: unknown[] = [];
  readonly #listensIn: boolean;
  #step = 0;

  constructor(ground: Ground, random: Random) {
    this.#ground = ground;
    this.#random = random;
    this.#listensIn = random.chance(0.5);
  }

  async run(): Promise<unknown> {
    for (const name of NAMESPACES) this.#ground.io.of(name);
    for (let count = 0; count < 3; count += 1)
      for (const name of NAMESPACES) this.#meet(`${name}${count}`, await this.#ground.join(name));
    for (; this.#step < STEPS; this.#step += 1) {
      const here = this.#people.filter(({ socket }) => socket.connected);
      const [first = this.#people[0], ...others] = here;
      if (first) await this.#random.one(this.#deeds)(this.#random.one([first, ...others]), this.#place());
    }
    await this.#ground.quiet();
    return [this.#log, this.#people.map(({ heard }) => heard)];
  }

  #meet(name: string, present: Present): void {
    const { socket, client, heard } = present;
    const note = (what: string) => (event: string) => this.#log.push([name, what, event]);
    socket.onAny(note('hears'));
    // A namespace in which nobody ever listens in tells many at once what they have in common.
    if (this.#listensIn) socket.onAnyOutgoing(note('says'));
    socket.on('disconnect', note('gone'));
    socket.on('ask', (value, reply) => reply(name, value));
    socket.on('pass on', (room, value) => socket.to(room).emit('passed on', value));
    client.on('question', (value, reply) => reply?.(name, value));
    client.on('disconnect', (reason) => heard.push(['gone', reason]));
    this.#people.push(present);
  }

  readonly #deeds: readonly [Deed, ...Deed[]] = [
    ({ socket }) => socket.join(this.#rooms()),
    ({ socket }) => socket.join(this.#rooms()),
    ({ socket }) => socket.leave(this.#random.one(ROOMS)),
    ({ socket }) => socket.emit(this.#name, this.#payload),
    ({ socket }) => socket.send(this.#payload, this.#step),
    ({ socket }) => this.#some(socket.broadcast).emit(this.#name, this.#payload),
    ({ socket }, where) => where.to(socket.id).emit(this.#name, this.#payload),
    (_, where) => where.emit(this.#name, this.#payload),
    (_, where) => this.#some(where).emit(this.#name, this.#payload),
    (_, where) => this.#some(where).emit(this.#name, this.#payload),
    (_, where) => this.#some(where).socketsJoin(this.#rooms()),
    (_, where) => this.#some(where).socketsLeave(this.#rooms()),
    async (_, where) => {
      await this.#ground.quiet();
      const sockets = await this.#some(where).fetchSockets();
      this.#log.push(sockets.map(({ id, rooms }) => [id, [...rooms]]));
    },
    async (_, where) => {
      await this.#ground.quiet();
      const answers: string[] = await this.#some(where).timeout(2_000).emitWithAck('question', this.#payload);
      this.#log.push(answers.sort());
    },
    async ({ socket }) => {
      await this.#ground.quiet();
      if (socket.connected) this.#log.push(await socket.emitWithAck('question', this.#payload));
    },
    async ({ client }) => {
      await this.#ground.quiet();
      if (client.connected) this.#log.push(await client.emitWithAck('ask', this.#payload));
    },
    async ({ client }) => {
      client.emit('pass on', this.#random.one(ROOMS), this.#payload);
      await this.#ground.quiet();
    },
    async ({ socket, client }, where) => {
      if (this.#random.chance(0.6)) return;
      await this.#ground.quiet();
      const ends: readonly [() => unknown, ...(() => unknown)[]] = [
        () => socket.disconnect(),
        () => socket.disconnect(true),
        () => client.disconnect(),
        () => this.#some(where).disconnectSockets(),
      ];
      this.#random.one(ends)();
      await this.#ground.quiet();
    },
  ];

  get #name(): string {
    return `event ${this.#step}`;
  }

  get #payload(): unknown {
    return this.#random.one(PAYLOADS);
  }

  #place(): Namespace {
    return this.#ground.io.of(this.#random.one(NAMESPACES));
  }

  #rooms(): string[] {
    return ROOMS.filter(() => this.#random.chance(0.5));
  }

  #some(selection: Namespace | Selection): Selection {
    const narrowed = this.#random.chance(0.5)
      ? selection.to([...this.#rooms(), this.#random.one(ROOMS)])
      : selection.local;
    if (this.#random.chance(0.3)) return narrowed.except(this.#rooms());
    return this.#random.chance(0.2) ? narrowed.compress(false) : narrowed;
  }
}

describe(`${programs} programs made by chance, seed ${seed}`, function () {
  this.timeout(20_000 + programs * 500);

  it('see the same with the genuine server', async () => {
    for (let count = 0; count < programs; count += 1) {
      const { ours, genuine } = await observeBoth((ground) =>
        new Play(ground, randomFrom(seed + count)).run(),
      );
      assert.deepEqual(ours, genuine, `SEED=${seed + count} PROGRAMS=1`);
    }
  });
});
