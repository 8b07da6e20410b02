/** The field in which messages are written; pictures can be chosen, pasted or dropped. */
import { byId, icon, make, narrow } from './dom.js';
import { readFile, showPicture } from './pictures.js';

const RENEW = 2_000;

export class Composer {
  #form = byId('composer');
  #text = byId('text');
  #file = byId('file');
  #picture;
  #toldAt = 0;
  #up;

  /** @param up `say({ text, picture })` (false: not now), `typing(on)`, `problem(sentence)` */
  constructor(up) {
    this.#up = up;
    this.#form.addEventListener('submit', (event) => this.#submit(event));
    this.#text.addEventListener('keydown', (event) => this.#key(event));
    this.#text.addEventListener('input', () => this.#typed());
    this.#text.addEventListener('paste', (event) => this.#take(event.clipboardData, event));
    byId('attach').addEventListener('click', () => this.#file.click());
    this.#file.addEventListener('change', () => this.#take(this.#file, undefined));
    this.#acceptDrops();
  }

  /** Puts the cursor into the field, except on a phone, where that would raise the keyboard. */
  focus() {
    if (!narrow.matches) this.#text.focus();
  }

  #submit(event) {
    event.preventDefault();
    const text = this.#text.value.trim();
    if (!text && !this.#picture) return;
    if (!this.#up.say({ text, picture: this.#picture })) return;
    this.#text.value = '';
    this.#attach(undefined);
    this.#typed();
    this.#text.focus();
  }

  #key(event) {
    // While an input method composes, Enter chooses a word and is not for us.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#form.requestSubmit();
  }

  #typed() {
    const { value, maxLength } = this.#text;
    const left = maxLength - value.length;
    byId('left').textContent = left < 200 ? String(left) : '';
    const on = value.trim() !== '';
    if (on && Date.now() - this.#toldAt < RENEW) return;
    if (!on && this.#toldAt === 0) return;
    this.#toldAt = on ? Date.now() : 0;
    this.#up.typing(on);
  }

  async #take(source, event) {
    const file = [...(source?.files ?? [])].find(({ type }) => type.startsWith('image/'));
    if (!file) return;
    event?.preventDefault();
    try {
      this.#attach(await readFile(file));
    } catch (error) {
      this.#up.problem(error.message);
    }
    this.#file.value = '';
    this.#text.focus();
  }

  /** Keeps a picture to be sent with the next message, or lets it go. */
  #attach(picture) {
    this.#picture = picture;
    const preview = byId('preview');
    const shown = preview.querySelector('img');
    if (shown) URL.revokeObjectURL(shown.src);
    preview.hidden = !picture;
    if (!picture) return preview.replaceChildren();
    const image = make('img', { alt: 'Picture to be sent' });
    showPicture(image, picture);
    const remove = make(
      'button',
      { type: 'button', class: 'quiet', 'aria-label': 'Remove picture' },
      icon('cross'),
    );
    remove.addEventListener('click', () => {
      this.#attach(undefined);
      this.#text.focus();
    });
    const size = `${Math.ceil(picture.bytes.length / 1_000)} kB`;
    return preview.replaceChildren(image, make('span', { text: size }), remove);
  }

  #acceptDrops() {
    const veil = byId('drop');
    const withFiles = (event) => event.dataTransfer?.types.includes('Files');
    window.addEventListener('dragover', (event) => {
      if (!withFiles(event)) return;
      event.preventDefault();
      veil.hidden = false;
    });
    window.addEventListener('dragleave', (event) => {
      if (!event.relatedTarget) veil.hidden = true;
    });
    window.addEventListener('drop', (event) => {
      veil.hidden = true;
      if (!withFiles(event)) return;
      event.preventDefault();
      this.#take(event.dataTransfer, event);
    });
  }
}
