/** The paths that lead to us: seen when we are mounted, named by the owner, or learned from requests. */
import type { IncomingMessage } from 'node:http';
import { readAddress } from './address.js';
import { originalUrl, pathOf } from './ticket.js';

/** Paths learned from requests, for mounts that can't be seen; under a pattern there may be any number. */
const MOST_LEARNED = 64;

/** An Express application, as far as a mount has to know it. */
interface App {
  readonly parent?: App;
  readonly mountpath?: unknown;
}

export class Places {
  readonly #mounts: { readonly app: App; readonly path: unknown }[] = [];
  /** Told by Connect or by the owner. */
  readonly #named = new Set<string>();
  readonly #learned = new Set<string>();
  /** All of them, as last collected. */
  #paths: ReadonlySet<string> = new Set();

  mountedOn(app: unknown, path: unknown): void {
    this.#mounts.push({ app: app as App, path });
    this.#paths = this.#collected();
  }

  add(path: string): void {
    this.#named.add(normal(path));
    this.#paths = this.#collected();
  }

  /** Whether any path is known. */
  get visible(): boolean {
    return this.#paths.size > 0;
  }

  /** The one known longest. */
  get first(): string | undefined {
    const [first] = this.#paths;
    return first;
  }

  /** Remembers by what path a request came. @returns whether it was new */
  learn(req: IncomingMessage): boolean {
    const path = mountOf(req);
    if (this.#leadsHere(path) || this.#learned.size >= MOST_LEARNED) return false;
    this.#learned.add(path);
    this.#paths = this.#collected();
    return true;
  }

  /** Whether a request is for one of our paths, as the HTTP server gives it. */
  has(req: IncomingMessage): boolean {
    const path = normal(pathOf(originalUrl(req)));
    if (this.#leadsHere(path)) return true;
    const mount = mountOfRevision1(path);
    return mount !== undefined && this.#leadsHere(mount);
  }

  /** Whether one of these listeners is an application that leads to us. */
  isRoot(listeners: readonly unknown[]): boolean {
    const roots: readonly unknown[] = this.#mounts.map(({ app }) => rootOf(app));
    return listeners.some((listener) => roots.includes(listener) || this.#isOurConnect(listener));
  }

  #leadsHere(path: string): boolean {
    if (this.#paths.has(path)) return true;
    if (this.#mounts.every(({ app }) => app.parent === undefined)) return false;
    // A parent may have been mounted after its child: look again before saying no.
    this.#paths = this.#collected();
    return this.#paths.has(path);
  }

  /** A Connect application shows its stack; ours has a layer at the route that Connect told us. */
  #isOurConnect(listener: unknown): boolean {
    const { stack } = listener as { readonly stack?: unknown };
    if (!Array.isArray(stack)) return false;
    return stack.some((layer: { readonly route?: unknown }) => this.#named.has(normal(String(layer.route))));
  }

  #collected(): Set<string> {
    const paths = new Set([...this.#named, ...this.#learned]);
    for (const { app, path } of this.#mounts) {
      for (const prefix of prefixesOf(app)) for (const own of plain(path)) paths.add(normal(prefix + own));
    }
    return paths;
  }
}

function rootOf(app: App): App {
  return app.parent ? rootOf(app.parent) : app;
}

/** The paths under which an application itself is mounted. */
function prefixesOf(app: App): string[] {
  const { parent } = app;
  if (!parent) return [''];
  const own = plain(app.mountpath);
  return prefixesOf(parent).flatMap((prefix) => own.map((path) => prefix + path));
}

/** Plain paths of a mount; a pattern says too little, its paths are learned from requests. */
function plain(path: unknown): string[] {
  const paths: unknown[] = Array.isArray(path) ? path : [path];
  return paths
    .filter((item): item is string => typeof item === 'string' && !/[:*?+(){}[\]]/.test(item))
    .map(normal);
}

/** Express matches without regard to case and to a slash at the end. */
function normal(path: string): string {
  let end = path.length;
  while (path[end - 1] === '/') end -= 1;
  return path.slice(0, end).toLowerCase();
}

/**
 * The mount path alone, so that strangers can't fill the list with names behind it. At the root of a site nothing
 * has been taken off, and the whole path is what its client uses.
 */
function mountOf(req: IncomingMessage): string {
  const whole = normal(pathOf(originalUrl(req)));
  const rest = normal(pathOf(req.url ?? '/'));
  const mount = whole.endsWith(rest) ? whole.slice(0, whole.length - rest.length) : whole;
  return mount || (mountOfRevision1(whole) ?? whole);
}

/** Clients of revision 1 go on behind the mount path. */
function mountOfRevision1(path: string): string | undefined {
  const address = readAddress(path, path);
  return address?.revision === '1' ? address.mount : undefined;
}
