/** A socket that may live on another node, as `fetchSockets` gives it. */
import type { SocketDescription } from '../adapter/contract.js';
import type {
  Anything,
  DefaultEventsMap,
  EventNames,
  EventParams,
  EventsMap,
  WithTimeout,
} from '../events.js';
import type { Handshake } from './wire.js';

/** What can be done with a socket, wherever it lives. A local one is the real `Socket`. */
export interface RemoteSocket<Emit extends EventsMap = DefaultEventsMap, SocketData = Anything> {
  readonly id: string;
  readonly handshake: Handshake;
  readonly rooms: Set<string>;
  /** A copy, if the socket lives elsewhere. */
  readonly data: SocketData;
  emit<Name extends EventNames<Emit>>(name: Name, ...args: EventParams<Emit, Name>): boolean;
  /** @param ms milliseconds for the answer to the next emit */
  timeout(ms: number): { emit: RemoteSocket<WithTimeout<Emit>, SocketData>['emit'] };
  join(rooms: string | string[]): unknown;
  leave(room: string): unknown;
  /** @param close whether the whole connection ends, with its sockets in other namespaces */
  disconnect(close?: boolean): unknown;
}

/** The selection of that one socket. */
export interface Reach {
  emit(name: string | symbol, ...args: unknown[]): boolean;
  timeout(ms: number): Reach;
  socketsJoin(rooms: string | string[]): void;
  socketsLeave(rooms: string | string[]): void;
  disconnectSockets(close: boolean): void;
}

/** Describes a socket of another node and reaches it through the adapter. */
export class Elsewhere {
  readonly id: string;
  readonly handshake: object;
  readonly rooms: Set<string>;
  readonly data: unknown;
  readonly #reach: Reach;

  constructor(description: SocketDescription, reach: Reach) {
    this.id = description.id;
    this.handshake = description.handshake;
    this.rooms = new Set(description.rooms);
    this.data = description.data;
    this.#reach = reach;
  }

  /** An acknowledgement gets that one client's answer, not an array. */
  emit(name: string | symbol, ...args: unknown[]): boolean {
    return this.#reach.emit(name, ...args);
  }

  /** @param ms milliseconds for the answer */
  timeout(ms: number): Reach {
    return this.#reach.timeout(ms);
  }

  join(rooms: string | string[]): void {
    this.#reach.socketsJoin(rooms);
  }

  leave(room: string): void {
    this.#reach.socketsLeave(room);
  }

  disconnect(close = false): this {
    this.#reach.disconnectSockets(close);
    return this;
  }
}
