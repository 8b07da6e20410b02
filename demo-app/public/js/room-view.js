/** The messages of one room on this page: in order, each once, bounded. */
import { bubble, group, mark, stamp } from './bubble.js';
import { Refused } from './connection.js';
import { make } from './dom.js';
import { showPicture } from './pictures.js';

const MOST = 120;

export class RoomView {
  root = make('ol', { class: 'messages' });
  #items = new Map();
  #pending = new Map();
  #urls = new Map();
  #fetch;
  /** Up to this number nothing is missing; after a gap the server is asked for what came later. */
  since = 0;

  /** @param fetch asks for the bytes of the picture of a message, given its number */
  constructor(fetch) {
    this.#fetch = fetch;
  }

  /** The highest number of a message that somebody else wrote. */
  lastOf(others) {
    let last = 0;
    for (const [number, { message }] of this.#items) if (others(message.from)) last = Math.max(last, number);
    return last;
  }

  /** Takes the answer to `enter`: what was missed, and what has been received meanwhile. */
  catchUp({ messages, received, gap, last }, me) {
    if (gap) this.#clear(last);
    for (const message of messages) this.add(message, me);
    this.received(received);
    this.since = last;
    for (const { message, item } of this.#items.values()) this.#show(message, item);
  }

  /** Adds a message of the server, unless it is here already. @returns whether it was new */
  add(message, me) {
    if (message.number === this.since + 1) this.since = message.number;
    if (this.#items.has(message.number)) return false;
    const waiting = this.#pending.get(message.key);
    if (waiting) {
      this.accept(message.key, message);
      return false;
    }
    const item = bubble(message, message.from.id === me.id);
    mark(item, 'sent');
    this.#place(message, item);
    return true;
  }

  /** Shows an own message that the server does not have yet. */
  addPending(message) {
    const item = bubble(message, true);
    mark(item, 'pending');
    this.#pending.set(message.key, { message, item });
    this.root.append(item);
    group(item);
    this.#show(message, item);
  }

  /** The server has it: it gets its number, its time and its place. */
  accept(key, { number, at }) {
    const waiting = this.#pending.get(key);
    if (!waiting) return;
    this.#pending.delete(key);
    if (number === this.since + 1) this.since = number;
    stamp(waiting.item, at);
    mark(waiting.item, 'sent');
    this.#place({ ...waiting.message, number, at }, waiting.item);
  }

  /** The server does not want it. */
  refuse(key, sentence) {
    const waiting = this.#pending.get(key);
    if (!waiting) return;
    mark(waiting.item, 'failed');
    waiting.item.querySelector('.bubble').append(make('p', { class: 'problem', text: sentence }));
    this.#pending.delete(key);
  }

  /** Somebody else has these. */
  received(numbers) {
    for (const number of numbers) {
      const known = this.#items.get(number);
      if (known) mark(known.item, 'received');
    }
  }

  #place(message, item) {
    item.dataset.number = String(message.number);
    this.#items.set(message.number, { message, item });
    const after = [...this.root.children].findLast(
      (other) => other !== item && before(other, message.number),
    );
    const next = item.nextElementSibling;
    if (after) after.after(item);
    else this.root.prepend(item);
    group(item);
    group(item.nextElementSibling);
    group(next);
    this.#show(message, item);
    if (this.#items.size > MOST) this.#drop(Math.min(...this.#items.keys()));
  }

  /** Fills the frame of a picture; tried again at the next catching up if the connection is gone meanwhile. */
  async #show(message, item) {
    const image = item.querySelector('.picture img');
    if (!image || this.#urls.has(item)) return;
    this.#urls.set(item, undefined);
    try {
      const picture = message.picture.bytes ? message.picture : await this.#fetch(message.number);
      this.#urls.set(item, showPicture(image, picture));
    } catch (error) {
      this.#urls.delete(item);
      if (error instanceof Refused) image.alt = error.message;
    }
  }

  #drop(number) {
    const { item } = this.#items.get(number);
    this.#items.delete(number);
    URL.revokeObjectURL(this.#urls.get(item));
    this.#urls.delete(item);
    item.remove();
  }

  /** Lets go of what came before a gap; what arrived while the answer was on its way stays. */
  #clear(last) {
    for (const number of [...this.#items.keys()]) if (number <= last) this.#drop(number);
    this.since = 0;
  }
}

function before(item, number) {
  return item.dataset.number !== undefined && Number(item.dataset.number) < number;
}
