/** Who is writing in the room right now. */
import { byId, make } from './dom.js';

// A notice is renewed every two seconds; one that is not has been forgotten by its sender.
const LASTS = 5_000;

export class Typing {
  #line = byId('typing');
  #people = new Map();

  /** Takes a notice from the server. */
  heard({ user, on }) {
    clearTimeout(this.#people.get(user.id)?.timer);
    this.#people.delete(user.id);
    if (on) {
      const timer = setTimeout(() => this.heard({ user, on: false }), LASTS);
      this.#people.set(user.id, { name: user.name, timer });
    }
    this.#show();
  }

  clear() {
    for (const { timer } of this.#people.values()) clearTimeout(timer);
    this.#people.clear();
    this.#show();
  }

  #show() {
    const names = [...this.#people.values()].map(({ name }) => name);
    if (names.length === 0) return this.#line.replaceChildren();
    const dots = make('span', { class: 'dots', 'aria-hidden': 'true' }, make('i'), make('i'), make('i'));
    return this.#line.replaceChildren(dots, make('span', { text: sentence(names) }));
  }
}

function sentence(names) {
  if (names.length === 1) return `${names[0]} is typing`;
  if (names.length === 2) return `${names[0]} and ${names[1]} are typing`;
  return 'Several people are typing';
}
