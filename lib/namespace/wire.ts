/** What a socket knows of its connection: two verbs to speak through, one to slow it down, and what users may look at. */
import type { IncomingMessage } from 'node:http';
import type { Stand } from '../adapter/contract.js';
import type { Entire } from '../adapter/keeper.js';
import type { Parcel } from '../codec/parcel.js';
import type { Anything } from '../events.js';
import type { LimitName } from '../options.js';
import type { Conn } from './connection.js';

/** How one packet wants to travel. */
export interface SendFlags {
  /** Drop the whole packet if the transport cannot take it now. */
  readonly volatile?: boolean;
  /** Let the transport compress it, where compression was negotiated. */
  readonly compress?: boolean;
}

/**
 * What ends: one membership; that, and the connection if nobody else uses it; or the connection, after all its sockets
 * have been sent away.
 * `lost`: the client has another connection, and this one is dead.
 */
export type Extent = 'membership' | 'connection if unused' | 'connection' | 'lost';

/** The way from one socket to its connection. Every verb may be called after the end; it then does nothing. */
export interface Wire {
  /** @returns where the client stands now, if it need not be told by itself what comes next */
  send(parcel: Parcel, flags?: SendFlags): Stand<Parcel> | undefined;
  /** The socket has left its namespace (or was refused). */
  close(extent: Extent): void;
  /** `false` stops reading from the client (nothing is lost, silence is not held against it); `true` resumes. */
  flow(open: boolean): void;
}

/** The connection behind a socket, shared by the sockets that one client has in several namespaces. */
export interface Client {
  readonly id: string;
  readonly conn: Conn;
  /**
   * The request of the handshake; what the site's middleware put on it (`session`, `user`) is readable here. `null`
   * where the program has said `conn.request = null`.
   */
  readonly request: IncomingMessage;
  /** A bound of this client's has been reached. @internal */
  limited(limit: LimitName): void;
}

/** What a client said when it came; a plain object, free of cycles. */
export interface Handshake {
  readonly headers: IncomingMessage['headers'];
  /** When, as text. */
  readonly time: string;
  readonly address: string;
  /** Whether the request had an `Origin`. */
  readonly xdomain: boolean;
  readonly secure: boolean;
  /** When, in milliseconds since 1970. */
  readonly issued: number;
  /** As the client sent it, mount path included. */
  readonly url: string;
  readonly query: Readonly<Record<string, string | string[]>>;
  /** The payload of CONNECT. */
  auth: Readonly<Record<string, Anything>>;
}

/** One client asking for one namespace. */
export interface Arrival {
  /** The id that the socket shall have. */
  readonly id: string;
  readonly client: Client;
  readonly wire: Wire;
  readonly handshake: Handshake;
  /**
   * Present for clients that know how to come back: whether so many frames and bytes, sent now, would arrive as one
   * piece or not at all.
   */
  readonly entire?: Entire;
}
