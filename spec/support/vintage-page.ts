/**
 * What a page had for old clients: elements that load scripts, send forms and show endless pages, and Flash. On these
 * their own transports stand that have no other ground in Node.
 */
import { readFileSync } from 'node:fs';
import { createRequire, Module } from 'node:module';
import { compileFunction } from 'node:vm';
import { EndlessFrame } from './endless-frame.js';
import { Hixie76Client } from './hixie76-client.js';

const require = createRequire(import.meta.url);

type Transports = Record<string, unknown>;

/** The library, as far as its transports need it. */
export interface Library1 {
  readonly j: unknown[];
  readonly transports: string[];
  readonly Transport: Transports & ((...args: unknown[]) => void);
}

/** Gives a client the transports that it has in browsers alone. */
export function givePage(alias: string, io: Library1): void {
  const page = pageOf(io);
  const { Transport } = io;
  const house = { ...io, transports: [] };
  run(`${alias}/lib/transports/jsonp-polling.js`, { ...page, io: house });
  run(`${alias}/lib/transports/htmlfile.js`, { ...page, io: house });
  // Flash stands on the WebSocket transport, which here takes its WebSocket from somewhere else.
  const copy = Object.assign(function inherit(this: unknown, ...args: unknown[]) {
    return Transport.apply(this, args as [unknown]);
  }, Transport);
  copy.prototype = Transport.prototype;
  const apart = { ...house, Transport: copy };
  run(`${alias}/lib/transports/websocket.js`, { ...page, io: apart, require: () => FlashSocket });
  run(`${alias}/lib/transports/flashsocket.js`, { ...page, io: apart });
  Object.assign(Transport, { flashsocket: copy.flashsocket });
}

/** A file of the client as a page runs it: what stands around it are the page's names. */
function run(file: string, names: Readonly<Record<string, unknown>>): void {
  const source = readFileSync(require.resolve(file), 'utf8');
  compileFunction(source, Object.keys(names)).apply(names.window, Object.values(names));
}

/** Gives a client 2.x its JSONP. To be called before the client is loaded. */
export function giveScripts(alias: string): void {
  const home = createRequire(require.resolve(`${alias}/package.json`));
  const path = home.resolve('engine.io-client/lib/transports/polling-jsonp.js');
  const module = new Module(path);
  const names = { module, exports: module.exports, require: createRequire(path), document: new Document({}) };
  run(path, names);
  module.loaded = true;
  require.cache[path] = module;
}

function pageOf(io: Library1) {
  const document = new Document({ io });
  const window = { document, ActiveXObject, addEventListener(): void {} };
  return {
    document,
    window,
    ActiveXObject,
    CollectGarbage(): void {},
    WebSocket: Flash,
    swfobject: { getFlashPlayerVersion: () => ({ major: 11 }) },
    WEB_SOCKET_SWF_LOCATION: undefined,
    WEB_SOCKET_DISABLE_AUTO_INITIALIZATION: true,
  };
}

class Element {
  readonly style = {};
  readonly children: Element[] = [];
  parentNode: { removeChild(child: Element): void } | undefined;
  name = '';
  value = '';
  src = '';
  action = '';
  onload: (() => void) | undefined;
  onerror: (() => void) | undefined;

  setAttribute(): void {}

  appendChild(child: Element): Element {
    child.parentNode = this;
    this.children.push(child);
    return child;
  }

  removeChild(child: Element): void {
    this.children.splice(this.children.indexOf(child), 1);
  }

  /** Of a form: its one field leaves, and the frame in it shows the answer, whatever that is. */
  submit(): void {
    const [area] = this.children;
    const body = new URLSearchParams({ [area?.name ?? '']: area?.value ?? '' });
    const shown = (): void => this.children.at(-1)?.onload?.();
    fetch(this.action, { method: 'POST', body }).then(async (answer) => {
      await answer.text();
      shown();
    }, shown);
  }
}

class Document {
  readonly readyState = 'complete';
  readonly documentElement = new Element();
  readonly body = new Element();
  readonly #names: Readonly<Record<string, unknown>>;

  /** @param names what scripts find in the page */
  constructor(names: Readonly<Record<string, unknown>>) {
    this.#names = names;
  }

  createElement(name: string): Element {
    if (name.startsWith('<')) throw new Error('Only Internet Explorer knows this.');
    return new Element();
  }

  /** The only script of the page; others are put before it, and loaded. */
  getElementsByTagName(): object[] {
    const head = new Element();
    const insertBefore = (script: Element): void => {
      script.parentNode = head;
      void this.#load(script);
    };
    return [{ parentNode: { insertBefore } }];
  }

  async #load(script: Element): Promise<void> {
    let text: string;
    try {
      const answer = await fetch(script.src);
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      text = await answer.text();
    } catch {
      // The page is told so, and nothing else.
      return script.onerror?.();
    }
    compileFunction(text, Object.keys(this.#names))(...Object.values(this.#names));
  }
}

/** A document without a window around it, for one frame whose page never ends. */
class ActiveXObject {
  readonly parentWindow = {};
  readonly body = new Element();

  open(): void {}
  write(): void {}
  close(): void {}

  createElement(name: string): Element {
    return name === 'iframe' ? (new EndlessFrame(this.parentWindow) as unknown as Element) : new Element();
  }
}

/** What the client's own part of Flash shows of it. */
const Flash = {
  __tasks: [],
  __initialize(): void {},
  __addTask: (task: () => void): void => task(),
  loadFlashPolicyFile(): void {},
};

/** A socket of Flash: hixie-76. */
class FlashSocket {
  onopen: () => void = () => {};
  onmessage: (event: { readonly data: string }) => void = () => {};
  onclose: () => void = () => {};
  #client: Hixie76Client | undefined;

  constructor(address: string) {
    const { port, host, pathname, search } = new URL(address);
    const introduction = { origin: `http://${host}`, host, path: `${pathname}${search}` };
    Hixie76Client.come(Number(port), introduction).then(
      (client) => this.#open(client),
      () => this.onclose(),
    );
  }

  send(text: string): void {
    this.#client?.send(text);
  }

  close(): void {
    // Nobody waits for the answer.
    this.#client?.leave().catch(() => {});
  }

  #open(client: Hixie76Client): void {
    this.#client = client;
    this.onopen();
    client.listen(
      async (data) => this.onmessage({ data }),
      async () => this.onclose(),
    );
  }
}
