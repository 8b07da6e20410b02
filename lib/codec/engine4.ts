/** Engine.IO 4 with Socket.IO protocol 5: the clients 3.x and 4.x. */
import { isUtf8 } from 'node:buffer';
import { ownText } from '../own-text.js';
import type { Packet } from '../packet.js';
import { PacketType } from '../packet.js';
import { readBase64 } from './base64.js';
import type {
  Codec,
  Decoded,
  Decoder,
  Dialect,
  Frame,
  Grammar,
  MessageReader,
  PayloadFormat,
  Shown,
} from './codec.js';
import { disarm, isRecord } from './json.js';
import { engineFault, socketFault } from './malformed.js';
import { encodeMessage, MessageDecoder } from './message.js';
import { readSignal, showText, unreadable, writeSignal } from './signal.js';

/** Joining a namespace in protocol 5: credentials in, a socket id out. */
const protocol5: Dialect = {
  readConnect: (address, payload) => {
    // The namespace may be made for its sake, and stays when all else that was said is gone.
    const nsp = ownText(address);
    if (payload === undefined) return { type: PacketType.CONNECT, nsp };
    if (!isRecord(payload)) return socketFault('the payload of a CONNECT is not an object');
    return { type: PacketType.CONNECT, nsp, data: disarm(payload) };
  },
  connectPayload: ({ data }) => data,
  refusalPayload: ({ data }) => data,
};

// frame    = text / binary
// text     = type *CHAR / "b" base64
// type     = %x30-36                    ; "4" is a message, the others are signals
// binary   = *OCTET                     ; a message
// payload  = text *( %x1E text )

const MESSAGE = 0x34;
const BASE64 = 0x62;
const SEPARATOR = '\x1e';

/** @param messages reads what is in the frames */
function readFrame(messages: MessageReader, frame: Frame): Decoded {
  if (typeof frame !== 'string') return messages.binary(frame);
  const type = frame.charCodeAt(0);
  if (type === MESSAGE) return messages.text(frame, 1);
  if (type === BASE64) return readBase64Frame(messages, frame);
  return readSignal(frame);
}

function readBase64Frame(messages: MessageReader, frame: string): Decoded {
  const bytes = readBase64(frame.slice(1));
  return bytes ? messages.binary(bytes) : engineFault('not base64');
}

/** Reads frames and messages: each connection has a decoder, and would have two. */
class Engine4Decoder extends MessageDecoder implements Decoder {
  decode(frame: Frame): Decoded {
    return readFrame(this, frame);
  }
}

/** The same for messages of another grammar. */
class SpokenDecoder implements Decoder {
  readonly #messages: MessageReader;

  constructor(messages: MessageReader) {
    this.#messages = messages;
  }

  get unfinished(): boolean {
    return this.#messages.unfinished === true;
  }

  end(): void {
    this.#messages.end?.();
  }

  decode(frame: Frame): Decoded {
    return readFrame(this.#messages, frame);
  }
}

function asText(frame: Frame): string {
  return typeof frame === 'string' ? frame : `b${frame.toString('base64')}`;
}

/** @see engine.io-protocol v4, "HTTP long-polling": packets in one body */
const payload: PayloadFormat = {
  pack: (frames) => frames.map(asText).join(SEPARATOR),
  unpack: (body) => {
    if (typeof body === 'string') return split(body);
    // An engine that replaced broken characters would hand on text that nobody sent.
    return isUtf8(body) ? split(body.toString()) : { frames: [], fault: engineFault('not UTF-8') };
  },
};

/** Stops at the first fault: a body of separators alone must not become a list of as many packets. */
function split(body: string): ReturnType<PayloadFormat['unpack']> {
  const frames: string[] = [];
  for (let start = 0; ; ) {
    const separator = body.indexOf(SEPARATOR, start);
    const end = separator < 0 ? body.length : separator;
    if (end === start) return { frames, fault: engineFault('an empty packet') };
    frames.push(body.slice(start, end));
    if (separator < 0) return { frames };
    start = separator + 1;
  }
}

function encode(packet: Packet): readonly Frame[] {
  const offset = packet.type === PacketType.EVENT ? packet.offset : undefined;
  const { text, attachments } = encodeMessage(packet, protocol5, offset);
  return attachments.length === 0 ? [text] : [text, ...attachments];
}

/** The offset is the last element of the array. @see socket.io 4 documentation, "Connection state recovery" */
function withOffset(packet: Packet): Packet {
  if (packet.type !== PacketType.EVENT || !packet.offset) return packet;
  return { ...packet, data: [...packet.data, packet.offset] };
}

function speaking(grammar: Grammar): Codec {
  const wrap = (part: Frame): Frame => (typeof part === 'string' ? `4${part}` : part);
  return {
    ...engine4,
    encode: (packet) => grammar.write(withOffset(packet), protocol5).map(wrap),
    decoder: (limits) => new SpokenDecoder(grammar.reader(protocol5, limits)),
  };
}

function show(frame: Frame): Shown {
  if (typeof frame !== 'string') return { type: 'message', data: frame };
  if (frame.charCodeAt(0) !== BASE64) return showText(frame);
  const data = readBase64(frame.slice(1));
  return data ? { type: 'message', data } : unreadable;
}

/**
 * Binary messages as they are, where the transport carries them.
 * @see engine.io-protocol v4, socket.io-protocol v5
 */
export const engine4: Codec = {
  name: 'engine4',
  slot: 0,
  payload,
  encode,
  signal: writeSignal,
  decoder: (limits) => new Engine4Decoder(protocol5, limits),
  speaking,
  show,
  message: (data) => (typeof data === 'string' ? `4${data}` : data),
};

/** The same for sessions that asked for text alone (`b64`): binary messages are base64 on every transport. */
export const engine4Text: Codec = {
  ...engine4,
  slot: 1,
  basis: { slot: engine4.slot, turn: (frames) => frames.map(asText) },
  encode: (packet) => encode(packet).map(asText),
  speaking: (grammar) => {
    const { encode: write, decoder } = speaking(grammar);
    return { ...engine4Text, encode: (packet) => write(packet).map(asText), decoder };
  },
  message: (data) => asText(engine4.message(data)),
};
