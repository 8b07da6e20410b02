/** The namespaces of a server, by name, and those that make others. */
import { call } from '../emitter.js';
import { SocketioError } from '../errors.js';
import { type Packet, PacketType } from '../packet.js';
import { Namespace } from './namespace.js';
import { type NameMatcher, ParentNamespace } from './parent.js';
import { report } from './report.js';
import type { CreateAdapter, Surroundings } from './surroundings.js';

/** Children without clients that wait for those who may come back: their names are the clients' choice. */
const MOST_DESERTED = 1_000;

/** Names begin with a slash; a missing one is added. */
export class Namespaces {
  #surroundings: Surroundings;
  readonly #created: (namespace: Namespace) => void;
  readonly #byName: Map<string, Namespace> = new Map();
  #parents: readonly ParentNamespace[] = [];
  /** Children that have been empty while somebody was awaited there, in this order; some may have clients again. */
  readonly #deserted: Map<Namespace, ParentNamespace> = new Map();

  /** @param created hears of each new namespace except `/` and parents */
  constructor(surroundings: Surroundings, created: (namespace: Namespace) => void) {
    this.#surroundings = surroundings;
    this.#created = created;
  }

  /**
   * The namespace of that name, made if there is none: a child, if the pattern of a parent fits. For a pattern or a
   * function: a new parent.
   * @throws SocketioError `NAMESPACE_INVALID` for what no client could name, and for patterns with the flags g or y
   */
  of(name: string | RegExp | NameMatcher): Namespace {
    if (typeof name === 'function' || name instanceof RegExp) return this.#parent(name);
    const key = keyOf(name);
    const parent = (): ParentNamespace | undefined => this.#parents.find((one) => one.fits(key));
    return this.#byName.get(key) ?? this.#create(key, parent());
  }

  /**
   * The namespace that a client asks for; `undefined` if there is none. Parents are asked in the order of their making.
   * @param auth what the client says of itself
   */
  resolve(
    name: string,
    auth: Readonly<Record<string, unknown>>,
  ): Namespace | undefined | Promise<Namespace | undefined> {
    const key = withSlash(name);
    return this.#byName.get(key) ?? this.#ask(this.#parents, key, auth);
  }

  /** Gives another adapter to each namespace, those to come included. */
  adopt(createAdapter: CreateAdapter): void {
    this.#surroundings = { ...this.#surroundings, createAdapter };
    for (const namespace of this.#byName.values()) namespace.adopt(createAdapter);
  }

  /** All of them but parents, in the order of their making. */
  [Symbol.iterator](): IterableIterator<Namespace> {
    return this.#byName.values();
  }

  /** The same, by name. */
  get byName(): ReadonlyMap<string, Namespace> {
    return this.#byName;
  }

  #parent(match: RegExp | NameMatcher): ParentNamespace {
    const parent = new ParentNamespace(match, this.#surroundings);
    this.#parents = [...this.#parents, parent];
    return parent;
  }

  /** Asks one parent after the other; at once, as long as none of them needs time. */
  #ask(
    [parent, ...others]: readonly ParentNamespace[],
    name: string,
    auth: Readonly<Record<string, unknown>>,
  ): Namespace | undefined | Promise<Namespace | undefined> {
    if (!parent) return undefined;
    const go = (admitted: boolean): Namespace | undefined | Promise<Namespace | undefined> =>
      admitted ? this.#child(name, parent) : this.#ask(others, name, auth);
    const admitted = parent.admits(name, auth);
    return typeof admitted === 'boolean' ? go(admitted) : admitted.then(go);
  }

  /** Another client may have been quicker; then both share one child. */
  #child(name: string, parent: ParentNamespace): Namespace | undefined {
    const known = this.#byName.get(name);
    if (known) return known;
    const child = this.#asked(name, parent);
    // What a client made, the last client takes along; what the program made by its name, the program may rely on.
    if (child && this.#surroundings.options.cleanupEmptyChildNamespaces)
      child.whenEmpty((awaiting) => (awaiting ? this.#desert(child, parent) : this.#forget(child, parent)));
    return child;
  }

  /** A client wants it: if no adapter can be made for it, there is no such namespace. */
  #asked(name: string, parent: ParentNamespace): Namespace | undefined {
    try {
      return this.#create(name, parent);
    } catch (error) {
      this.#failed(error);
      return undefined;
    }
  }

  /** It stays for those who may come back to it, unless too many do. */
  #desert(child: Namespace, parent: ParentNamespace): void {
    this.#deserted.delete(child);
    this.#deserted.set(child, parent);
    for (const [first, its] of this.#deserted) {
      if (this.#deserted.size <= MOST_DESERTED) return;
      this.#deserted.delete(first);
      if (first.empty) this.#forget(first, its);
    }
  }

  #create(name: string, parent?: ParentNamespace): Namespace {
    const namespace = new Namespace(name, this.#surroundings);
    this.#byName.set(name, namespace);
    parent?.takeIn(namespace);
    namespace.init();
    if (name !== '/') this.#created(namespace);
    return namespace;
  }

  #forget(child: Namespace, parent: ParentNamespace): void {
    this.#deserted.delete(child);
    if (!parent.children.has(child)) return;
    this.#byName.delete(child.name);
    parent.disown(child);
    call(
      () => child.adapter.close(),
      undefined,
      [],
      (error) => this.#failed(error),
    );
  }

  #failed(error: unknown): void {
    report(this.#surroundings.options, error, { event: 'adapter' });
  }
}

/** What a client is told that asks for a namespace which there is not. @see socket.io-protocol v5, "Connection to a namespace" */
export function unknownNamespace(nsp: string): Packet {
  return { type: PacketType.CONNECT_ERROR, nsp, data: { message: 'Invalid namespace' } };
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
