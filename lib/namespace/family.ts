/** The adapter of a namespace that has no sockets of its own: what it is told, each child's adapter does. */
import type {
  AckListener,
  Adapter,
  BroadcastOptions,
  RestoredSession,
  SessionToPersist,
  SocketDescription,
} from '../adapter/contract.js';
import { spread } from '../adapter/host.js';
import { Rooms } from '../adapter/rooms.js';
import { SocketioError } from '../errors.js';
import type { EventPacket } from '../packet.js';

/** One child, as far as it is spoken to. */
export interface Child {
  readonly name: string;
  readonly adapter: Adapter;
}

type Telling = (adapter: Adapter, packet: EventPacket, options: BroadcastOptions) => void | Promise<void>;

/** Reaches all children; nobody joins here. */
export class FamilyAdapter extends Rooms implements Adapter {
  readonly #children: ReadonlySet<Child>;
  readonly #failed: (error: unknown, packet: EventPacket) => void;

  /**
   * @param children live: whoever is in it at the moment of a call is meant
   * @param failed hears that other nodes could not be told of a packet
   */
  constructor(children: ReadonlySet<Child>, failed: (error: unknown, packet: EventPacket) => void) {
    super();
    this.#children = children;
    this.#failed = failed;
  }

  init(): void {}

  close(): void {}

  /** Nodes that answer: each child is asked on all of its own. */
  async serverCount(): Promise<number> {
    const counts = await Promise.all([...this.#children].map(({ adapter }) => adapter.serverCount()));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** @throws what encoding the packet throws */
  broadcast(packet: EventPacket, options: BroadcastOptions): void {
    this.#spread(packet, options, (adapter, copy, how) => adapter.broadcast(copy, how));
  }

  broadcastWithAck(
    packet: EventPacket,
    options: BroadcastOptions,
    onCount: (clients: number) => void,
    onAck: AckListener,
  ): void {
    this.#spread(packet, options, (adapter, copy, how) =>
      adapter.broadcastWithAck(copy, how, onCount, onAck),
    );
  }

  async sockets(rooms: Set<string>): Promise<Set<string>> {
    const ids = await Promise.all([...this.#children].map(({ adapter }) => adapter.sockets(rooms)));
    return new Set(ids.flatMap((some) => [...some]));
  }

  /** The sockets of several namespaces are not of one kind. @throws SocketioError `NOT_SUPPORTED` */
  fetchSockets(_options: BroadcastOptions): Promise<SocketDescription[]> {
    throw notFetched();
  }

  addSockets(options: BroadcastOptions, rooms: string[]): Promise<void> {
    return this.#each((adapter) => adapter.addSockets(options, rooms));
  }

  delSockets(options: BroadcastOptions, rooms: string[]): Promise<void> {
    return this.#each((adapter) => adapter.delSockets(options, rooms));
  }

  disconnectSockets(options: BroadcastOptions, close: boolean): Promise<void> {
    return this.#each((adapter) => adapter.disconnectSockets(options, close));
  }

  /** @throws SocketioError `NOT_SUPPORTED`: other nodes have other children */
  serverSideEmit(_args: unknown[]): void {
    throw notToServers();
  }

  /** A child whose adapter cannot reach the other nodes tells its sockets here all the same. */
  #spread(packet: EventPacket, options: BroadcastOptions, tell: Telling): void {
    for (const child of this.#children) {
      const { adapter } = child;
      const copy = copyFor(child, packet);
      const by = (how: BroadcastOptions): void | Promise<void> => tell(adapter, copy, how);
      spread(adapter, { packet: copy, options, by, failed: (error) => this.#failed(error, copy) });
    }
  }

  /** Begins with all before it waits for any; a child without sockets may go away meanwhile. */
  async #each(act: (adapter: Adapter) => void | Promise<void>): Promise<void> {
    const begin = async ({ adapter }: Child): Promise<void> => act(adapter);
    await Promise.all([...this.#children].map(begin));
  }

  persistSession(_session: SessionToPersist): void {}

  restoreSession(_pid: string, _offset: string): Promise<RestoredSession | null> {
    return Promise.resolve(null);
  }
}

/** The refusal to list sockets; the text is Socket.IO's. */
export function notFetched(): SocketioError {
  return new SocketioError('NOT_SUPPORTED', 'fetchSockets() is not supported on parent namespaces');
}

/** The refusal to speak to other nodes; the text is Socket.IO's. */
export function notToServers(): SocketioError {
  return new SocketioError('NOT_SUPPORTED', 'serverSideEmit() is not supported on parent namespaces');
}

/** An adapter writes its own namespace and offset into the packet; the next child must not find it changed. */
function copyFor({ name }: Child, packet: EventPacket): EventPacket {
  return { ...packet, data: [...packet.data], nsp: name };
}
