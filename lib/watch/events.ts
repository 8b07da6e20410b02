/** What observers may know: the channels of `node:diagnostics_channel`, and what is said there. No secret is among it. */
import { type Channel, channel } from 'node:diagnostics_channel';
import type { DisconnectReason, RefusalCode } from '../errors.js';
import type { LimitName, TransportName } from '../options.js';

/** A client, without anything by which somebody else could be taken for it. */
export interface ObservedClient {
  /** Counts the sessions of one server from 1 on; the same in all that is told of a session. */
  readonly session: number;
  /** 1, 3 or 4, as in the option `generations`. */
  readonly generation: number;
  /** What carries it at present; absent if it has gone before it came by any: clients of revision 1 may. */
  readonly transport?: TransportName;
  /** As in `socket.handshake.address`. */
  readonly address: string;
}

/** A request or an upgrade that got an error for an answer. */
export interface ObservedRefusal {
  readonly code: RefusalCode;
  /**
   * HTTP status. Clients of revision 1 whose session is not here get 101 or 200, and a packet that sends them away; a
   * WebSocket that a polling client tries has got 101 before it breaks the rules.
   */
  readonly status: number;
  /** Absent if the client named none that is known. */
  readonly generation?: number;
  /** Absent if the client named none that is known. */
  readonly transport?: TransportName;
  readonly upgrade: boolean;
  readonly address: string;
}

export interface ObservedClose extends ObservedClient {
  readonly reason: DisconnectReason;
  /** More of it, for people; absent if the reason says all. */
  readonly why?: string;
}

/** A bound has been reached. */
export interface ObservedLimit extends Partial<ObservedClient> {
  /** The option that says how much there may be. */
  readonly limit: LimitName;
}

export interface ObservedSlowConsumer extends ObservedClient {
  /** Names the option that allows no more. */
  readonly why: string;
  /** Bytes that waited for it. */
  readonly bufferedAmount: number;
}

/** What is published, by channel. */
export interface DiagnosticsEvents {
  /** A client has been let in, and its first transport is there; it has not joined a namespace yet. */
  readonly 'socketio:handshake': ObservedClient;
  /** A polling client has moved to a WebSocket. */
  readonly 'socketio:upgrade': ObservedClient;
  readonly 'socketio:refusal': ObservedRefusal;
  /** The end of a session: nothing more comes from this client. */
  readonly 'socketio:close': ObservedClose;
  readonly 'socketio:limit': ObservedLimit;
  /** A client is about to be closed, since it does not take what waits for it. */
  readonly 'socketio:slow-consumer': ObservedSlowConsumer;
}

type ChannelName = keyof DiagnosticsEvents;

export const channels: Readonly<Record<ChannelName, Channel>> = {
  'socketio:handshake': channel('socketio:handshake'),
  'socketio:upgrade': channel('socketio:upgrade'),
  'socketio:refusal': channel('socketio:refusal'),
  'socketio:close': channel('socketio:close'),
  'socketio:limit': channel('socketio:limit'),
  'socketio:slow-consumer': channel('socketio:slow-consumer'),
};
