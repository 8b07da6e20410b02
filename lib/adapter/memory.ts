/** The adapter of a single node: everything is in memory, and what can be done at once is done at once. */
import type { EventPacket } from '../packet.js';
import type {
  AckListener,
  Adapter,
  BroadcastFlags,
  BroadcastOptions,
  Host,
  Resident,
  RestoredSession,
  SessionToPersist,
  SocketDescription,
} from './contract.js';
import { Gathering } from './gathering.js';
import { Inquiry } from './inquiry.js';
import { Rooms } from './rooms.js';

const noFlags: BroadcastFlags = {};

/**
 * The default adapter.
 * @see adapter/contract for the meaning of each verb
 */
export class MemoryAdapter<Letter> extends Rooms implements Adapter {
  readonly nsp: Host<Letter>;
  /** Of the last broadcast in this turn of the event loop. */
  #gathering: Gathering<Letter> | undefined;
  readonly #disperse = (): void => {
    this.#gathering = undefined;
  };

  constructor(nsp: Host<Letter>) {
    super();
    this.nsp = nsp;
  }

  init(): void {}

  close(): void {}

  serverCount(): Promise<number> {
    return Promise.resolve(1);
  }

  broadcast(packet: EventPacket, options: BroadcastOptions): void {
    const { flags = {} } = options;
    const letter = this.seal(packet);
    const isPlain = !flags.volatile && flags.compress !== false && !this.nsp.overheard;
    if (isPlain) this.#tell(letter, options);
    else this.visit(options, (socket) => socket.deliver(letter, flags));
  }

  broadcastWithAck(
    packet: EventPacket,
    options: BroadcastOptions,
    onCount: (clients: number) => void,
    onAck: AckListener,
  ): void {
    const flags = options.flags ?? {};
    const id = this.nsp.ids.next++;
    const letter = this.seal({ ...packet, id });
    const inquiry = new Inquiry(id, onAck);
    let clients = 0;
    try {
      this.visit(options, (socket) => {
        clients += 1;
        inquiry.ask(socket);
        socket.deliver(letter, flags);
      });
    } catch (error) {
      inquiry.cancel();
      throw error;
    }
    inquiry.start(flags.timeout ?? 0);
    onCount(clients);
  }

  sockets(rooms: Set<string>): Promise<Set<string>> {
    const ids = new Set<string>();
    this.visit({ rooms }, (socket) => ids.add(socket.id));
    return Promise.resolve(ids);
  }

  fetchSockets(options: BroadcastOptions): Promise<SocketDescription[]> {
    const found: SocketDescription[] = [];
    this.visit(options, (socket) => found.push(socket));
    return Promise.resolve(found);
  }

  addSockets(options: BroadcastOptions, rooms: string[]): void {
    this.visit(options, (socket) => socket.join(rooms));
  }

  delSockets(options: BroadcastOptions, rooms: string[]): void {
    this.visit(options, (socket) => {
      for (const room of rooms) socket.leave(room);
    });
  }

  disconnectSockets(options: BroadcastOptions, close: boolean): void {
    this.visit(options, (socket) => socket.disconnect(close));
  }

  /** There are no other nodes: nothing is said, and whoever asks hears so. */
  serverSideEmit(args: unknown[]): void {
    const ack = args.at(-1);
    if (typeof ack === 'function') queueMicrotask(() => ack(null, []));
  }

  persistSession(_session: SessionToPersist): void {}

  restoreSession(_pid: string, _offset: string): Promise<RestoredSession | null> {
    return Promise.resolve(null);
  }

  protected seal(packet: EventPacket): Letter {
    packet.nsp = this.nsp.name;
    return this.nsp.seal(packet);
  }

  #tell(letter: Letter, options: BroadcastOptions): void {
    const former = this.#gathering;
    const isFit = former?.fits(letter);
    const audience = { ...options, moves: this.moves, turnover: this.nsp.turnover };
    // Making it ready may have brought somebody who listens in.
    if (isFit && !this.nsp.overheard && former?.tell(letter, audience)) return;
    if (!this.#gathering) setImmediate(this.#disperse);
    const gathering = new Gathering<Letter>(audience);
    this.visit(options, (socket) => gathering.add(socket.deliver(letter, noFlags)));
    this.#gathering = gathering;
  }

  /** Calls once for each socket that is meant. Members that leave meanwhile are skipped: sets and maps allow that. */
  protected visit({ rooms, except }: BroadcastOptions, visit: (socket: Resident<Letter>) => void): void {
    const { members } = this.nsp;
    const barred = this.#barred(except);
    if (rooms.size === 0) {
      for (const socket of members.values()) if (!barred?.has(socket.id)) visit(socket);
      return;
    }
    // Only a member of several rooms can be met twice.
    const seen = rooms.size > 1 ? new Set<string>() : undefined;
    for (const room of rooms) {
      for (const id of this.rooms.get(room) ?? []) {
        if (barred?.has(id) || seen?.has(id)) continue;
        seen?.add(id);
        const socket = members.get(id);
        if (socket) visit(socket);
      }
    }
  }

  /** The ids behind the excepted rooms; one room's own set is not copied. */
  #barred(except: Set<string> | undefined): ReadonlySet<string> | undefined {
    if (!except || except.size === 0) return undefined;
    if (except.size === 1) {
      const [room] = except;
      return room === undefined ? undefined : this.rooms.get(room);
    }
    const ids = new Set<string>();
    for (const room of except) for (const id of this.rooms.get(room) ?? []) ids.add(id);
    return ids;
  }
}
