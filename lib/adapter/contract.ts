/** The contract between a namespace and its adapter, in the ecosystem's names, and what our own adapter asks of its host. */
import type { EventEmitter } from 'node:events';
import type { EventPacket } from '../packet.js';

/** How a broadcast wants to travel; other nodes get these, too. */
export interface BroadcastFlags {
  /** Dropped for each client whose transport cannot take it now. */
  readonly volatile?: boolean;
  readonly compress?: boolean;
  /** Stays on this node. */
  readonly local?: boolean;
  readonly broadcast?: boolean;
  readonly binary?: boolean;
  /** Milliseconds that acknowledgements are waited for. */
  readonly timeout?: number;
  /** One client is meant: its answer comes without an array around it. */
  readonly expectSingleResponse?: boolean;
}

/** Who is meant: the members of any of the rooms (of none: everybody), without the members of the excepted ones. */
export interface BroadcastOptions {
  readonly rooms: Set<string>;
  readonly except?: Set<string>;
  readonly flags?: BroadcastFlags;
}

/** A socket as `fetchSockets` shows it, on whatever node it lives. */
export interface SocketDescription {
  readonly id: string;
  readonly handshake: object;
  readonly rooms: Iterable<string>;
  readonly data: unknown;
}

/** What is kept of a socket that may come back. */
export interface SessionToPersist {
  readonly sid: string;
  readonly pid: string;
  readonly rooms: readonly string[];
  readonly data: unknown;
}

/** The same, found again, with what it missed; each packet is `[event, ...args, offset]`. */
export interface RestoredSession extends SessionToPersist {
  readonly missedPackets: readonly unknown[][];
}

/** An acknowledgement's arguments as the client sent them. */
export type AckListener = (...args: unknown[]) => void;

/** Who is in which room, and how to reach them; users listen to `create-room`, `delete-room`, `join-room`, `leave-room`. */
export interface Adapter extends EventEmitter {
  readonly rooms: Map<string, Set<string>>;
  readonly sids: Map<string, Set<string>>;
  init(): void | Promise<void>;
  close(): void | Promise<void>;
  /** Nodes that serve this namespace, this one included. */
  serverCount(): Promise<number>;
  addAll(id: string, rooms: Set<string>): void | Promise<void>;
  del(id: string, room: string): void | Promise<void>;
  delAll(id: string): void | Promise<void>;
  /** @throws what encoding the packet throws */
  broadcast(packet: EventPacket, options: BroadcastOptions): void | Promise<void>;
  /**
   * @param onCount called once per node with its number of receivers
   * @param onAck called with each client's answer
   * @throws what encoding the packet throws
   */
  broadcastWithAck(
    packet: EventPacket,
    options: BroadcastOptions,
    onCount: (clients: number) => void,
    onAck: AckListener,
  ): void;
  sockets(rooms: Set<string>): Promise<Set<string>>;
  socketRooms(id: string): Set<string> | undefined;
  fetchSockets(options: BroadcastOptions): Promise<SocketDescription[]>;
  addSockets(options: BroadcastOptions, rooms: string[]): void | Promise<void>;
  delSockets(options: BroadcastOptions, rooms: string[]): void | Promise<void>;
  disconnectSockets(options: BroadcastOptions, close: boolean): void | Promise<void>;
  /** Speaks to the other nodes; the last argument may be `(error, responses)`. */
  serverSideEmit(args: unknown[]): void | Promise<void>;
  persistSession(session: SessionToPersist): void;
  restoreSession(pid: string, offset: string): Promise<RestoredSession | null | undefined>;
}

/**
 * Where clients stand who have been told the same since they were written to last: what all of them are told next is
 * said once. It ends when they are written to.
 */
export interface Stand<Letter> {
  /** Clients that stand here. */
  readonly holders: number;
  /**
   * Whether they can be told this together.
   * @throws what encoding it throws
   */
  fits(letter: Letter): boolean;
  /** Tells all of them. */
  goOn(letter: Letter): void;
}

/** A connected socket, as our own adapter sees it. */
export interface Resident<Letter> extends SocketDescription {
  /**
   * Sends; one call per receiver is all that a broadcast costs here.
   * @returns where its client stands now; nothing if it must be told by itself what comes next
   */
  deliver(letter: Letter, flags: BroadcastFlags): Stand<Letter> | undefined;
  /** Waits for an answer, unless the socket waits for too many already. */
  expect(id: number, answer: AckListener): void;
  forget(id: number): void;
  join(rooms: string | string[]): unknown;
  leave(room: string): unknown;
  disconnect(close?: boolean): unknown;
}

/** Those who are in a namespace, by id. */
export interface Members<Member> {
  get(id: string): Member | undefined;
  /** In the order of their coming. Those who leave meanwhile are left out. */
  values(): Iterable<Member>;
}

/** A namespace, as our own adapter sees it; `Letter` is a packet made ready for many receivers, closed to the adapter. */
export interface Host<Letter> {
  readonly name: string;
  /** Connected sockets only. */
  readonly members: Members<Resident<Letter>>;
  /** The next acknowledgement's number, shared by everything that is emitted in the namespace. */
  readonly ids: { next: number };
  /** Whether anybody has ever listened in on what a client here is told: then each is told by itself. */
  readonly overheard: boolean;
  /** How often somebody has come, or begun to leave: who is leaving is still in rooms, and told nothing. */
  readonly turnover: number;
  seal(packet: EventPacket): Letter;
}

/** A namespace that adapters of the ecosystem can be hosted in. */
export interface Hospitable<Letter> extends Host<Letter> {
  /** @returns the packet that somebody else has encoded as Socket.IO 5 text and attachments; `undefined` if it is none */
  unseal(encoded: readonly (string | Uint8Array)[]): Letter | undefined;
  /** An event of another node, with an answering function if it waits for one. */
  onServerSideEmit(args: unknown[]): void;
}
