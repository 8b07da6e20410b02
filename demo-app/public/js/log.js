/** The log: shows one room's messages and stays at the newest one unless the reader has scrolled up. */
import { byId } from './dom.js';

const NEAR = 80;

export class Log {
  #box = byId('log');
  #newest = byId('newest');
  #atEnd = true;
  #top = 0;
  // Pictures, new lines, a growing message field and a phone's keyboard change heights while we are at the end.
  #heights = new ResizeObserver(() => this.#keep());

  /** @param opened told the image that somebody wants to see large */
  constructor(opened) {
    this.#box.addEventListener('scroll', () => this.#scrolled());
    this.#newest.addEventListener('click', () => this.toEnd());
    this.#box.addEventListener('click', (event) => {
      const image = event.target.closest('.picture')?.querySelector('img');
      if (image?.src) opened(image);
    });
  }

  /** Shows a room. A screen reader is not read the whole history, only what comes afterwards. */
  show(view) {
    this.#box.setAttribute('aria-live', 'off');
    this.#box.replaceChildren(view.root);
    this.#heights.disconnect();
    this.#heights.observe(this.#box);
    this.#heights.observe(view.root);
    this.toEnd();
    requestAnimationFrame(() => this.#box.setAttribute('aria-live', 'polite'));
  }

  /** Something was added. @param own the reader wrote it: then the log follows in any case */
  grown({ own = false } = {}) {
    if (own || this.#atEnd) this.toEnd();
    else this.#newest.hidden = false;
  }

  toEnd() {
    this.#atEnd = true;
    this.#newest.hidden = true;
    this.#keep();
  }

  #keep() {
    if (this.#atEnd) this.#box.scrollTop = this.#box.scrollHeight;
  }

  #scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.#box;
    // Being far from the end is no sign of a reader: the content may have grown since. Going up is.
    const wentUp = scrollTop < this.#top;
    this.#atEnd = scrollHeight - scrollTop - clientHeight < NEAR || (this.#atEnd && !wentUp);
    this.#top = scrollTop;
    if (this.#atEnd) this.#newest.hidden = true;
  }
}
