/** One connection as users see it: `socket.conn`, with the names of Engine.IO. */
import type { IncomingMessage } from 'node:http';
import type { Emitter } from '../emitter.js';
import type { Anything } from '../events.js';

/** An Engine.IO packet; `error` is input that is none. */
export interface EnginePacket {
  readonly type: 'open' | 'close' | 'ping' | 'pong' | 'message' | 'upgrade' | 'noop' | 'error';
  readonly data?: string | Buffer;
}

/** An Engine.IO packet on its way out. */
export interface CreatedPacket extends EnginePacket {
  /** How it was sent: whether it may be compressed, and whether it would have been dropped for a client that is busy. */
  readonly options: { readonly compress: boolean; readonly volatile?: true };
}

/** @see engine.io 6, the events of a transport */
export type CarrierEvents = {
  /** A packet has come, and has not been acted on yet. */
  packet: (packet: EnginePacket) => void;
  /** It has taken what it was given. */
  drain: () => void;
  /** It has failed; `close` follows. */
  error: (error: Error) => void;
  /** It carries nothing any more: the connection has ended, or goes another way. */
  close: () => void;
};

/** What carries a connection at present; another object after an upgrade. */
export interface Carrier extends Emitter<CarrierEvents> {
  readonly name: string;
  /** Whether it can take something now. */
  readonly writable: boolean;
}

/** @see engine.io 6, the events of a socket */
export type ConnEvents = {
  /** A packet has come, and has not been acted on yet. */
  packet: (packet: EnginePacket) => void;
  /** A packet is about to be queued. */
  packetCreate: (packet: CreatedPacket) => void;
  /** A message has come, and has not been acted on yet. */
  data: (data: string | Buffer) => void;
  /** The same as `data`. */
  message: (data: string | Buffer) => void;
  /** The client has shown in time that it lives. */
  heartbeat: () => void;
  /** A polling client tries a WebSocket. */
  upgrading: (transport: Carrier) => void;
  /** It has moved there. */
  upgrade: (transport: Carrier) => void;
  /** These packets are given to the transport. */
  flush: (packets: CreatedPacket[]) => void;
  /** They have been given to it. */
  drain: () => void;
  /** The end, told once. */
  close: (reason: string, description?: Anything) => void;
  /** Never told: nobody can know a connection before it is open. */
  open: () => void;
  /** Never told: what goes wrong ends the connection, and is the description of `close`. */
  error: (error: Error) => void;
};

/** What a connection tells beyond its events. */
export interface Conn extends Emitter<ConnEvents> {
  /** The session id; a secret of this client. */
  readonly id: string;
  /** Engine.IO revision: 3 or 4; 1 for protocol revision 1. */
  readonly protocol: number;
  readonly transport: Carrier;
  readonly remoteAddress: string;
  readonly readyState: 'opening' | 'open' | 'closing' | 'closed';
  /** The first request of this client, even after an upgrade. */
  get request(): IncomingMessage;
  /** `null` throws it away: then nobody can read it, and it takes no memory. */
  set request(request: IncomingMessage | null);
  /** Whether the client is trying a WebSocket. */
  readonly upgrading: boolean;
  /** Whether it has moved to one. */
  readonly upgraded: boolean;
  /** Bytes accepted for this client and not yet handed to the operating system. */
  readonly bufferedAmount: number;
  /** Settles when nothing is waiting for this client any more, or the connection has ended. */
  drained(): Promise<void>;
  /**
   * Sends an Engine.IO message, behind what waits already.
   * @param sent called when the operating system has it; never, if the connection ends before
   */
  send(data: string | ArrayBuffer | NodeJS.ArrayBufferView, options?: object, sent?: Sent): this;
  /** The same as `send`. */
  write(data: string | ArrayBuffer | NodeJS.ArrayBufferView, options?: object, sent?: Sent): this;
  /**
   * Ends the connection and all sockets on it, with `forced close`.
   * @param discard do not wait until the client has come for what waits
   */
  close(discard?: boolean): void;
}

export type Sent = (transport: Carrier) => void;
