/** The parsers of the clients 1.x and 2.x; they have no types. */
import { createRequire } from 'node:module';
import type { Frame } from '../../lib/codec/codec.js';

/** A packet of Engine.IO 3 in the originals' words. */
export interface EnginePacket {
  readonly type: string;
  readonly data?: string | Buffer;
}

interface EngineParser {
  encodePacket(packet: EnginePacket, supportsBinary: boolean, done: (frame: Frame) => void): void;
  decodePacket(frame: Frame, binaryType: null, utf8decode: boolean): EnginePacket;
  encodePayload(packets: EnginePacket[], supportsBinary: boolean, done: (body: Frame) => void): void;
  decodePayload(
    body: Frame | ArrayBuffer,
    binaryType: 'arraybuffer' | null,
    each: (packet: EnginePacket) => void,
  ): void;
}

/** A packet of Socket.IO 4; text and binary variants have types of their own. */
export interface SocketPacket {
  type: number;
  nsp?: string;
  id?: number;
  data?: unknown;
}

interface SocketParser {
  readonly Encoder: new () => {
    encode(packet: SocketPacket, done: (messages: Frame[]) => void): void;
  };
  readonly Decoder: new () => {
    on(event: 'decoded', listener: (packet: SocketPacket) => void): void;
    add(message: Frame): void;
  };
}

const require = createRequire(import.meta.url);

/** engine.io-parser of the clients 1.x and 2.x. */
export const engines: { readonly '1.x': EngineParser; readonly '2.x': EngineParser } = {
  '1.x': require('engine.io-parser-1'),
  '2.x': require('engine.io-parser-2'),
};

/** The same as built for browsers: they take an ArrayBuffer for a Buffer. */
export const browserEngines: readonly EngineParser[] = [
  require('engine.io-parser-1/lib/browser.js'),
  require('engine.io-parser-2/lib/browser.js'),
];

export const socketParser: SocketParser = require('socket.io-parser-3');

/** A body as it arrives: text has been UTF-8 on its way. */
export function encodePayload(parser: EngineParser, packets: EnginePacket[], supportsBinary: boolean): Frame {
  let body: Frame = '';
  parser.encodePayload(packets, supportsBinary, (encoded) => {
    body = typeof encoded === 'string' ? Buffer.from(encoded).toString() : encoded;
  });
  return body;
}

/** All packets up to the first error, which is a packet of type `error`. */
export function decodePayload(parser: EngineParser, body: Frame): EnginePacket[] {
  const packets: EnginePacket[] = [];
  parser.decodePayload(body, null, (packet) => packets.push(packet));
  return packets;
}

/** As in a browser, where binary data is an ArrayBuffer. */
export function decodeInBrowser(parser: EngineParser, body: Frame): EnginePacket[] {
  const packets: EnginePacket[] = [];
  const received = typeof body === 'string' ? body : new Uint8Array(body).buffer;
  parser.decodePayload(received, 'arraybuffer', ({ type, data }) => {
    packets.push({ type, data: typeof data === 'string' ? data : Buffer.from(data ?? '') });
  });
  return packets;
}

/** The messages of one packet. */
export function encodeSocketPacket(packet: SocketPacket): Frame[] {
  let messages: Frame[] = [];
  new socketParser.Encoder().encode(packet, (encoded) => {
    messages = encoded;
  });
  return messages;
}
