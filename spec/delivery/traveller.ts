/** A genuine client whose line breaks: what it hears, what it says, and what it was asked. */
import { type Socket as Client, io as connect } from 'socket.io-client';
import type { Chaos } from '../support/chaos.js';
import type { Note } from './ledger.js';

/** Ways to travel. */
export const ways = {
  websocket: ['websocket'],
  polling: ['polling'],
  both: ['polling', 'websocket'],
} as const;

export type Way = keyof typeof ways;

export class Traveller {
  readonly name: string;
  readonly way: Way;
  readonly line: Chaos;
  /** Whether it says everything again until it has been answered (the client's option `retries`). */
  readonly insists: boolean;
  readonly notes: Note[] = [];
  /** Numbers of the questions that it was asked. */
  readonly asked: number[] = [];
  readonly client: Client;
  #said = 0;
  #heard = 0;

  constructor(name: string, way: Way, line: Chaos, port: number, insists: boolean) {
    this.name = name;
    this.way = way;
    this.line = line;
    this.insists = insists;
    this.client = connect(`http://127.0.0.1:${port}`, {
      transports: [...ways[way]],
      forceNew: true,
      reconnectionDelay: 5,
      reconnectionDelayMax: 40,
      // A line may be dead from the beginning.
      timeout: 500,
      auth: { name },
      ...(insists && { retries: Number.MAX_SAFE_INTEGER, ackTimeout: 400 }),
    });
    this.client.on('connect', () => {
      const { id = '', recovered } = this.client;
      this.notes.push({ session: id, recovered });
    });
    for (const event of ['plain', 'text', 'bytes'])
      this.client.on(event, (number: number) => this.#hear(number));
    this.client.on('question', (number: number, answer: (number: number) => void) => {
      this.asked.push(number);
      answer(number);
    });
  }

  /** How much it has heard. */
  get heard(): number {
    return this.#heard;
  }

  /** How much it has said. */
  get said(): number {
    return this.#said;
  }

  /** Says the next number; one that does not insist says nothing while it has no line, and is not heard in between. */
  say(): void {
    if (this.insists || this.client.connected) this.client.emit('said', ++this.#said);
  }

  #hear(event: number): void {
    this.#heard += 1;
    this.notes.push({ event });
  }
}
