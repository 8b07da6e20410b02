/** The list of rooms with their unread marks, which this browser remembers. */
import { byId, make } from './dom.js';

const STORE = 'chat.read';

export class Rooms {
  #list = byId('rooms');
  #buttons = new Map();
  #last = new Map();
  #read = new Map();
  #me;
  #chosen;
  current = '';

  /** @param chosen told the name of the room that the user wants */
  constructor(chosen) {
    this.#chosen = chosen;
  }

  /** Who reads: the marks are those of this sign-in; a new user begins with nothing unread. */
  readBy(me, rooms) {
    if (this.#me?.id === me.id) return;
    this.#me = me;
    const stored = JSON.parse(localStorage.getItem(STORE) ?? '{}');
    const marks = stored.user === me.id ? stored.marks : rooms.map(({ name, last }) => [name, last]);
    this.#read = new Map(marks);
  }

  /** Takes the server's list; what is no longer in it goes. */
  update(rooms) {
    this.#last = new Map(rooms.map(({ name, last }) => [name, last]));
    for (const [name, button] of this.#buttons) if (!this.#last.has(name)) this.#remove(name, button);
    for (const { name } of rooms) if (!this.#buttons.has(name)) this.#add(name);
    this.#show();
  }

  has(name) {
    return this.#last.has(name);
  }

  get first() {
    return this.#last.keys().next().value;
  }

  choose(name) {
    this.current = name;
    this.#show();
  }

  /** A room has a message of this number. */
  grown(name, last) {
    if (last > (this.#last.get(name) ?? 0)) this.#last.set(name, last);
    this.#show();
  }

  /** Everything in this room has been read. */
  read(name) {
    this.#read.set(name, this.#last.get(name) ?? 0);
    const marks = [...this.#read].filter(([known]) => this.#last.has(known));
    localStorage.setItem(STORE, JSON.stringify({ user: this.#me.id, marks }));
    this.#show();
  }

  #add(name) {
    const badge = make('span', { class: 'badge', hidden: true });
    const button = make(
      'button',
      { type: 'button', class: 'room' },
      make('span', { class: 'hash', 'aria-hidden': 'true', text: '#' }),
      make('span', { class: 'name', text: name }),
      badge,
    );
    button.addEventListener('click', () => this.#chosen(name));
    this.#buttons.set(name, button);
    this.#list.append(make('li', {}, button));
  }

  #remove(name, button) {
    button.parentElement.remove();
    this.#buttons.delete(name);
  }

  #show() {
    let elsewhere = 0;
    for (const [name, button] of this.#buttons) {
      const unread = Math.max(0, (this.#last.get(name) ?? 0) - (this.#read.get(name) ?? 0));
      if (name === this.current) button.setAttribute('aria-current', 'true');
      else button.removeAttribute('aria-current');
      badge(button.querySelector('.badge'), unread);
      elsewhere += unread;
    }
    byId('menu-dot').hidden = elsewhere === 0;
    document.title = `${elsewhere > 0 ? `(${elsewhere}) ` : ''}${this.current || 'Chat'} – Chat`;
  }
}

function badge(element, unread) {
  element.hidden = unread === 0;
  element.textContent = unread > 99 ? '99+' : String(unread);
  element.setAttribute('aria-label', `${unread} unread`);
}
