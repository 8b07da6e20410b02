/** Messages of Socket.IO 5 read by us and by socket.io-parser. */
import * as official from 'socket.io-parser';
import type { Frame } from '../../lib/codec/codec.js';
import { engine4 } from '../../lib/codec/engine4.js';
import type { Packet } from '../../lib/packet.js';
import { agree, ourVerdict, plain, type Verdict } from './differences.js';

/** The packets of the genuine encoder, as frames. It changes what it is given, so it gets a copy. */
export function officialFrames(packet: Packet): Frame[] {
  const written: (string | ArrayBufferView | ArrayBuffer)[] = new official.Encoder().encode({
    ...packet,
  } as unknown as official.Packet);
  return written.map((part) => (typeof part === 'string' ? `4${part}` : Buffer.from(part as Buffer)));
}

/** What the genuine decoder says of the last of some messages. */
export function officialVerdict(messages: readonly Frame[]): Verdict {
  const decoder = new official.Decoder();
  let packet: official.Packet | undefined;
  decoder.on('decoded', (decoded: official.Packet) => {
    packet = decoded;
  });
  try {
    for (const message of messages) decoder.add(message);
  } catch {
    return { says: 'refused' };
  }
  return packet ? { says: 'packet', packet: plain(packet) } : { says: 'waiting' };
}

/** @returns whether both say the same of the last message; throws if they differ for no stated reason. */
export function compare(messages: readonly Frame[]): boolean {
  return agree(String(messages[0]), officialVerdict(messages), ourVerdict(engine4, messages));
}
