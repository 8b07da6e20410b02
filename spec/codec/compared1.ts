/** Packets of revision 1 read by us and by the parser of socket.io 0.9. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Decoded } from '../../lib/codec/codec.js';
import { revision1 } from '../../lib/codec/revision1.js';
import { RESERVED_EVENTS } from '../../lib/packet.js';
import { damaged } from './arbitraries.js';
import { decodeLast, limits } from './limits.js';
import { type Genuine, genuine, meaning } from './revision1-genuine.js';

/** What we make of one packet. */
export const decode = (wire: string): Decoded => decodeLast(revision1, [wire]);

/** Every reason for which we may read one packet in another way. */
export const reasons: readonly (readonly [string, (wire: string, packet: Genuine) => boolean])[] = [
  ['a packet begins with its type', (wire) => /^:/.test(wire)],
  ['the paper form of the end is read', (wire) => wire === '0'],
  ['broken JSON is dropped', (_, { type, data }) => type === 'json' && data === false],
  ['an id has 15 digits at most', (_, { id = '', ackId = '' }) => `${id}`.length > 15 || ackId.length > 15],
  ['an endpoint begins with a slash', (_, { endpoint }) => /^[^/]/.test(endpoint ?? '')],
  [
    'reserved events are ignored',
    (_, { name }) => RESERVED_EVENTS.has(name) || /^(connection|error|\$emit)$/.test(`${name}`),
  ],
  ['names, arguments and levels have bounds', (wire) => wire.length > limits.maxNamespaceLength],
  ['acknowledged data may hold line ends', (wire) => /^6.*[\n\r\u2028\u2029]/s.test(wire)],
];

/** @returns whether we agree; throws if we differ for no stated reason. */
export function compare(wire: string): boolean {
  const packet = genuine.decodePacket(wire);
  try {
    assert.deepEqual(decode(wire), meaning(packet));
    return true;
  } catch (error) {
    if (reasons.some(([, holds]) => holds(wire, packet))) return false;
    throw error;
  }
}

const seeds = [
  '0::',
  '0::/a',
  '1::',
  '1::/a',
  '1::/a:?b=c',
  '1::/a?b=c',
  '1::/a?__proto__',
  '1::/a?__proto__=b&c=d',
  '2::',
  '2:::',
  '3:::text',
  '3:1::x',
  '3:1+:/a:b:c',
  '3::',
  '4:::{"a":1}',
  '4:1+::"x"',
  '4:::null',
  '5:::{"name":"x"}',
  '5:1+:/a:{"name":"x","args":[1,"2"]}',
  '6:::1',
  '6::/a:12+["x",1]',
  '6:::1+',
  '7:::1+0',
  '8::',
  'junk',
  '9:::x',
  '5:::{"name":"error"}',
];

/** A packet of a client, damaged a little. */
export const mutated = damaged(
  fc.constantFrom(...seeds),
  fc.constantFrom(...'0123456789:+/?={}[]",x\n\ufffd\u2028 ', '', 'connect', 'null', '999999999999999'),
  3,
);
