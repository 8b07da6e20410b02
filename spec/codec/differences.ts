/** Where a verdict of ours may differ from that of a genuine parser of Socket.IO 4 or 5, and texts that bring it out. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Codec, Frame } from '../../lib/codec/codec.js';
import { type Packet, PacketType } from '../../lib/packet.js';
import { damaged } from './arbitraries.js';
import { decodeAll, limits } from './limits.js';

/** What a decoder says of the last of some messages. */
export type Verdict = { readonly says: 'refused' | 'waiting' | 'packet'; readonly packet?: unknown };

/** The texts come without their Engine.IO type; what comes before binary data is up to the codec. */
export function ourVerdict(codec: Codec, messages: readonly Frame[]): Verdict {
  const frames = messages.map((message) => (typeof message === 'string' ? `4${message}` : message));
  const all = decodeAll(codec, frames);
  if (all.some((decoded) => decoded?.type === 'malformed')) return { says: 'refused' };
  const last = all.at(-1);
  return last ? { says: 'packet', packet: plain(last as Packet) } : { says: 'waiting' };
}

/** Without what is absent, and without the id of packets which cannot have one. */
export function plain(packet: object): Record<string, unknown> {
  const known = Object.entries(packet).filter(([, value]) => value !== undefined);
  const rest = Object.fromEntries(known);
  if (rest.type === PacketType.CONNECT || rest.type === PacketType.DISCONNECT) delete rest.id;
  return rest;
}

/** A name, and whether it explains two different verdicts on one text. */
export type Reason = readonly [string, (text: string, theirs: Verdict, ours: Verdict) => boolean];

/** Every reason for which our verdict may differ from the genuine one in either protocol. */
export const reasons: readonly Reason[] = [
  ['an empty text is no CONNECT', (text) => text === ''],
  ['white space is no digit', (text) => /^(\s|\d([^-]*-)?(\/[^,]*(,|$))?\d*\s)/.test(text)],
  ['an id has 15 digits at most', (text) => /[0-9]{16}/.test(text)],
  ['attachments are counted by [1-9][0-9]*', (text) => /^[56](?![1-9][0-9]*-)/.test(text)],
  ['a client refuses nobody', (text, _, { says }) => text[0] === '4' && says === 'refused'],
  ['an event has data', (_, { packet }, { says }) => says === 'refused' && isEmpty(packet, PacketType.EVENT)],
  [
    'an acknowledgement of nothing is ignored',
    (_, { packet }, { says }) => says === 'waiting' && isEmpty(packet, PacketType.ACK),
  ],
  [
    'attachments belong to data',
    (text, _, { says }) => says === 'refused' && /^[56][0-9]+-(\/[^,]*,?)?[0-9]*$/.test(text),
  ],
  ['names, arguments and levels have bounds', (text, _, { says }) => says === 'refused' && isLarge(text)],
];

/** Longer than any bound that counts characters, levels or arguments. */
function isLarge(text: string): boolean {
  return text.length > limits.maxNamespaceLength;
}

function isEmpty(packet: unknown, type: number): boolean {
  const { type: actual, data, id } = (packet ?? {}) as { type?: number; data?: unknown; id?: unknown };
  return actual === type && (data === undefined || (type === PacketType.ACK && id === undefined));
}

/** @returns whether the verdicts agree; throws if they differ for no stated reason. */
export function agree(text: string, theirs: Verdict, ours: Verdict, stated = reasons): boolean {
  try {
    assert.deepEqual(ours, theirs);
    return true;
  } catch (error) {
    if (stated.some(([, holds]) => holds(text, theirs, ours))) return false;
    throw error;
  }
}

const seeds = [
  '0',
  '0{"token":"x"}',
  '0/a,{"b":1}',
  '1',
  '1/a,',
  '2["m",1]',
  '2/a,12["m",{"x":[]}]',
  '3',
  '31["x"]',
  '3/a,0[]',
  '4{"message":"x"}',
  '51-["m",{"_placeholder":true,"num":0}]',
  '52-/a,3["m"]',
  '61-4[{"_placeholder":true,"num":0}]',
  '2["connect"]',
  '2[1,2]',
  '2[null]',
  '2',
];

/** A text of a client, damaged a little. */
export const mutated = damaged(
  fc.constantFrom(...seeds),
  fc.oneof(fc.constantFrom(...'0123456789-,/[]{}":.e+ x\n'), fc.constantFrom('', 'connect', 'null', 'true')),
);
