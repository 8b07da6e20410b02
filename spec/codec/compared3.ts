/** Messages of Socket.IO 4 read by us and by the parser of socket.io 2, with the server behind it. */
import { detach } from '../../lib/codec/attachments.js';
import type { Frame } from '../../lib/codec/codec.js';
import { engine3 } from '../../lib/codec/engine3.js';
import { type Packet, PacketType, RESERVED_EVENTS } from '../../lib/packet.js';
import { agree, ourVerdict, plain, type Reason, reasons, type Verdict } from './differences.js';
import { encodeSocketPacket, type SocketPacket, socketParser } from './engine3-genuine.js';

const { CONNECT, CONNECT_ERROR } = PacketType;
const BINARY = 3;
export const typed = (message: Frame): Frame =>
  typeof message === 'string' ? message : Buffer.concat([Buffer.of(4), message]);

/** What socket.io 2 hands to its parser: it looks for binary data itself, and tells nobody a socket id. */
function inTheirWords({ ...packet }: Packet): SocketPacket {
  if (packet.type === CONNECT) return { type: CONNECT, nsp: packet.nsp };
  if (packet.type === CONNECT_ERROR) return { ...packet, data: packet.data.data ?? packet.data.message };
  if (!('data' in packet) || detach(packet.data).attachments.length === 0) return packet;
  return { ...packet, type: packet.type + BINARY };
}

export const theirFrames = (packet: Packet): Frame[] =>
  encodeSocketPacket(inTheirWords(packet)).map((message) =>
    typeof message === 'string' ? `4${message}` : typed(message),
  );

/** What their decoder, and the server behind it, makes of the last of some messages. */
export function theirVerdict(messages: readonly Frame[]): Verdict {
  const decoder = new socketParser.Decoder();
  let packet: SocketPacket | undefined;
  decoder.on('decoded', (decoded) => {
    packet = decoded;
  });
  try {
    for (const message of messages) decoder.add(message);
  } catch {
    return { says: 'refused' };
  }
  if (!packet) return { says: 'waiting' };
  return packet.type === CONNECT ? joining(packet) : inOurWords(packet);
}

/** Their server, here that of 4.8.4, reads the query, and takes no notice of the root: 2.x makes lists of what stands twice. */
function joining({ nsp = '/' }: SocketPacket): Verdict {
  const [name = '', query = ''] = nsp.split(/\?(.*)/s);
  const data = Object.fromEntries(new URLSearchParams(`?${query}`));
  const packet =
    Object.keys(data).length > 0 ? { type: CONNECT, nsp: name, data } : { type: CONNECT, nsp: name };
  return { says: 'packet', packet };
}

/** An unknown type becomes an error, which a client never sends. */
function inOurWords({ type, ...rest }: SocketPacket): Verdict {
  if (type === CONNECT_ERROR) return { says: 'refused' };
  const { attachments: _, ...packet } = { attachments: 0, ...rest };
  return { says: 'packet', packet: plain({ type: type > CONNECT_ERROR ? type - BINARY : type, ...packet }) };
}

const isReserved = new RegExp(String.raw`\[\s*"(${[...RESERVED_EVENTS].join('|')})"`);

function namesReserved(packet: unknown): boolean {
  const { data } = (packet ?? {}) as { data?: readonly unknown[] };
  return RESERVED_EVENTS.has(String(data?.[0]));
}

export const stated: readonly Reason[] = [
  ...reasons,
  ['a CONNECT may have any JSON behind it', (text, { says }) => text[0] === '0' && says === 'refused'],
  [
    'a reserved event is refused',
    (text, { packet }, { says }) => says === 'refused' && (isReserved.test(text) || namesReserved(packet)),
  ],
];

/** @returns whether both say the same of the last message; throws if they differ for no stated reason. */
export const compare = (messages: readonly Frame[]): boolean =>
  agree(String(messages[0]), theirVerdict(messages), ourVerdict(engine3, messages.map(typed)), stated);

export const messagesOf = (frames: readonly Frame[]): Frame[] =>
  frames.map((frame) => (typeof frame === 'string' ? frame.slice(1) : frame.subarray(1)));
