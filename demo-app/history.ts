/** The last messages of a room; bounded in number and in bytes. */
import { limits } from './limits.js';
import type { Picture } from './picture.js';
import type { User } from './sessions.js';

/** A message as it is kept. */
export interface Entry {
  /** Counts up from 1 within the room: clients ask for what came after the last number they know. */
  readonly number: number;
  readonly key: string;
  readonly from: User;
  /** The revision of the protocol that the author's client speaks. */
  readonly protocol: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly text: string;
  readonly picture: Picture | undefined;
  /** Whether somebody other than the author has it. */
  received: boolean;
}

const OVERHEAD = 300;

export class History {
  #entries: Entry[] = [];
  #bytes = 0;
  #last = 0;

  /** The number of the newest message, forgotten or not. */
  get last(): number {
    return this.#last;
  }

  /** Keeps a message and forgets the oldest ones that no longer fit. */
  add(said: Omit<Entry, 'number' | 'received'>): Entry {
    this.#last += 1;
    const entry: Entry = { ...said, number: this.#last, received: false };
    this.#entries.push(entry);
    this.#bytes += weight(entry);
    while (this.#entries.length > limits.historyMessages || this.#bytes > limits.historyBytes) this.#forget();
    return entry;
  }

  /** The messages after that number, oldest first. */
  after(number: number): readonly Entry[] {
    return this.#entries.filter((entry) => entry.number > number);
  }

  /** Whether something between that number and the oldest kept message is gone. */
  hasGapAfter(number: number): boolean {
    const oldest = this.#entries[0]?.number ?? this.#last + 1;
    return number > this.#last || number + 1 < oldest;
  }

  find(number: number): Entry | undefined {
    return this.#entries.find((entry) => entry.number === number);
  }

  /** The message that this user sent under this key: a client sends again when it got no answer. */
  sent(key: string, user: User): Entry | undefined {
    return this.#entries.find((entry) => entry.key === key && entry.from.id === user.id);
  }

  /** Notes that this user has everything up to that number. @returns the numbers for which that is news */
  receive(number: number, user: User): number[] {
    const news = this.#entries.filter((e) => e.number <= number && !e.received && e.from.id !== user.id);
    for (const entry of news) entry.received = true;
    return news.map((entry) => entry.number);
  }

  /** The numbers of all kept messages that somebody other than their author has. */
  received(): number[] {
    return this.#entries.filter((entry) => entry.received).map((entry) => entry.number);
  }

  #forget(): void {
    const entry = this.#entries.shift();
    if (entry) this.#bytes -= weight(entry);
  }
}

function weight(entry: Entry): number {
  return OVERHEAD + entry.text.length * 2 + (entry.picture?.bytes.byteLength ?? 0);
}
