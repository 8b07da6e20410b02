/** Protocol revision 1 by the vectors of its reference. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Decoded, Signal } from '../../lib/codec/codec.js';
import { revision1 } from '../../lib/codec/revision1.js';
import { type Packet, PacketType } from '../../lib/packet.js';
import { cuts, decodeLast, verdict } from './limits.js';
import { type Genuine, genuine, meaning } from './revision1-genuine.js';

const { CONNECT, DISCONNECT, EVENT, ACK } = PacketType;
const decode = (wire: string): Decoded => decodeLast(revision1, [wire]);
const encode = (packet: Packet): string => revision1.encode(packet).join();

/** One line of the file: bytes beside the packet of the original, and whether the original agrees. */
interface Vector {
  readonly id: string;
  readonly op: 'decode' | 'encode' | 'decodePayload' | 'encodePayload';
  readonly wire: string;
  readonly packet: Genuine;
  readonly packets: readonly Genuine[];
  readonly wires: readonly string[];
  readonly ref: boolean;
  readonly note?: string;
}

const vectors: Vector[] = readFileSync(new URL('./revision1-vectors.jsonl', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line));

/** Packets out: what the original's packet is in neutral words. */
function outgoing({
  type,
  endpoint,
  id,
  ack,
  data,
  name,
  args = [],
  ackId,
}: Genuine): Packet | Signal | undefined {
  const nsp = endpoint || '/';
  const ask = id === undefined ? {} : { id: Number(id) };
  switch (type) {
    case 'disconnect':
      return { type: DISCONNECT, nsp };
    case 'connect':
      return { type: CONNECT, nsp };
    case 'heartbeat':
      return { type: 'ping' };
    case 'message':
      return ack === true ? undefined : { type: EVENT, nsp, data: ['message', data], form: 'text', ...ask };
    case 'json':
      return { type: EVENT, nsp, data: ['message', data], form: 'json', ...ask };
    case 'event':
      return { type: EVENT, nsp, data: [name, ...(args as unknown[])], ...ask };
    case 'ack':
      return { type: ACK, nsp, id: Number(ackId), data: args as unknown[] };
    case 'noop':
      return { type: 'noop' };
    default:
      return undefined;
  }
}

/** Lines that no neutral packet stands for: we write a query, a bare receipt or an error of the session nowhere here. */
const unsaid = new Set(['E04', 'E09', 'E20', 'E21', 'E22', 'E23', 'E24']);

const checks: Record<Vector['op'], (vector: Vector) => void> = {
  decode: ({ wire, packet, note }) => {
    if (note?.includes('ignored') && wire !== '0') assert.equal(decode(wire), undefined);
    else assert.deepEqual(decode(wire), meaning(packet));
  },
  encode: ({ id, wire, packet }) => {
    const neutral = outgoing(packet);
    if (neutral === undefined || unsaid.has(id)) return assert.ok(unsaid.has(id));
    const frame =
      typeof neutral.type === 'string' ? revision1.signal(neutral as Signal) : encode(neutral as Packet);
    assert.equal(frame, wire);
  },
  decodePayload: ({ wire, packets }) => {
    const { frames, fault } = revision1.payload.unpack(wire);
    assert.equal(fault, undefined);
    const decoded = frames
      .map((frame) => decodeLast(revision1, [frame]))
      .filter((packet) => packet !== undefined);
    assert.deepEqual(
      decoded,
      packets.map(meaning).filter((packet) => packet !== undefined),
    );
  },
  encodePayload: ({ wires, wire }) => assert.equal(revision1.payload.pack(wires), wire),
};

describe('codec/revision1 by vectors', () => {
  it('has all lines of the reference', () => assert.equal(vectors.length, 92));

  for (const vector of vectors) {
    const { id, op, wire, note = '' } = vector;
    it(`${op} ${id} ${JSON.stringify(wire)} ${note}`, () => checks[op](vector));
  }

  for (const { id, wire, packet } of vectors.filter(({ op, ref }) => op === 'decode' && ref)) {
    it(`trusts a line that the original agrees with: ${id}`, () => {
      assert.deepEqual(genuine.decodePacket(wire), packet);
    });
  }

  it('survives every beginning of every vector', () => {
    for (const { wire } of vectors)
      for (const cut of cuts(wire)) assert.doesNotMatch(verdict(decode(cut)), /malformed/);
  });
});
