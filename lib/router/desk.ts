/** What the endpoints share: the options, the sessions, and the port through which new ones are announced. */
import type { IncomingMessage } from 'node:http';
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
import { FEW_FRAMES, PollGaps, type PollingLimits } from '../transport/poll-gap.js';
import { MANY_FRAMES } from '../transport/transport.js';
import type { Watch } from '../watch/watch.js';
import type { Engine } from './engine.js';
import type { Lobby } from './lobby.js';
import type { HeaderLines } from './passage.js';
import { describeAsker } from './refusal.js';
import type { Shelf } from './shelf.js';
import { addressOf, readTicket } from './ticket.js';
import type { ShakeHands } from './websockets.js';

export interface Desk {
  readonly options: Options;
  readonly codecs: Codecs;
  readonly rhythms: Rhythms;
  readonly sessions: Registry;
  readonly engine: Engine;
  readonly greet: ShakeHands;
  readonly wheel: Wheel;
  readonly watch: Watch;
  readonly lobby: Lobby;
  /** The client's files, if they are served. */
  readonly shelf: Shelf | undefined;
  readonly measures: Measures;
  /** Header lines that a WebSocket handshake shall carry, by its request. */
  readonly lines: WeakMap<IncomingMessage, HeaderLines>;
  /** False once the server is closing: nobody new is let in. */
  readonly open: boolean;
  /** Upward, to the server: a client has been let in. */
  opened(birth: Birth, handshake: Handshake): Session;
}

/** What clients without a connection of their own are measured by; one for all of them. */
export interface Measures {
  readonly posts: BodyLimits;
  readonly polls: PollingLimits;
  /** Of those who refuse an answer of many packets. */
  readonly fewPackets: PollingLimits;
}

/** Browsers and the official client in Node; of others nobody knows that they do not refuse them. */
const takers = /^(Mozilla\/|node-XMLHttpRequest$)/;

/** Whether a client takes answers of many packets. */
export function takesMany(agent = ''): boolean {
  return takers.test(agent);
}

/** What is refused by them is told like any other refusal. */
export function measuresFor(options: Options, watch: Watch, sessions: Registry): Measures {
  const { maxHttpBufferSize, bodyTimeout, pollTimeout } = options;
  const refused = (error: SocketioError, req: IncomingMessage): void => {
    const ticket = readTicket(req);
    const session = sessions.get(ticket.sid ?? '');
    // A connection that has broken has no address any more.
    const address = addressOf(req) || (session?.birth.remoteAddress ?? '');
    watch.refused(error, () => ({ ...describeAsker(req, ticket), address }), session);
  };
  const posts = { maxHttpBufferSize, bodyTimeout, refused };
  const polls = { ...posts, gaps: new PollGaps(pollTimeout), mostFrames: MANY_FRAMES };
  return { posts, polls, fewPackets: { ...polls, mostFrames: FEW_FRAMES } };
}

export type Rhythms = Partial<Record<Generation, Rhythm>>;
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
export function rhythmsFor({ pingInterval: every, pingTimeout: patience }: Options): Rhythms {
  return {
    1: { asker: 'carrier', every: 0, patience: 0 },
    3: { asker: 'client', every, patience },
    4: { asker: 'server', every, patience },
  };
}

/** What a generation's clients expect when they join. */
export const manners: Partial<Record<Generation, Manners>> = { 1: present, 3: arriving, 4: asking };
