/** What a session is given: its birth facts, what all sessions share, and the port upward. */
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import type { Codec, DecodeLimits } from '../codec/codec.js';
import type { DisconnectReason } from '../errors.js';
import type { Packet } from '../packet.js';
import type { HeaderPairs } from '../transport/envelope.js';
import type { Watch } from '../watch/watch.js';
import type { Rhythm } from './heartbeat.js';
import type { Manners } from './manners.js';
import type { PressureLimits } from './pressure.js';
import type { Ticks } from './ticks.js';
import type { Wheel } from './wheel.js';

/** Upward, to the landing. */
export interface SessionEvents {
  /** @param size bytes on the wire, attachments included */
  packet(packet: Packet, size: number): void;
  /** Nothing more comes from this client; told once. */
  closed(reason: DisconnectReason, description?: unknown): void;
  /** Nothing more goes to it either; the id may be forgotten. */
  ended(): void;
}

/** What the site said when it let this client in; its later requests are measured by it. */
export interface Admission {
  /** The path that the client uses, as it sent it. */
  readonly path: string;
  readonly origin: string | undefined;
  /** Headers that later answers repeat. */
  readonly headers: OutgoingHttpHeaders;
  /** The same with all that an answer to the same origin has besides. */
  readonly letterhead: HeaderPairs;
}

/** What a session is born with. */
export interface Birth {
  readonly id: string;
  readonly codec: Codec;
  readonly rhythm: Rhythm;
  readonly manners: Manners;
  /** Engine.IO revision, as users see it. */
  readonly protocol: number;
  /** `null`, whatever the type says, where the program has thrown it away: it asked for that. */
  request: IncomingMessage;
  readonly remoteAddress: string;
  readonly admission: Admission;
  /** Header names and values of the handshake, for a client that says them again with each poll. */
  readonly lines?: HeaderPairs | undefined;
}

/** What all sessions of a server share. */
export interface Household {
  readonly wheel: Wheel;
  readonly ticks: Ticks;
  readonly limits: DecodeLimits &
    PressureLimits & { readonly upgradeTimeout: number; readonly attachmentTimeout: number };
  /** A listener of a connection has failed. */
  readonly failed: (error: unknown, event: string) => void;
  readonly watch: Watch;
}
