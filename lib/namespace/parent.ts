/** A namespace that stands for many: children are made when clients ask for their names. */
import { call } from '../emitter.js';
import { SocketioError } from '../errors.js';
import type { Anything, DefaultEventsMap, EventsMap, ForMany } from '../events.js';
import type { EventPacket } from '../packet.js';
import { FamilyAdapter, notFetched, notToServers } from './family.js';
import { Namespace } from './namespace.js';
import type { RemoteSocket } from './remote.js';
import { report } from './report.js';
import type { Surroundings } from './surroundings.js';

/** Decides on a name; anything but `next(null, true)` leaves it to the parent after this one. */
export type NameMatcher = (
  name: string,
  auth: Readonly<Record<string, Anything>>,
  next: (error: Error | null | undefined, allow?: boolean) => void,
) => unknown;

let count = 0;

/**
 * Made by `io.of(/pattern/)` or `io.of(matcher)`. A child gets its middlewares, its `connect` and `connection` listeners
 * and its handler as they are when the child is made; what it emits reaches each child.
 * @see socket.io, "ParentNamespace"
 */
export class ParentNamespace<
  Listen extends EventsMap = DefaultEventsMap,
  Emit extends EventsMap = Listen,
  ServerSide extends EventsMap = DefaultEventsMap,
  SocketData = Anything,
> extends Namespace<Listen, Emit, ServerSide, SocketData> {
  readonly #match: RegExp | NameMatcher;
  readonly #children: Set<Namespace<Listen, Emit, ServerSide, SocketData>>;

  /**
   * @internal made by `Namespaces` alone
   * @throws SocketioError `NAMESPACE_INVALID` for a pattern that remembers its last match
   */
  constructor(match: RegExp | NameMatcher, surroundings: Surroundings) {
    refuseStateful(match);
    const children = new Set<Namespace<Listen, Emit, ServerSide, SocketData>>();
    const failed = (error: unknown, { data: [event] }: EventPacket): void =>
      report(surroundings.options, error, { event: String(event) });
    super(`/_${count++}`, { ...surroundings, createAdapter: () => new FamilyAdapter(children, failed) });
    this.#match = match;
    this.#children = children;
  }

  /** Those that there are at this moment. */
  get children(): ReadonlySet<Namespace<Listen, Emit, ServerSide, SocketData>> {
    return this.#children;
  }

  /** @throws SocketioError `NOT_SUPPORTED`, always: ask the children */
  override fetchSockets(): Promise<RemoteSocket<ForMany<Emit>, SocketData>[]> {
    throw notFetched();
  }

  /** @throws SocketioError `NOT_SUPPORTED`, always: other nodes have other children */
  override serverSideEmit(..._args: unknown[]): boolean {
    throw notToServers();
  }

  /** Whether a pattern fits the name; a matcher is never asked here. @internal */
  fits(name: string): boolean {
    return this.#match instanceof RegExp && this.#match.test(name);
  }

  /** Whether a name is one for a child; a promise where a function decides. @internal */
  admits(name: string, auth: Readonly<Record<string, unknown>>): boolean | Promise<boolean> {
    const match = this.#match;
    return match instanceof RegExp ? match.test(name) : this.#asked(match, name, auth);
  }

  /** Takes a new namespace in. @internal */
  takeIn(child: Namespace<Listen, Emit, ServerSide, SocketData>): void {
    this.endow(child);
    this.#children.add(child);
  }

  /** A child is no more. @internal */
  disown(child: Namespace<Listen, Emit, ServerSide, SocketData>): void {
    this.#children.delete(child);
  }

  /** A matcher that fails says no; one that stays silent keeps only its own client waiting. */
  #asked(match: NameMatcher, name: string, auth: Readonly<Record<string, unknown>>): Promise<boolean> {
    return new Promise((resolve) => {
      const next = (error: unknown, allow?: unknown): void => resolve(!error && Boolean(allow));
      call(match, undefined, [name, auth, next], (error) => {
        report(this.options, error, { event: 'namespace' });
        resolve(false);
      });
    });
  }
}

function refuseStateful(match: RegExp | NameMatcher): void {
  if (match instanceof RegExp && (match.global || match.sticky))
    throw new SocketioError('NAMESPACE_INVALID', 'stateful regular expressions are not supported');
}
