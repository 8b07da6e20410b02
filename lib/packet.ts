/** The neutral packet: what every generation of the protocol means, however it writes it. */

/** @see socket.io-protocol v5, "Packet types"; binary variants are a matter of the codec. */
export const PacketType = {
  CONNECT: 0,
  DISCONNECT: 1,
  EVENT: 2,
  ACK: 3,
  CONNECT_ERROR: 4,
} as const;

/** Joins a namespace (in), or says that it has been joined (out). */
export interface ConnectPacket {
  readonly type: typeof PacketType.CONNECT;
  nsp: string;
  /** In: how the client addresses the namespace, if not by its name: revision 1 has a query behind it, for good. */
  readonly address?: string;
  /** In: the client's `auth`, or the query of the namespace URL in older protocols. Out: `{ sid, pid? }`. */
  readonly data?: Readonly<Record<string, unknown>>;
}

/** Leaves a namespace, or tells the client that it has been removed from it. */
export interface DisconnectPacket {
  readonly type: typeof PacketType.DISCONNECT;
  nsp: string;
}

/** An event with its arguments; `send()` is the event `message`. */
export interface EventPacket {
  readonly type: typeof PacketType.EVENT;
  nsp: string;
  /** Name first, then the arguments. */
  readonly data: unknown[];
  /** Present when an acknowledgement is asked for. */
  id?: number;
  /** A revision-1 packet whose id lacks `+`: a bare receipt is owed at once, not by the application. */
  readonly receipt?: true;
  /** How `send()` travels in revision 1: type 3 is `text`, type 4 is `json`. Absent for a plain event. */
  readonly form?: 'text' | 'json';
  /** Where a client that can come back stands once it has this event; written by codecs whose clients know of it. */
  offset?: string | LateText;
}

/** A text that is known only when all in front of it has been written. */
export interface LateText {
  toJSON(): string;
}

/** The answer to an event that had an id. */
export interface AckPacket {
  readonly type: typeof PacketType.ACK;
  nsp: string;
  readonly id: number;
  readonly data: unknown[];
}

/** Refuses a CONNECT; the connection stays open for other namespaces. */
export interface ConnectErrorPacket {
  readonly type: typeof PacketType.CONNECT_ERROR;
  nsp: string;
  readonly data: { readonly message: string; readonly data?: unknown };
}

export type Packet = ConnectPacket | DisconnectPacket | EventPacket | AckPacket | ConnectErrorPacket;

/** Names that mean something to Socket.IO itself: never sent by a user, never accepted from a client. */
export const RESERVED_EVENTS: ReadonlySet<unknown> = new Set([
  'connect',
  'connect_error',
  'disconnect',
  'disconnecting',
  'newListener',
  'removeListener',
]);

/** Marks the end of a `switch` over a closed union. */
export function never(value: never): never {
  throw new TypeError(`not in the union: ${String(value)}`);
}
