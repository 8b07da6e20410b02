/** What the endpoints share: the options, the sessions, and the port through which new ones are announced. */
import type { IncomingMessage } from 'node:http';
import type { WebSocketServer } from 'ws';
import type { Codec } from '../codec/codec.js';
import { grammarOf } from '../codec/custom.js';
import { engine3, engine3Text } from '../codec/engine3.js';
import { engine4, engine4Text } from '../codec/engine4.js';
import { revision1 } from '../codec/revision1.js';
import type { SocketioError } from '../errors.js';
import type { Handshake } from '../namespace/wire.js';
import type { Generation, Options } from '../options.js';
import type { Rhythm } from '../session/heartbeat.js';
import type { Birth } from '../session/household.js';
import { arriving, asking, type Manners, present } from '../session/manners.js';
import type { Registry } from '../session/registry.js';
import type { Session } from '../session/session.js';
import type { Wheel } from '../session/wheel.js';
import type { BodyLimits } from '../transport/body.js';
import type { Engine } from './engine.js';
import type { HeaderLines } from './passage.js';
import type { Shelf } from './shelf.js';

export interface Desk {
  readonly options: Options;
  readonly codecs: Codecs;
  readonly sessions: Registry;
  readonly engine: Engine;
  readonly sockets: WebSocketServer;
  readonly wheel: Wheel;
  /** The client's files, if they are served. */
  readonly shelf: Shelf | undefined;
  /** Header lines that a WebSocket handshake shall carry, by its request. */
  readonly lines: WeakMap<IncomingMessage, HeaderLines>;
  /** False once the server is closing: nobody new is let in. */
  readonly open: boolean;
  /** Upward, to the server: a client has been let in. */
  opened(birth: Birth, handshake: Handshake): Session;
  /** Hears of requests that were refused for their bodies, when they had been let in already. */
  bodyRefused?(error: SocketioError, req: IncomingMessage): void;
}

/** What the bodies of POSTs are measured by. */
export function bodyLimits(desk: Desk): BodyLimits {
  const { maxHttpBufferSize: maxBytes, bodyTimeout: timeoutMs } = desk.options;
  return { maxBytes, timeoutMs, refused: (error, req) => desk.bodyRefused?.(error, req) };
}

export type Codecs = Partial<Record<Generation, readonly [Codec, Codec]>>;

/** How a generation writes; the second for clients that read no binary frames. */
const codecs: Codecs = {
  1: [revision1, revision1],
  3: [engine3, engine3Text],
  4: [engine4, engine4Text],
};

/** The same with packets as the option `parser` writes them. @throws what the parser's `Encoder` throws */
export function codecsFor({ parser }: Options): Codecs {
  if (!parser) return codecs;
  const grammar = grammarOf(parser);
  const speaking = (codec: Codec): Codec => codec.speaking?.(grammar) ?? codec;
  return Object.fromEntries(
    Object.entries(codecs).map(([generation, [usual, text]]) => [
      generation,
      [speaking(usual), speaking(text)],
    ]),
  );
}

/** What the clients read that can come back. */
export function returningCodec({ 4: pair }: Codecs): Codec {
  return pair?.[0] ?? engine4;
}

/** How a generation keeps its connections alive. */
export const rhythms: Partial<Record<Generation, (options: Options) => Rhythm>> = {
  1: () => ({ asker: 'carrier', every: 0, patience: 0 }),
  3: ({ pingInterval, pingTimeout }) => ({ asker: 'client', every: pingInterval, patience: pingTimeout }),
  4: ({ pingInterval, pingTimeout }) => ({ asker: 'server', every: pingInterval, patience: pingTimeout }),
};

/** What a generation's clients expect when they join. */
export const manners: Partial<Record<Generation, Manners>> = { 1: present, 3: arriving, 4: asking };
