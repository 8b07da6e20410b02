/** Two servers for revision 1 with the same small application: this library, and the genuine socket.io 0.9. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Server as NetServer } from 'node:net';
import { mock } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Server, UserOptions } from '../../lib/index.js';
import { type Answer, ask, Knock, type Wish } from '../router/raw.js';
import { HtmlfilePage } from './htmlfile-page.js';
import { heard, within } from './patience.js';
import { openSite } from './site.js';

export interface Twin {
  readonly name: 'here' | 'there';
  readonly port: number;
  /** Where Flash finds its policy. */
  readonly policyPort: number;
  close(): Promise<unknown>;
}

export interface Twins {
  readonly here: Twin;
  readonly there: Twin;
}

const transports = ['websocket', 'flashsocket', 'htmlfile', 'polling', 'jsonp'] as const;
/** Seconds; short, so that what waits is seen to end. */
const PAUSE = 1;
const PATIENCE = 3;

/**
 * @param options of this library, where they differ from all transports and short timers
 * @param settings of the genuine server, the same; `mended` gives it back what hixie-76 needs of an old Node
 */
export async function openTwins(options: UserOptions = {}, settings: object = {}): Promise<Twins> {
  const [here, there] = await Promise.all([openHere(options), openThere(settings)]);
  return { here, there };
}

async function openHere(options: UserOptions): Promise<Twin> {
  const listen = mock.method(NetServer.prototype, 'listen');
  const site = await openSite({
    generations: [1],
    transports,
    pingInterval: PAUSE * 1_000,
    pingTimeout: PATIENCE * 1_000,
    flashPolicy: { domains: ['*'], ports: ['*'], listen: { port: 0, host: '127.0.0.1' } },
    ...options,
  });
  // The policy's server listens first: it belongs to the middleware, which is made before its site.
  const policy = listen.mock.calls[0]?.this as NetServer;
  listen.mock.restore();
  if (!policy.listening) await heard(policy, 'listening');
  furnish(site.io);
  const { port: policyPort } = policy.address() as { port: number };
  return { name: 'here', port: site.port, policyPort, close: site.close };
}

/** The small application: it sends back what it is told, answers what it is asked, and dismisses who wants it. */
export function furnish(io: Server): void {
  io.on('connection', (socket) => {
    socket.on('message', (data: unknown) => socket.send(data));
    socket.on('ask', (...args: unknown[]) => (args.pop() as (...answer: unknown[]) => void)(...args));
    socket.on('kick', () => socket.disconnect());
  });
}

async function openThere(settings: object): Promise<Twin> {
  const all = {
    transports: ['websocket', 'flashsocket', 'htmlfile', 'xhr-polling', 'jsonp-polling'],
    'heartbeat interval': PAUSE,
    'heartbeat timeout': PATIENCE,
    'close timeout': PATIENCE + PAUSE,
    'polling duration': PAUSE,
    ...settings,
  };
  const child = fork(
    fileURLToPath(new URL('revision1-genuine-server.ts', import.meta.url)),
    [JSON.stringify(all)],
    { execArgv: ['--import', 'tsx', '--no-deprecation'] },
  );
  const [ports] = await within(once(child, 'message'), 'the genuine server', 20_000);
  const close = async (): Promise<void> => {
    if (!child.connected) return;
    const over = once(child, 'exit');
    child.disconnect();
    await over;
  };
  return { name: 'there', ...(ports as { port: number; policyPort: number }), close };
}

/** A session of one of them, by hand. */
export class Session {
  readonly #twin: Twin;
  readonly sid: string;

  static async open(twin: Twin): Promise<Session> {
    const { body } = await ask(twin.port, '/socket.io/1/?t=1');
    return new Session(twin, body.split(':')[0] ?? '');
  }

  constructor(twin: Twin, sid: string) {
    this.#twin = twin;
    this.sid = sid;
  }

  /** @param transport with a query, if there is one */
  path(transport: string): string {
    const [name, query = 't=1'] = transport.split('?');
    return `/socket.io/1/${name}/${this.sid}?${query}`;
  }

  get(transport: string, headers: Wish['headers'] = {}): Promise<Answer> {
    return ask(this.#twin.port, this.path(transport), { headers });
  }

  post(transport: string, body: string, headers: Wish['headers'] = {}): Promise<Answer> {
    return ask(this.#twin.port, this.path(transport), { method: 'POST', body, headers });
  }

  page(): HtmlfilePage {
    return new HtmlfilePage(this.#twin.port, this.path('htmlfile'));
  }

  /** A request for a WebSocket, in whatever words. */
  knock(transport: string, lines: readonly string[], body: Buffer = Buffer.alloc(0)): Knock {
    const head = [`GET ${this.path(transport)} HTTP/1.1`, 'Host: h.example', ...lines];
    return Knock.send(this.#twin.port, Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]));
  }
}

/** What has to be the same of two answers: the headers that a client of that time could see, and the body. */
export function essence({ status, headers, body }: Answer): object {
  const seen = [
    'content-type',
    'content-length',
    'access-control-allow-origin',
    'access-control-allow-credentials',
    'x-xss-protection',
  ];
  const told = Object.fromEntries(
    seen.filter((name) => name in headers).map((name) => [name, headers[name]]),
  );
  return { status, ...told, body };
}
