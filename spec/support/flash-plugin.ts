/** A stand-in for the Flash plugin: pages call it as they called Flash, and it speaks hixie-76 to the server. */
import type { Page } from 'playwright-core';
import { Knock } from '../router/raw.js';
import { Hixie76Client } from './hixie76-client.js';

const REQUEST = '<policy-file-request/>\0';

/** A browser with Flash, and without a WebSocket of its own. */
const plugin = `
  Object.defineProperty(window, 'WebSocket', { value: undefined, writable: true, configurable: true });
  // Message events of today refuse what the page gives them; in Internet Explorer there were none.
  Object.defineProperty(window, 'MessageEvent', { value: undefined });
  const flash = { description: 'Shockwave Flash 11.2 r202' };
  Object.defineProperty(navigator, 'plugins', { value: { 'Shockwave Flash': flash } });
  Object.defineProperty(navigator, 'mimeTypes', {
    value: { 'application/x-shockwave-flash': { enabledPlugin: flash } },
  });`;

/** What the Flash object in the page offers, as soon as the page has made a place for it. */
const object = `
  (function () {
    var events = [];
    window.flashTells = function (event) {
      events.push(event);
      WebSocket.__onFlashEvent();
    };
    Object.assign(document.getElementById('webSocketFlash'), {
      setCallerUrl: function () {},
      setDebug: function () {},
      loadManualPolicyFile: function (url) { flashPolicy(url); },
      create: function (id, url) { flashCreate(id, url); },
      send: function (id, text) { flashSend(id, text); return -1; },
      close: function (id) { flashClose(id); },
      receiveEvents: function () { return events.splice(0); },
    });
    WebSocket.__onFlashInitialized();
  })();`;

export class FlashPlugin {
  readonly #page: Page;
  readonly #origin: string;
  readonly #clients = new Map<number, Hixie76Client>();
  /** URLs of policies that the page wants loaded. */
  readonly policies: string[] = [];
  /** URLs of sockets that the page has opened. */
  readonly urls: string[] = [];

  /** Before the page is opened. @param origin of the page */
  static async install(page: Page, origin: string): Promise<FlashPlugin> {
    const flash = new FlashPlugin(page, origin);
    await page.addInitScript(plugin);
    await page.exposeFunction('flashPolicy', (url: string) => void flash.policies.push(url));
    await page.exposeFunction('flashCreate', (id: number, url: string) => flash.#create(id, url));
    await page.exposeFunction('flashSend', (id: number, text: string) =>
      flash.#clients.get(id)?.send(decodeURIComponent(text)),
    );
    await page.exposeFunction('flashClose', (id: number) => flash.#clients.get(id)?.leave());
    return flash;
  }

  private constructor(page: Page, origin: string) {
    this.#page = page;
    this.#origin = origin;
  }

  /** When the page has made a place for it. */
  async start(): Promise<void> {
    await this.#page.waitForSelector('#webSocketFlash', { state: 'attached' });
    await this.#page.evaluate(object);
  }

  /** Flash opens no socket before the port that it is for has said that it may. */
  async #create(id: number, url: string): Promise<void> {
    const { port, host, pathname, search } = new URL(url);
    this.urls.push(url);
    const knock = Knock.send(Number(port), REQUEST);
    await knock.answer();
    if (!knock.text.includes('<allow-access-from')) throw new Error(`no policy: ${knock.text}`);
    const path = `${pathname}${search}`;
    const client = await Hixie76Client.come(Number(port), { origin: this.#origin, host, path });
    this.#clients.set(id, client);
    await this.#tell({ webSocketId: id, type: 'open', readyState: 1, protocol: '' });
    client.listen(
      (text) => this.#tell({ webSocketId: id, type: 'message', message: encodeURIComponent(text) }),
      () => this.#tell({ webSocketId: id, type: 'close', readyState: 3 }),
    );
  }

  async #tell(event: object): Promise<void> {
    if (!this.#page.isClosed()) await this.#page.evaluate(`flashTells(${JSON.stringify(event)})`);
  }
}
