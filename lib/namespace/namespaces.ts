/** The namespaces of a server, by name. */
import { SocketioError } from '../errors.js';
import { type CreateAdapter, Namespace, type Surroundings } from './namespace.js';

/** Names begin with a slash; a missing one is added. */
export class Namespaces {
  #surroundings: Surroundings;
  readonly #created: (namespace: Namespace) => void;
  readonly #byName: Map<string, Namespace> = new Map();

  /** @param created hears of each new namespace except `/` */
  constructor(surroundings: Surroundings, created: (namespace: Namespace) => void) {
    this.#surroundings = surroundings;
    this.#created = created;
  }

  /**
   * The namespace of that name, made if there is none.
   * @throws SocketioError `NAMESPACE_INVALID` for what no client could name
   */
  of(name: string): Namespace {
    const key = keyOf(name);
    return this.#byName.get(key) ?? this.#create(key);
  }

  /**
   * The namespace that a client asks for; `undefined` if there is none.
   * @param auth what the client says of itself
   */
  resolve(
    name: string,
    _auth: Readonly<Record<string, unknown>>,
  ): Namespace | undefined | Promise<Namespace | undefined> {
    return this.#byName.get(withSlash(name));
  }

  /** Gives another adapter to each namespace, those to come included. */
  adopt(createAdapter: CreateAdapter): void {
    this.#surroundings = { ...this.#surroundings, createAdapter };
    for (const namespace of this.#byName.values()) namespace.adopt(createAdapter);
  }

  /** All of them, in the order of their making. */
  [Symbol.iterator](): IterableIterator<Namespace> {
    return this.#byName.values();
  }

  #create(name: string): Namespace {
    const namespace = new Namespace(name, this.#surroundings);
    this.#byName.set(name, namespace);
    namespace.init();
    if (name !== '/') this.#created(namespace);
    return namespace;
  }
}

function withSlash(name: string): string {
  return name.startsWith('/') ? name : `/${name}`;
}

function keyOf(name: unknown): string {
  if (typeof name !== 'string')
    throw new SocketioError('NAMESPACE_INVALID', 'the name of a namespace is a string');
  // On the wire a comma ends the name.
  if (name.includes(','))
    throw new SocketioError('NAMESPACE_INVALID', `no client can name "${name}": it has a comma`);
  return withSlash(name);
}
