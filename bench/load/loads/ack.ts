/** S1ack: each connection asks, the server asks back, and both answers arrive: two events, each with its acknowledgement. */
import { textFrame } from '../frames.js';
import { Line } from '../line.js';
import { dropAll, type Ground, type Load, openMany } from '../load.js';
import { Rounds } from '../rounds.js';

const EVENTS = 2;

export async function ack({ port, connections }: Ground): Promise<Load> {
  const rounds = new Rounds();
  const askers = await openMany(
    connections,
    async (index) => new Asker(await Line.join(port), index, rounds),
  );
  return {
    segment: async (ms) => {
      const exchanges = await rounds.run(ms, connections, () => {
        for (const asker of askers) asker.ask();
      });
      return { units: exchanges * EVENTS };
    },
    close: () => dropAll(askers.map(({ line }) => line)),
  };
}

/** One connection with its question. */
class Asker {
  readonly line: Line;
  readonly #rounds: Rounds;
  readonly #json: string;
  #id = 0;
  #isAnswered = false;

  constructor(line: Line, index: number, rounds: Rounds) {
    this.line = line;
    this.#rounds = rounds;
    this.#json = JSON.stringify(`number ${index} has a question`);
    line.hear((bytes, start, end) => this.#hear(bytes.toString('utf8', start, end)));
  }

  ask(): void {
    this.#id = (this.#id + 1) % 1_000;
    this.#isAnswered = false;
    this.line.write(textFrame(`42${this.#id}["ask",${this.#json}]`));
  }

  #hear(text: string): void {
    const id = /^42(\d+)\["asked",/.exec(text)?.[1];
    if (id !== undefined && !this.#isAnswered && text === `42${id}["asked",${this.#json}]`) {
      this.#isAnswered = true;
      return this.line.write(textFrame(`43${id}[${this.#json}]`));
    }
    if (!this.#isAnswered || text !== `43${this.#id}[${this.#json}]`) {
      throw new Error(`no answer to ${this.#json}: ${text}`);
    }
    if (this.#rounds.done()) this.ask();
  }
}
