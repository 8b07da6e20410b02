/** The notice at the top: the state of the connection, and short hints. */
import { byId } from './dom.js';

const SHORT = 4_000;
const lost = {
  lost: 'Connection lost – reconnecting…',
  full: 'The house is full – trying again…',
};

export class Banner {
  #line = byId('banner');
  #state = byId('state');
  #trouble = '';
  #timer;

  /** @param kind `'lost'` or `'full'`: stays until `back` */
  trouble(kind) {
    // Every vain attempt to reconnect comes here; a screen reader need not say it each time.
    if (this.#trouble === kind) return;
    this.#trouble = kind;
    this.#state.textContent = 'Offline';
    this.#state.dataset.kind = 'lost';
    this.#show(kind, lost[kind]);
  }

  /** All is well; said aloud only after trouble. */
  back() {
    this.#state.textContent = 'Online';
    this.#state.dataset.kind = 'up';
    if (this.#trouble) this.#brief('back', 'Back online');
    this.#trouble = '';
  }

  hint(sentence) {
    this.#brief('hint', sentence);
  }

  #brief(kind, text) {
    this.#show(kind, text);
    this.#timer = setTimeout(() => this.#show(this.#trouble, lost[this.#trouble] ?? ''), SHORT);
  }

  #show(kind, text) {
    clearTimeout(this.#timer);
    this.#line.dataset.kind = kind;
    this.#line.textContent = text;
  }
}
