/** The guests of the soak: a program that keeps so many clients of all kinds coming, chatting, being cut off and going. */
import { Line } from '../support/line.js';
import { randomFrom } from '../support/random.js';
import { type Kind, kinds, type Visitor } from './kinds.js';

const { PORT = '', CLIENTS = '500', SEED = '1', PACE = '1', LIVELY = '0' } = process.env;
const random = randomFrom(Number(SEED));
/** Milliseconds, on average: between two lines that one client says, of its stay, and between two cuts. */
const pace = Number(PACE);
const [TALK, STAY, CUT] = [4_000 * pace, 20_000 * pace, 1_500 * pace];
const PER_LINE = 10;

/** By kind: who came, spoke, was answered, heard something, and was cut off. */
const counts = kinds.map(({ name }) => ({ name, came: 0, said: 0, answered: 0, heard: 0, left: 0 }));
type Count = (typeof counts)[number];
let cuts = 0;

/** At first everything goes faster: what is compiled, cached and pooled in the long run is so from the beginning. */
const haste = (): number => (performance.now() < Number(LIVELY) * 1_000 ? 0.25 : 1);
const around = (average: number): number => average * haste() * (0.5 + random());

/** One place at a line: whoever leaves it is followed by another of the same kind, so that the crowd stays as it is. */
class Seat {
  readonly #kind: Kind;
  readonly #count: Count;
  readonly #port: number;
  #visitor: Visitor | undefined;
  #turn = 0;
  #closed = false;

  constructor(kind: Kind, count: Count, port: number) {
    this.#kind = kind;
    this.#count = count;
    this.#port = port;
  }

  fill(): void {
    if (this.#closed) return;
    const turn = ++this.#turn;
    const current = (act: () => void) => () => turn === this.#turn && act();
    this.#visitor = this.#kind.come(this.#port, {
      here: () => this.#count.came++,
      heard: () => this.#count.heard++,
      gone: current(() => setTimeout(() => this.fill(), around(200))),
    });
    setTimeout(
      current(() => this.#talk(turn)),
      around(TALK),
    );
    setTimeout(
      current(() => this.#leave()),
      around(STAY),
    );
  }

  close(): void {
    this.#closed = true;
    this.#leave();
  }

  #talk(turn: number): void {
    if (turn !== this.#turn || this.#closed) return;
    this.#count.said++;
    this.#visitor?.say('x'.repeat(random.whole(1, 120)), () => this.#count.answered++);
    setTimeout(() => this.#talk(turn), around(TALK));
  }

  #leave(): void {
    this.#turn += 1;
    this.#count.left++;
    try {
      this.#visitor?.leave();
    } catch (error) {
      stumble(error);
    }
    this.#visitor = undefined;
    setTimeout(() => this.fill(), around(200));
  }
}

const lines: Line[] = [];
const seats: Seat[] = [];

/** Some clients who share a way to the site, each of another kind. */
async function connect(from: number, to: number): Promise<void> {
  const line = new Line(Number(PORT));
  lines.push(line);
  const port = await line.start();
  for (let index = from; index < to; index++) {
    const [kind, count] = [kinds[index % kinds.length], counts[index % kinds.length]];
    if (kind && count) seats.push(new Seat(kind, count, port));
  }
}

for (let index = 0; index < Number(CLIENTS); index += PER_LINE)
  await connect(index, Math.min(Number(CLIENTS), index + PER_LINE));

/** A pylon has fallen, and stands again. */
function cut(): void {
  const line = lines[random.whole(0, lines.length - 1)];
  line?.cut();
  line?.mend();
  cuts += 1;
  setTimeout(cut, around(CUT));
}

// Not all at once: some of them would be turned away.
for (const [index, seat] of seats.entries())
  setTimeout(() => seat.fill(), (index * 5_000 * pace) / seats.length);
setTimeout(cut, around(CUT));

process.on('message', (word) => {
  if (word === 'go home') for (const seat of seats) seat.close();
  process.send?.({ counts, cuts });
});
process.on('disconnect', () => process.exit());
process.on('uncaughtException', stumble);
process.on('unhandledRejection', stumble);

/** Clients of former times throw where they may not yet go or speak; what counts is what the site makes of it. */
function stumble(error: unknown): void {
  if (process.env.DEBUG) console.error('a guest stumbled:', error);
}
