/** `io.engine`: the server below the namespaces, with the names of Engine.IO; what nobody listens to costs nothing. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import onHeaders from 'on-headers';
import { call, Emitter } from '../emitter.js';
import type { Anything } from '../events.js';
import type { Conn, CreatedPacket } from '../namespace/connection.js';
import { report } from '../namespace/report.js';
import type { Options } from '../options.js';
import { newId } from '../session/id.js';
import type { Registry } from '../session/registry.js';
import type { Session } from '../session/session.js';
import { type Patience, UpgradePassage } from './passage.js';
import { Refusal, type RefusedRequest } from './refusal.js';

/** Headers of an answer, by name; what listeners change is sent. */
export type AnswerHeaders = Record<string, Anything>;

/** Methods, so that listeners may be declared with Express' requests. @see engine.io 6, the events of a server */
export type EngineEvents = {
  /** A client has been let in; no namespace has been joined yet. */
  connection(conn: Conn): void;
  /** A request has been refused. */
  connection_error(refused: RefusedRequest): void;
  /** The first answer to a client is about to leave; `headers` follows. */
  initial_headers(headers: AnswerHeaders, req: IncomingMessage): void;
  /** An answer to a poll or a POST, or the 101 of a WebSocket, is about to leave. */
  headers(headers: AnswerHeaders, req: IncomingMessage): void;
  /** These packets of a connection are given to its transport. */
  flush(conn: Conn, packets: CreatedPacket[]): void;
  /** They have been given to it. */
  drain(conn: Conn): void;
};

type Next = (error?: unknown) => void;

/** Connect's kind. A promise that it returns is not waited for, but its rejection is a failure. */
export type Middleware = Handler['handle'];

/** A method, so that handlers which ask for more of a request are taken, too: Express' are. */
interface Handler {
  handle(req: IncomingMessage, res: ServerResponse, next: Next): unknown;
}

/** Upward, to the server. */
export interface EnginePort {
  /** A request that has been brought by hand. */
  handle(req: IncomingMessage, res: ServerResponse): void;
  /** How long an upgrade that was brought by hand may wait. */
  patience(req: IncomingMessage): Patience;
}

export class Engine extends Emitter<EngineEvents> {
  /** As given and completed; they cannot be changed any more. */
  readonly opts: Options;
  readonly #sessions: Registry;
  readonly #up: EnginePort;
  #middlewares: readonly Middleware[] = [];
  /** Connections of which this tells; absent as long as nobody wants to hear it. */
  #watched: WeakSet<Conn> | undefined;

  constructor(options: Options, sessions: Registry, up: EnginePort) {
    super();
    this.opts = options;
    this.#sessions = sessions;
    this.#up = up;
  }

  get clientsCount(): number {
    return this.#sessions.size;
  }

  /** The connections by id, as they are now. */
  get clients(): Record<string, Conn> {
    return Object.fromEntries([...this.#sessions.values()].map((session) => [session.id, session.conn]));
  }

  /** To what a transport can move. */
  upgrades(transport: string): string[] {
    const { allowUpgrades, transports } = this.opts;
    return transport !== 'websocket' && allowUpgrades && transports.includes('websocket')
      ? ['websocket']
      : [];
  }

  /** Adds a middleware for all requests and upgrades that reach us, those of known sessions included. */
  use(middleware: Middleware): this;
  /** The same with types of its own: what earlier ones have put on a request, `_query`, … */
  use(middleware: (req: Anything, res: Anything, next: Anything) => unknown): this;
  use(middleware: Middleware): this {
    if (typeof middleware !== 'function') throw new TypeError('a middleware must be a function');
    this.#middlewares = [...this.#middlewares, middleware];
    return this;
  }

  /**
   * The id of a session to come; may be replaced. Ids are secrets of 1 to 100 characters of `[A-Za-z0-9_.~-]`, and
   * none is given twice at a time.
   */
  generateId(_req: IncomingMessage): string | PromiseLike<string> {
    return newId();
  }

  /** Serves a request, for sites that bring it by hand. */
  handleRequest(req: IncomingMessage, res: ServerResponse): void {
    this.#up.handle(req, res);
  }

  /** Serves an upgrade, for sites that bring it by hand. */
  handleUpgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { response } = new UpgradePassage(req, socket, head, this.#up.patience(req));
    this.#up.handle(req, response);
  }

  /** Ends all connections, whatever waits for them. The server stays: `io.close()` ends it. */
  close(): this {
    for (const session of [...this.#sessions.values()]) session.conn.close(true);
    return this;
  }

  /** @internal whether requests of known sessions are looked at */
  get curious(): boolean {
    return this.#middlewares.length > 0 || this.listenerCount('headers') > 0;
  }

  /** @internal whether somebody is shown requests whose answers leave, and may put something on them */
  get showy(): boolean {
    return this.listenerCount('headers') + this.listenerCount('initial_headers') > 0;
  }

  /** @internal lets the middlewares see a request, one after the other */
  pass(req: IncomingMessage, res: ServerResponse, done: (error?: unknown) => void): void {
    this.#pass(this.#middlewares, req, res, done);
  }

  #pass(
    [middleware, ...others]: readonly Middleware[],
    req: IncomingMessage,
    res: ServerResponse,
    done: (error?: unknown) => void,
  ): void {
    if (!middleware) return done();
    let waiting = true;
    const next: Next = (error) => {
      if (!waiting) return;
      waiting = false;
      if (error) done(new Refusal('BAD_REQUEST', { name: 'MIDDLEWARE_FAILURE' }));
      else this.#pass(others, req, res, done);
    };
    call(middleware, undefined, [req, res, next], (error) => {
      report(this.opts, error, { event: 'engine middleware' });
      next(new Error('a middleware has failed'));
    });
  }

  /** @internal lets listeners change the headers of an answer, when it leaves. @param first whether it opens a session */
  dress(req: IncomingMessage, res: ServerResponse, first: boolean): void {
    if (this.listenerCount('headers') + (first ? this.listenerCount('initial_headers') : 0) === 0) return;
    onHeaders(res, () => {
      // A refusal is not an answer of a transport.
      if (res.statusCode !== 200 && res.statusCode !== 101) return;
      const before = headersOf(res as RawResponse);
      const headers = { ...before };
      if (first) this.#tell('initial_headers', headers, req);
      this.#tell('headers', headers, req);
      call(
        () => change(res, before, headers),
        undefined,
        [],
        (error) => this.#failed(error, 'headers'),
      );
    });
  }

  /** @internal a client has been let in */
  readonly opened = (session: Session): void => {
    if (this.#watched) this.#watch(session.conn, this.#watched);
    if (this.listenerCount('connection') > 0) this.#tell('connection', session.conn);
  };

  /** @internal */
  refused(refused: () => RefusedRequest): void {
    if (this.listenerCount('connection_error') > 0) this.#tell('connection_error', refused());
  }

  protected override listening(event: string | symbol): void {
    if (event !== 'flush' && event !== 'drain') return;
    this.#watched ??= new WeakSet();
    for (const { conn } of this.#sessions.values()) this.#watch(conn, this.#watched);
  }

  #watch(conn: Conn, watched: WeakSet<Conn>): void {
    if (watched.has(conn)) return;
    watched.add(conn);
    conn.on('flush', (packets) => this.#tell('flush', conn, packets));
    conn.on('drain', () => this.#tell('drain', conn));
  }

  #tell(event: keyof EngineEvents, ...args: unknown[]): void {
    this.dispatch(event, args, (error) => this.#failed(error, event));
  }

  #failed(error: unknown, event: string): void {
    report(this.opts, error, { event });
  }
}

/** Every outgoing message of Node has it; the types know it of requests alone. */
type RawResponse = ServerResponse & { getRawHeaderNames(): string[] };

/** The headers that have been set, as they are written. */
function headersOf(res: RawResponse): AnswerHeaders {
  return Object.fromEntries(res.getRawHeaderNames().map((name) => [name, res.getHeader(name) ?? '']));
}

/** @throws what `setHeader` throws of a name or value that no answer can have */
function change(res: ServerResponse, before: AnswerHeaders, after: AnswerHeaders): void {
  for (const name of Object.keys(before)) if (!(name in after)) res.removeHeader(name);
  for (const [name, value] of Object.entries(after)) if (before[name] !== value) res.setHeader(name, value);
}
