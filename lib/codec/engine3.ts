/** Engine.IO 3 with Socket.IO protocol 4: the clients 1.x and 2.x. */
import { Buffer } from 'node:buffer';
import { ownText } from '../own-text.js';
import type { ConnectErrorPacket, ConnectPacket, Packet } from '../packet.js';
import { PacketType } from '../packet.js';
import { readBase64 } from './base64.js';
import type {
  Codec,
  Decoded,
  Decoder,
  Dialect,
  Frame,
  Grammar,
  Malformed,
  MessageReader,
  Shown,
} from './codec.js';
import { disarm } from './json.js';
import { engineFault, longQuery } from './malformed.js';
import { encodeMessage, MessageDecoder } from './message.js';
import { asText, payload, plainPayload, plainTextPayload, textPayload } from './payload3.js';
import { readSignal, showText, unreadable, writeSignal } from './signal.js';

/** Clients read digits in this place as the packet's id: a number can't be told to them. */
function refusalPayload({ data: { message, data } }: ConnectErrorPacket): unknown {
  return typeof data === 'number' ? message : (data ?? message);
}

/** Joining a namespace in protocol 4: a query in, and no socket id out, since that of the session does for all. */
const protocol4: Dialect = {
  readConnect,
  connectPayload: () => undefined,
  refusalPayload,
};

// address = namespace [ "?" query ] [ "#" fragment ]     ; in a CONNECT only; the fragment means nothing

/** JSON behind the address means nothing here. */
function readConnect(address: string): ConnectPacket | Malformed {
  const [whole = address] = address.split('#', 1);
  const question = whole.indexOf('?');
  const nsp = ownText(question < 0 ? whole : whole.slice(0, question));
  const query = whole.slice(nsp.length);
  const long = longQuery(query);
  if (long) return long;
  const pairs = disarm(Object.fromEntries(new URLSearchParams(ownText(query))));
  if (Object.keys(pairs).length === 0) return { type: PacketType.CONNECT, nsp };
  return { type: PacketType.CONNECT, nsp, data: pairs };
}

// frame    = text / binary
// text     = type *CHAR / "b4" base64
// type     = %x30-36                    ; "4" is a message, the others are signals
// binary   = %x00-06 *OCTET             ; the same types as values; %x04 is a message

const MESSAGE_BYTE = 4;
const LAST_BYTE = 6;
const messageByte = Buffer.of(MESSAGE_BYTE);
const MESSAGE = 0x34;
const BASE64 = 0x62;

class Engine3Decoder implements Decoder {
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
    if (typeof frame !== 'string') return this.#binary(frame);
    const type = frame.charCodeAt(0);
    if (type === MESSAGE) return this.#messages.text(frame, 1);
    return type === BASE64 ? this.#base64(frame) : readSignal(frame);
  }

  #binary(frame: Buffer): Decoded {
    const [type] = frame;
    if (type === MESSAGE_BYTE) return this.#messages.binary(frame.subarray(1));
    if (type === undefined) return readSignal('');
    // The originals ignored an unknown type here and refused it in text; no client has a use for either.
    return type > LAST_BYTE
      ? engineFault('unknown packet type')
      : readSignal(`${type}${frame.toString('utf8', 1)}`);
  }

  #base64(frame: string): Decoded {
    if (frame.charCodeAt(1) !== MESSAGE) return engineFault('base64 that is no message');
    const bytes = readBase64(frame.slice(2));
    return bytes ? this.#messages.binary(bytes) : engineFault('not base64');
  }
}

function encode(packet: Packet): readonly Frame[] {
  const { text, attachments } = encodeMessage(packet, protocol4);
  if (attachments.length === 0) return [text];
  return [text, ...attachments.map((bytes) => Buffer.concat([messageByte, bytes]))];
}

function speaking(grammar: Grammar): Codec {
  const wrap = (part: Frame): Frame =>
    typeof part === 'string' ? `4${part}` : Buffer.concat([messageByte, part]);
  return {
    ...engine3,
    payload: plainPayload,
    encode: (packet) => grammar.write(packet, protocol4).map(wrap),
    decoder: (limits) => new Engine3Decoder(grammar.reader(protocol4, limits)),
  };
}

function show(frame: Frame): Shown {
  if (typeof frame !== 'string') {
    if (frame[0] === MESSAGE_BYTE) return { type: 'message', data: frame.subarray(1) };
    return showText(`${frame[0] ?? ''}${frame.toString('utf8', 1)}`);
  }
  if (frame.charCodeAt(0) !== BASE64) return showText(frame);
  const data = frame.charCodeAt(1) === MESSAGE ? readBase64(frame.slice(2)) : undefined;
  return data ? { type: 'message', data } : unreadable;
}

/**
 * Binary messages as they are, behind a type byte, where the transport carries them.
 * @see engine.io-protocol v3, socket.io-protocol v4
 */
export const engine3: Codec = {
  name: 'engine3',
  slot: 2,
  payload,
  encode,
  signal: writeSignal,
  decoder: (limits) => new Engine3Decoder(new MessageDecoder(protocol4, limits)),
  speaking,
  show,
  message: (data) => (typeof data === 'string' ? `4${data}` : Buffer.concat([messageByte, data])),
};

/** The same for sessions that take text alone (`b64`, JSONP): binary messages are base64 on every transport. */
export const engine3Text: Codec = {
  ...engine3,
  slot: 4,
  payload: textPayload,
  encode: (packet) => encode(packet).map(asText),
  speaking: (grammar) => {
    const { encode: write, decoder } = speaking(grammar);
    return {
      ...engine3Text,
      payload: plainTextPayload,
      encode: (packet) => write(packet).map(asText),
      decoder,
    };
  },
  message: (data) => asText(engine3.message(data)),
};
