/** A frame in a page, whose own page never ends: it runs each script as soon as that has come. */
import { type ClientRequest, get, type IncomingMessage } from 'node:http';
import { createContext, runInContext } from 'node:vm';

export class EndlessFrame {
  parentNode: unknown;
  readonly #context: object;
  readonly #ended: () => void;
  #request: ClientRequest | undefined;
  #page: IncomingMessage | undefined;
  #text = '';

  /** @param parent the window around it, of which its scripts know */
  constructor(parent: object, ended = (): void => {}) {
    this.#context = createContext({ parent, document: {} });
    this.#ended = ended;
  }

  set src(address: string) {
    this.#request?.destroy();
    if (address === 'about:blank') return;
    this.#request = get(address, { agent: false }, (page) => this.#show(page));
    // A page that does not load tells nobody.
    this.#request.on('error', () => {});
  }

  /** Reads no further. */
  pause(): void {
    this.#page?.pause();
  }

  /** Breaks off. */
  reset(): void {
    this.#page?.socket.resetAndDestroy();
  }

  #show(page: IncomingMessage): void {
    this.#page = page;
    page.setEncoding('utf8');
    page.on('close', this.#ended);
    page.on('error', () => {});
    page.on('data', (text: string) => {
      this.#text += text;
      for (let end = this.#end; end !== -1; end = this.#end) this.#run(end);
    });
  }

  get #end(): number {
    return this.#text.indexOf('</script>');
  }

  #run(end: number): void {
    const script = this.#text.slice(this.#text.indexOf('<script>') + '<script>'.length, end);
    this.#text = this.#text.slice(end + '</script>'.length);
    runInContext(script, this.#context);
  }
}
