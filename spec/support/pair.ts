/** One lawful pair of the battery: a client generation or version, and the way it connects. What differs is a value here. */

import type { UserOptions } from '../../lib/index.js';

/** What a client says when it asks for a namespace. */
export interface Introduction {
  readonly auth?: Record<string, unknown>;
  readonly query?: Record<string, string>;
  readonly headers?: Record<string, string>;
  /** Whether it comes again by itself after it has lost its connection. @default false */
  readonly returns?: boolean;
}

/** Somebody in front of a site: one genuine client in one namespace. */
export interface Guest {
  readonly id: string | undefined;
  readonly connected: boolean;
  /** The transport that carries it now, in the server's words. */
  readonly transport: string;
  on(event: string, listener: (...args: unknown[]) => void): unknown;
  off(event: string, listener: (...args: unknown[]) => void): unknown;
  /** A function as the last argument takes the answer. */
  emit(event: string, ...args: unknown[]): unknown;
  send(...args: unknown[]): unknown;
  /** Emits and promises all arguments of the answer. */
  ask(event: string, ...args: unknown[]): Promise<unknown[]>;
  /** Begins, or begins anew. */
  enter(): void;
  /** Leaves the namespace, as a program does. */
  leave(): void;
  /** Closes the connection, as a page that goes away. */
  hangUp(): void;
  /** Says nothing any more, not even that it lives. */
  mute(): void;
  /** Says something that no client of its kind would say. */
  blurt(frame: string): Promise<void>;
  /** Another namespace over the same connection. */
  beside(namespace: string, introduction?: Introduction): Guest;
  /** The other verbs of its kind, where it has them. */
  readonly verbs: Verbs;
}

/** Verbs that came with later versions. */
export interface Verbs {
  readonly volatile?: { emit(event: string, ...args: unknown[]): unknown };
  timeout?(ms: number): {
    emit(event: string, ...args: unknown[]): unknown;
    emitWithAck?(event: string, ...args: unknown[]): Promise<unknown>;
  };
  emitWithAck?(event: string, ...args: unknown[]): Promise<unknown>;
  onAny?(listener: (...args: unknown[]) => void): unknown;
}

export interface Pair {
  /** What the server has to be told of it. */
  readonly server?: UserOptions;
  /** As it stands in the report: `4.8.4 by websocket`. */
  readonly name: string;
  /** What `socket.conn` shows. */
  readonly protocol: number;
  /** The beginning of the address at which it shakes hands. */
  readonly address: string;
  /** The transport it begins with, and the one it ends up with. */
  readonly first: string;
  readonly last: string;
  /** Whether it tells its credentials apart from the query (`auth`). */
  readonly tellsAuth: boolean;
  /** The event that tells it of a refusal. */
  readonly refused: string;
  /** What it makes of a refusal with `message` and `data`. */
  refusal(message: string, data: unknown): unknown;
  /** The same, from what the event brought. */
  told(error: unknown): unknown;
  /** Whether a socket that enters again has an id that it never had. */
  readonly freshIds: boolean;
  /** Names of events that it keeps for itself. */
  readonly ownEvents: readonly string[];
  /** What its kind of client can do. */
  readonly can: {
    readonly binary: boolean;
    readonly timeout: boolean;
    readonly emitWithAck: boolean;
    readonly onAny: boolean;
    readonly volatile: boolean;
    /** Send parts of an ArrayBuffer as binary data. */
    readonly views: boolean;
    /** Ask for `/` again on the connection that it has. */
    readonly askAgain: boolean;
    /** Send headers of its own. */
    readonly headers: boolean;
    /** Send several arguments as one message. */
    readonly sendMany: boolean;
    /** End by itself when it hears nothing any more. */
    readonly noticeSilence: boolean;
  };
  /** The client's own words for the ends of a connection. */
  readonly words: {
    readonly dismissed: string;
    readonly left: string;
    readonly hungUp: string | undefined;
    readonly serverClosed: string | undefined;
    readonly cut: string | undefined;
    readonly silence: string | undefined;
  };
  /** The server's words for a connection that breaks, and for one that the client closes. */
  readonly cut: string;
  readonly gone: string;
  /** What a site is given so that such a client is missed soon, or misses the site. */
  readonly impatient: UserOptions;
  /** Frames that are wrong in different ways; absent where the generation has no such wrong. */
  readonly blunders: Partial<Record<'unknownFrame' | 'unknownPacket' | 'heartbeat' | 'stranger', string>>;
  /** Values of the battery that its parser makes something else of. */
  readonly altered?: readonly string[];
  /** A new guest, who has not entered yet. */
  guest(url: string, namespace: string, introduction: Introduction): Guest;
}
