/** The text grammar of Socket.IO protocols 4 and 5, which differ only in a few values: their dialect. */
import { Buffer } from 'node:buffer';
import type { AckPacket, EventPacket, LateText, Packet } from '../packet.js';
import { never, PacketType } from '../packet.js';
import { attach, detach } from './attachments.js';
import type { Decoded, DecodeLimits, Dialect, MessageReader } from './codec.js';
import { type Header, readHeader } from './header.js';
import { readJson, Unreadable } from './json.js';
import { crowded, longNamespace, nameFault, oversize, socketFault } from './malformed.js';

/** One packet as Engine.IO messages: a text, then binaries. */
export interface Message {
  /** With the type of its frame, which is the same in Engine.IO 3 and 4. */
  readonly text: string;
  readonly attachments: readonly Buffer[];
}

// packet      = plain-type [namespace ","] [id] [json]
//             / binary-type count "-" [namespace ","] [id] json *attachment
// plain-type  = %x30-34                      ; CONNECT DISCONNECT EVENT ACK CONNECT_ERROR
// binary-type = "5" / "6"                    ; EVENT and ACK with attachments
// count       = %x31-39 *DIGIT
// namespace   = "/" *<any character but ","> ; none is "/"; the comma may be missing if nothing follows
// id          = 1*15DIGIT
// attachment  = one binary Engine.IO message, directly after the text

const BINARY = 3;

/**
 * Writes one packet.
 * @param offset what stands behind the arguments of an event; in them from the start, since a text taken apart and put
 * together again is copied twice
 * @throws what `JSON.stringify` throws, and `RangeError` for a cycle
 * @see socket.io-protocol v5, "Packet encoding"
 */
export function encodeMessage(packet: Packet, dialect: Dialect, offset?: string | LateText): Message {
  switch (packet.type) {
    case PacketType.EVENT:
    case PacketType.ACK:
      return encodeData(packet, offset ? [...packet.data, offset] : packet.data);
    case PacketType.CONNECT:
      return encodePlain(packet, dialect.connectPayload(packet));
    case PacketType.CONNECT_ERROR:
      return encodePlain(packet, dialect.refusalPayload(packet));
    case PacketType.DISCONNECT:
      return encodePlain(packet, undefined);
    default:
      return never(packet);
  }
}

function encodeData(packet: EventPacket | AckPacket, args: readonly unknown[]): Message {
  const { data, attachments } = detach(args);
  const type = attachments.length === 0 ? packet.type : `${packet.type + BINARY}${attachments.length}-`;
  return { text: `4${type}${prefix(packet.nsp)}${packet.id ?? ''}${JSON.stringify(data)}`, attachments };
}

function encodePlain(packet: Packet, payload: unknown): Message {
  // What JSON has no words for, such as a function, is nothing.
  const json: string | undefined = JSON.stringify(payload);
  return { text: `4${packet.type}${prefix(packet.nsp)}${json ?? ''}`, attachments: [] };
}

function prefix(nsp: string): string {
  return nsp === '/' ? '' : `${nsp},`;
}

/** A packet whose attachments are still arriving. */
interface Unfinished {
  /** Absent if there will be nothing to act on: an acknowledgement of nothing. */
  readonly packet: EventPacket | AckPacket | undefined;
  readonly data: unknown[];
  readonly count: number;
  readonly attachments: Buffer[];
  bytes: number;
}

const EVENT_DIGIT = 0x32;
const BRACKET = 0x5b;

/** The header of the usual packet. */
const rootEvent = { type: PacketType.EVENT, attachments: 0, nsp: '/', id: undefined };

/** Reads the Engine.IO messages of one connection, in order. */
export class MessageDecoder implements MessageReader {
  readonly #dialect: Dialect;
  readonly #limits: DecodeLimits;
  #unfinished: Unfinished | undefined;

  constructor(dialect: Dialect, limits: DecodeLimits) {
    this.#dialect = dialect;
    this.#limits = limits;
  }

  get unfinished(): boolean {
    return this.#unfinished !== undefined;
  }

  /** @param at where the message begins in the frame: after the Engine.IO type */
  text(frame: string, at: number): Decoded {
    if (this.#unfinished) {
      this.#unfinished = undefined;
      return socketFault('text while attachments are due');
    }
    const fault = oversize(frame, this.#limits);
    if (fault) return fault;
    // The usual packet, an event in `/` without id, has no header to read.
    if (frame.charCodeAt(at) === EVENT_DIGIT && frame.charCodeAt(at + 1) === BRACKET) {
      return this.#event(rootEvent, this.#json(frame, at + 1), frame);
    }
    const header = readHeader(frame, at, this.#limits);
    return 'why' in header ? header : this.#packet(header, frame);
  }

  /** One attachment. */
  binary(bytes: Buffer): Decoded {
    const unfinished = this.#unfinished;
    if (!unfinished) return socketFault('binary data when no attachment is due');
    unfinished.attachments.push(bytes);
    unfinished.bytes += bytes.length;
    const isLarge = unfinished.bytes > this.#limits.maxPayload;
    if (!isLarge && unfinished.attachments.length < unfinished.count) return undefined;
    this.#unfinished = undefined;
    if (isLarge) return socketFault('more than maxHttpBufferSize bytes');
    return attach(unfinished.data, unfinished.attachments, this.#limits) ?? unfinished.packet;
  }

  #packet(header: Header, frame: string): Decoded {
    const payload = header.end < frame.length ? this.#json(frame, header.end) : undefined;
    if (payload instanceof Unreadable) return socketFault(payload.why);
    switch (header.type) {
      case PacketType.CONNECT:
        return this.#connect(header.nsp, payload);
      case PacketType.DISCONNECT:
        if (payload !== undefined) return socketFault('a DISCONNECT with a payload');
        return { type: PacketType.DISCONNECT, nsp: header.nsp };
      case PacketType.CONNECT_ERROR:
        return socketFault('a CONNECT_ERROR from a client');
      case PacketType.ACK:
      case PacketType.ACK + BINARY:
        return this.#ack(header, payload, frame);
      default:
        return this.#event(header, payload, frame);
    }
  }

  /** The name of the namespace is measured only here: in protocol 4 a query may follow it. */
  #connect(address: string, payload: unknown): Decoded {
    const connect = this.#dialect.readConnect(address, payload);
    if (connect === undefined || connect.type === 'malformed') return connect;
    return longNamespace(connect.nsp, this.#limits) ?? connect;
  }

  #event({ nsp, id, attachments }: Omit<Header, 'end'>, payload: unknown, frame: string): Decoded {
    if (payload instanceof Unreadable) return socketFault(payload.why);
    if (!Array.isArray(payload)) return socketFault('the data of an event is not an array');
    const data: unknown[] = payload;
    const fault = nameFault(data[0], this.#limits) ?? crowded(data.length - 1, this.#limits);
    if (fault) return fault;
    const event: EventPacket = { type: PacketType.EVENT, nsp, data };
    if (id !== undefined) event.id = id;
    return attachments === 0 ? event : this.#await(event, data, attachments, frame);
  }

  /** An acknowledgement of nothing (no id), or with nothing in it (no data), answers no question: ignored. */
  #ack({ nsp, id, attachments }: Header, payload: unknown, frame: string): Decoded {
    if (payload === undefined && attachments === 0) return undefined;
    if (!Array.isArray(payload)) return socketFault('the data of an acknowledgement is not an array');
    const data: unknown[] = payload;
    const fault = crowded(data.length, this.#limits);
    if (fault) return fault;
    const ack: AckPacket | undefined = id === undefined ? undefined : { type: PacketType.ACK, nsp, id, data };
    return attachments === 0 ? ack : this.#await(ack, data, attachments, frame);
  }

  #await(packet: Unfinished['packet'], data: unknown[], count: number, frame: string): undefined {
    this.#unfinished = { packet, data, count, attachments: [], bytes: Buffer.byteLength(frame) };
    return undefined;
  }

  #json(frame: string, at: number): unknown {
    return readJson(frame, this.#limits, at);
  }
}
