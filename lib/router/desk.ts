/** What the endpoints share: the options, the sessions, and the port through which new ones are announced. */
import type { IncomingMessage } from 'node:http';
import type { WebSocketServer } from 'ws';
import type { Codec } from '../codec/codec.js';
import { engine3, engine3Text } from '../codec/engine3.js';
import { engine4, engine4Text } from '../codec/engine4.js';
import type { Handshake } from '../namespace/wire.js';
import type { Generation, Options } from '../options.js';
import type { Rhythm } from '../session/heartbeat.js';
import type { Birth } from '../session/household.js';
import { arriving, asking, type Manners } from '../session/manners.js';
import type { Registry } from '../session/registry.js';
import type { Session } from '../session/session.js';
import type { Engine } from './engine.js';
import type { HeaderLines } from './passage.js';

export interface Desk {
  readonly options: Options;
  readonly sessions: Registry;
  readonly engine: Engine;
  readonly sockets: WebSocketServer;
  /** Header lines that a WebSocket handshake shall carry, by its request. */
  readonly lines: WeakMap<IncomingMessage, HeaderLines>;
  /** False once the server is closing: nobody new is let in. */
  readonly open: boolean;
  /** Upward, to the server: a client has been let in. */
  opened(birth: Birth, handshake: Handshake): Session;
}

/** How a generation writes; the second for clients that read no binary frames. */
export const codecs: Partial<Record<Generation, readonly [Codec, Codec]>> = {
  3: [engine3, engine3Text],
  4: [engine4, engine4Text],
};

/** How a generation keeps its connections alive. */
export const rhythms: Partial<Record<Generation, (options: Options) => Rhythm>> = {
  3: ({ pingInterval, pingTimeout }) => ({ asker: 'client', every: pingInterval, patience: pingTimeout }),
  4: ({ pingInterval, pingTimeout }) => ({ asker: 'server', every: pingInterval, patience: pingTimeout }),
};

/** What a generation's clients expect when they join. */
export const manners: Partial<Record<Generation, Manners>> = { 3: arriving, 4: asking };
