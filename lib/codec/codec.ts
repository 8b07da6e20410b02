/** The contract of a codec: one generation of the wire, between frames and neutral packets. */
import type { ConnectErrorPacket, ConnectPacket, Packet } from '../packet.js';

/** One Engine.IO packet, or one revision-1 packet: text, or binary with whatever prefix the generation wants. */
export type Frame = string | Buffer;

/** What keeps a connection alive or ends it; the session deals with these, no namespace sees them. */
export interface Signal {
  readonly type: 'open' | 'close' | 'ping' | 'pong' | 'upgrade' | 'noop';
  /** What follows the type on the wire: the handshake, `probe`, an error text. */
  readonly data?: string;
}

/** Input that no client of this generation would send; the connection ends. */
export interface Malformed {
  readonly type: 'malformed';
  /** `engine`: not even a frame of this generation. `socket`: a good frame with a bad Socket.IO packet in it. */
  readonly layer: 'engine' | 'socket';
  /** For people; never contains the input. */
  readonly why: string;
}

/** A packet, a signal, a refusal; `undefined` when there is nothing to act on (yet): attachments are due, or it is ignored. */
export type Decoded = Packet | Signal | Malformed | undefined;

/** Bounds on one incoming packet. */
export interface DecodeLimits {
  /** Most binary attachments of one packet. */
  readonly maxAttachments: number;
  /** Most bytes of one packet, all attachments included. */
  readonly maxPayload: number;
  /** Most arguments of one event or acknowledgement, its name not counted. */
  readonly maxArguments: number;
  /** Most levels of nested arrays and objects. */
  readonly maxDepth: number;
  /** Most arrays and objects; a name that is new where it stands counts as four. */
  readonly maxValues: number;
  /** Most UTF-16 code units in an event name. */
  readonly maxNameLength: number;
  /** Most UTF-16 code units in the name of a namespace. */
  readonly maxNamespaceLength: number;
}

/** Reads the frames of one connection, in order. It never throws on input. */
export interface Decoder {
  decode(frame: Frame): Decoded;
  /** Whether attachments of a packet are due. */
  readonly unfinished?: boolean;
  /** Nothing more comes. */
  end?(): void;
}

/** Reads Socket.IO messages, taken out of their frames. It never throws on input. */
export interface MessageReader {
  /** @param at where the message begins in the frame */
  text(frame: string, at: number): Decoded;
  binary(bytes: Buffer): Decoded;
  /** Whether attachments of a packet are due. */
  readonly unfinished?: boolean;
  end?(): void;
}

/** What Socket.IO protocols 4 and 5 do not share: all of it is about joining a namespace. */
export interface Dialect {
  /**
   * What a client's CONNECT means, if anything: `address` is what stands for the namespace, `payload` its JSON or
   * `undefined`.
   */
  readonly readConnect: (address: string, payload: unknown) => ConnectPacket | Malformed | undefined;
  /** The JSON value of a CONNECT to a client, or `undefined`. */
  readonly connectPayload: (packet: ConnectPacket) => unknown;
  /** The JSON value of a CONNECT_ERROR. */
  readonly refusalPayload: (packet: ConnectErrorPacket) => unknown;
}

/** Another way to write packets than a generation's own. */
export interface Grammar {
  /** @throws what encoding throws */
  write(packet: Packet, dialect: Dialect): readonly Frame[];
  reader(dialect: Dialect, limits: DecodeLimits): MessageReader;
}

/** How several frames share one HTTP body. */
export interface PayloadFormat {
  /** Whether a client may send a body as `application/octet-stream`. */
  readonly binary?: boolean;
  pack(frames: readonly Frame[]): Frame;
  /** The frames before the first fault, then (if there is one) the fault. */
  unpack(body: Frame): Unpacked<Frame>;
  /** Some of them, where a whole body takes long; absent where none does. @param from `next` of those before */
  unpackSome?(body: Frame, from: number): Unpacked<Frame>;
}

export interface Unpacked<F extends Frame> {
  readonly frames: F[];
  readonly fault?: Malformed;
  /** Where more of them begin. */
  readonly next?: number;
}

/** A frame taken apart as far as its head tells, for those who watch a connection. */
export interface Shown {
  readonly type: Signal['type'] | 'message' | 'error';
  readonly data?: string | Buffer;
}

/** One generation. Stateless: only its decoders remember (half-arrived attachments). */
export interface Codec {
  readonly name: 'engine4' | 'engine3' | 'revision1';
  /** The place of this codec in a parcel's cache; unique among codecs. */
  readonly slot: number;
  readonly payload: PayloadFormat;
  /** A codec whose frames this one can make its own frames of, without the packet. */
  readonly basis?: { readonly slot: number; turn(frames: readonly Frame[]): readonly Frame[] };
  encode(packet: Packet): readonly Frame[];
  signal(signal: Signal): Frame;
  decoder(limits: DecodeLimits): Decoder;
  /** The same frames with other packets in them; for a server that uses it instead. Absent where frames are packets. */
  speaking?(grammar: Grammar): Codec;
  /** A frame of either direction, whatever is in it. */
  show(frame: Frame): Shown;
  /** A message that is no packet of ours. */
  message(data: string | Buffer): Frame;
}
