/** Who a socket is: its id, its connection, its data, and where it is. */
import type { IncomingMessage } from 'node:http';
import type { Belongings } from '../adapter/keeper.js';
import type { Anything, DefaultEventsMap, EventsMap } from '../events.js';
import type { LimitName } from '../options.js';
import type { Conn } from './connection.js';
import { Speaker } from './speaker.js';
import type { Arrival, Client, Handshake } from './wire.js';

/** The part of a socket that does nothing. */
export abstract class Persona<
  Listen extends EventsMap = DefaultEventsMap,
  Emit extends EventsMap = Listen,
  SocketData = Anything,
> extends Speaker<Listen, Emit, SocketData> {
  readonly id: string;
  /** The connection, shared with this client's sockets in other namespaces. */
  readonly client: Client;
  /** What the client said when it came. */
  readonly handshake: Handshake;
  /** Whether this is the continuation of an earlier socket. */
  readonly recovered: boolean;
  #data: SocketData | undefined;

  /** @internal @param found what the earlier socket left behind */
  constructor(arrival: Arrival, found: (Belongings & { readonly id: string }) | undefined) {
    super();
    this.id = found?.id ?? arrival.id;
    this.client = arrival.client;
    this.handshake = arrival.handshake;
    this.recovered = found !== undefined;
    this.#data = found?.data as SocketData | undefined;
  }

  /** Whatever the application wants to remember. */
  get data(): SocketData {
    this.#data ??= {} as SocketData;
    return this.#data;
  }

  set data(data: SocketData) {
    this.#data = data;
  }

  get conn(): Conn {
    return this.client.conn;
  }

  /** The request of the handshake. */
  get request(): IncomingMessage {
    return this.client.request;
  }

  /** The rooms of this socket, live; its id is one. */
  get rooms(): Set<string> {
    return this.nsp.adapter.socketRooms(this.id) ?? new Set();
  }

  /** Bytes waiting for this client. */
  get bufferedAmount(): number {
    return this.conn.bufferedAmount;
  }

  /** Settles when nothing waits for this client any more, or it is gone. */
  drained(): Promise<void> {
    return this.conn.drained();
  }

  protected limited(limit: LimitName): void {
    this.client.limited(limit);
  }

  /** What carries its connection at the moment. @internal */
  get carrier(): string {
    return this.conn.transport.name;
  }
}
