/** What a client has sent and nobody has read yet; bounded by slowing the client down, in order. */
import { Deadline } from '../deadline.js';
import { SocketioError } from '../errors.js';
import type { Message } from './message.js';

/** Where the mailbox is full. */
export interface MailboxBounds {
  /** Messages at which the client is no longer read. */
  readonly messages: number;
  /** Bytes on the wire at which the client is no longer read. */
  readonly bytes: number;
}

/** Milliseconds in which a full mailbox must have found its first reader: its client is not read, and nobody knows of it. */
const NEGLECT = 60_000;

interface Letter {
  readonly message: Message;
  readonly size: number;
}

type Result = IteratorResult<Message, undefined>;

const over: Result = { done: true, value: undefined };

/**
 * A queue that one reader at a time empties. Nothing is dropped: what arrives above the bounds is kept as well, and
 * `flow` asks the connection to bring no more.
 */
export class Mailbox {
  readonly #bounds: MailboxBounds;
  readonly #flow: (full?: 'mailboxMessages' | 'mailboxBytes') => void;
  readonly #neglected: () => void;
  #deadline: Deadline | undefined;
  /** Whether anybody has ever begun to read. */
  #found = false;
  #letters: Letter[] = [];
  /** Index of the oldest letter; what is before it has been read. */
  #head = 0;
  #bytes = 0;
  #flowing = true;
  #ended = false;
  #taken = false;
  #readers: ((result: Result) => void)[] = [];

  /**
   * @param flow hears at which bound the client shall go unread, and nothing below half of both: it may go on
   * @param neglected called if it has been full for a minute, and nobody has ever begun to read
   */
  constructor(
    bounds: MailboxBounds,
    flow: (full?: 'mailboxMessages' | 'mailboxBytes') => void,
    neglected: () => void = () => {},
  ) {
    this.#bounds = bounds;
    this.#flow = flow;
    this.#neglected = neglected;
  }

  /** Whether somebody reads. */
  get taken(): boolean {
    return this.#taken;
  }

  /** Messages that nobody has read. */
  get count(): number {
    return this.#letters.length - this.#head;
  }

  /** Bytes of these on the wire. */
  get bytes(): number {
    return this.#bytes;
  }

  /** @param size bytes of the message on the wire */
  add(message: Message, size: number): void {
    if (this.#ended) return;
    const reader = this.#readers.shift();
    if (reader) {
      reader({ done: false, value: message });
      return;
    }
    this.#letters.push({ message, size });
    this.#bytes += size;
    this.#regulate();
  }

  /** No more will come; what is here can still be read. */
  end(): void {
    this.#ended = true;
    this.resume();
    for (const reader of this.#readers.splice(0)) reader(over);
  }

  /** Lets the client speak although nobody reads. */
  resume(): void {
    if (this.#flowing) return;
    this.#flowing = true;
    this.#deadline?.stop();
    this.#deadline = undefined;
    this.#flow();
  }

  /** Forgets everything; no more will come. */
  discard(): void {
    this.#letters = [];
    this.#head = 0;
    this.end();
  }

  /**
   * The one reader of this mailbox. When it goes early, what it has not read waits for the next one.
   * @param left called when the reader goes early
   * @throws SocketioError `MAILBOX_TAKEN` while there is another one
   */
  read(left: () => void): AsyncIterableIterator<Message, undefined> {
    if (this.#taken && !this.#ended)
      throw new SocketioError('MAILBOX_TAKEN', 'somebody iterates over this socket already');
    this.#taken = true;
    this.#found = true;
    this.#deadline?.stop();
    let here = true;
    const iterator = {
      next: () => (here ? this.#next() : Promise.resolve(over)),
      return: () => {
        if (here) {
          here = false;
          this.#leave();
          left();
        }
        return Promise.resolve(over);
      },
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }

  #leave(): void {
    this.#taken = false;
    for (const reader of this.#readers.splice(0)) reader(over);
  }

  #next(): Promise<Result> {
    const letter = this.#letters[this.#head];
    if (letter) {
      this.#forget(letter);
      return Promise.resolve({ done: false, value: letter.message });
    }
    if (this.#ended) return Promise.resolve(over);
    return new Promise((resolve) => this.#readers.push(resolve));
  }

  #forget(letter: Letter): void {
    this.#head += 1;
    this.#bytes -= letter.size;
    // Read letters are let go in batches: moving the rest each time would cost a full mailbox dearly.
    if (this.#head * 2 >= this.#letters.length) {
      this.#letters = this.#letters.slice(this.#head);
      this.#head = 0;
    }
    this.#regulate();
  }

  #regulate(): void {
    const { messages, bytes } = this.#bounds;
    const { count } = this;
    if (this.#flowing && (count >= messages || this.#bytes >= bytes)) {
      this.#flowing = false;
      if (!this.#found) this.#deadline ??= new Deadline(NEGLECT, this.#neglected);
      this.#flow(count >= messages ? 'mailboxMessages' : 'mailboxBytes');
    } else if (!this.#flowing && count * 2 < messages && this.#bytes * 2 < bytes) {
      this.resume();
    }
  }
}
