/** What Socket.IO lets a program read, and change after the start. */
import { adapterMaker } from './adapter/choice.js';
import { MemoryAdapter } from './adapter/memory.js';
import type { Parcel } from './codec/parcel.js';
import type { EventsMap } from './events.js';
import { Face } from './face.js';
import type { CreateAdapter } from './namespace/surroundings.js';
import { readOptions } from './option-reading.js';
import type { AdapterFactory, LimitName, Options } from './options.js';
import { Shelf } from './router/shelf.js';

export abstract class Adjustable<
  Listen extends EventsMap,
  Emit extends EventsMap,
  ServerSide extends EventsMap,
  SocketData,
> extends Face<Listen, Emit, ServerSide, SocketData> {
  readonly #options: Options;
  #adapter: AdapterFactory;
  #connectTimeout: number;
  #serveClient: boolean;
  #shelf: Shelf | undefined;

  constructor(options: Options) {
    super();
    this.#options = options;
    this.#adapter = options.adapter ?? MemoryAdapter;
    this.#connectTimeout = options.connectTimeout;
    this.#serveClient = options.serveClient;
  }

  /** Every namespace gets another adapter. */
  protected abstract adopt(createAdapter: CreateAdapter): void;

  /** A bound has been reached by nobody in particular. */
  protected abstract limited(limit: LimitName): void;

  /** What makes the adapter of each namespace. */
  adapter(): AdapterFactory;
  /**
   * Gives every namespace another adapter; who is in which room stays.
   * @throws what the factory throws
   */
  adapter(factory: AdapterFactory): this;
  adapter(factory?: AdapterFactory): AdapterFactory | this {
    if (!factory) return this.#adapter;
    const limited = (limit: LimitName): void => this.limited(limit);
    this.adopt(adapterMaker<Parcel>(readOptions({ adapter: factory }).adapter, this.#options, limited));
    this.#adapter = factory;
    return this;
  }

  /** Milliseconds in which a new client must have joined a namespace. */
  connectTimeout(): number;
  /**
   * Changes that for clients to come.
   * @throws {SocketioError} `OPTION_INVALID`
   */
  connectTimeout(ms: number): this;
  connectTimeout(ms?: number): number | this {
    if (ms === undefined) return this.#connectTimeout;
    this.#connectTimeout = readOptions({ connectTimeout: ms }).connectTimeout;
    return this;
  }

  /** Whether the client's files are served. */
  serveClient(): boolean;
  /**
   * Changes that from now on.
   * @throws {SocketioError} `OPTION_INVALID`
   */
  serveClient(serve: boolean): this;
  serveClient(serve?: boolean): boolean | this {
    if (serve === undefined) return this.#serveClient;
    this.#serveClient = readOptions({ serveClient: serve }).serveClient;
    return this;
  }

  /** The client's files, if they are served. */
  protected get shelf(): Shelf | undefined {
    this.#shelf ??= new Shelf();
    return this.#serveClient ? this.#shelf : undefined;
  }
}
