/** Tells authors that their messages are here: at most a few times a second, however many arrive. */

const PAUSE = 150;

export class Receipts {
  #tell;
  #due = new Map();
  #timer;

  /** @param tell sends one receipt: everything in this room up to this number is here */
  constructor(tell) {
    this.#tell = tell;
  }

  add(room, number) {
    if (number <= (this.#due.get(room) ?? 0)) return;
    this.#due.set(room, number);
    this.#timer ??= setTimeout(() => this.#send(), PAUSE);
  }

  #send() {
    this.#timer = undefined;
    for (const [room, number] of this.#due) this.#tell({ room, number });
    this.#due.clear();
  }
}
