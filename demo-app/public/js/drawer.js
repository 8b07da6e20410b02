/** On narrow screens rooms and people live in a drawer; on wide ones it is simply there. */
import { byId, narrow } from './dom.js';

export class Drawer {
  #drawer = byId('drawer');
  #menu = byId('menu');
  #shade = byId('shade');

  constructor() {
    this.#menu.addEventListener('click', () => this.#set(true));
    this.#shade.addEventListener('click', () => this.close());
    byId('close-drawer').addEventListener('click', () => this.close());
    this.#drawer.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.close();
    });
    narrow.addEventListener('change', () => this.#set(false));
    this.#set(false);
  }

  close() {
    if (!narrow.matches || !this.#drawer.classList.contains('open')) return;
    this.#set(false);
    this.#menu.focus();
  }

  #set(open) {
    this.#drawer.classList.toggle('open', open);
    // What can't be seen must not be reached by the keyboard either.
    this.#drawer.inert = narrow.matches && !open;
    this.#shade.hidden = !open;
    this.#menu.setAttribute('aria-expanded', String(open));
    if (open) byId('close-drawer').focus();
  }
}
