/** Revision 1 beside the parser of socket.io 0.9: the same bytes, and the same meaning but for stated reasons. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Decoded } from '../../lib/codec/codec.js';
import { framing } from '../../lib/codec/framing.js';
import { revision1 } from '../../lib/codec/revision1.js';
import { type Packet, PacketType, RESERVED_EVENTS } from '../../lib/packet.js';
import { decodeLast } from './limits.js';
import { type Genuine, genuine, meaning } from './revision1-genuine.js';

const decode = (wire: string): Decoded => decodeLast(revision1, [wire]);

/** Every reason for which we may read one packet in another way. */
const reasons: readonly (readonly [string, (wire: string, packet: Genuine) => boolean])[] = [
  ['a packet begins with its type', (wire) => /^:/.test(wire)],
  ['the paper form of the end is read', (wire) => wire === '0'],
  ['broken JSON is dropped', (_, { type, data }) => type === 'json' && data === false],
  ['an id has 15 digits at most', (_, { id = '', ackId = '' }) => `${id}`.length > 15 || ackId.length > 15],
  ['an endpoint begins with a slash', (_, { endpoint }) => /^[^/]/.test(endpoint ?? '')],
  [
    'reserved events are ignored',
    (_, { name }) => RESERVED_EVENTS.has(name) || /^(connection|error|\$emit)$/.test(`${name}`),
  ],
  ['acknowledged data may hold line ends', (wire) => /^6.*[\n\r\u2028\u2029]/s.test(wire)],
];

/** @returns whether we agree; throws if we differ for no stated reason. */
function compare(wire: string): boolean {
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

const mutated = fc
  .record({
    seed: fc.constantFrom(...seeds),
    edits: fc.array(
      fc.record({
        at: fc.nat(30),
        cut: fc.nat(3),
        put: fc.constantFrom(
          ...'0123456789:+/?={}[]",x\n\ufffd\u2028 ',
          '',
          'connect',
          'null',
          '999999999999999',
        ),
      }),
      { maxLength: 3 },
    ),
  })
  .map(({ seed, edits }) =>
    edits.reduce((text, { at, cut, put }) => text.slice(0, at) + put + text.slice(at + cut), seed),
  );

const endpoint = fc.constantFrom('', '/chat', '/a b', '/é€');
const text = fc.string({ unit: fc.oneof(fc.constantFrom(...'ab:"\\/+\n\u2028\ufffd€'), fc.constant('😀')) });
const value = fc.oneof(fc.jsonValue({ maxDepth: 2 }), text);
const args = fc.array(value, { maxLength: 3 });
const id = fc.option(fc.integer({ min: 1, max: 999_999 }), { nil: undefined });

/** A packet of ours beside the same packet of the original. */
const pair = fc
  .record({
    endpoint,
    text,
    value,
    args,
    id,
    kind: fc.constantFrom('event', 'message', 'json', 'ack', 'connect', 'disconnect'),
  })
  .map(({ endpoint, text, value, args, id, kind }): [Packet, Genuine] => {
    const nsp = endpoint || '/';
    const ask = id === undefined ? {} : { id };
    const theirs: Genuine = {
      type: kind,
      endpoint,
      ...ask,
      ...(id !== undefined && { ack: 'data' as const }),
    };
    const send = (data: unknown, form: 'text' | 'json'): [Packet, Genuine] => [
      { type: PacketType.EVENT, nsp, data: ['message', data], form, ...ask },
      { ...theirs, data },
    ];
    switch (kind) {
      case 'event':
        return [
          { type: PacketType.EVENT, nsp, data: [text, ...args], ...ask },
          { ...theirs, name: text, args },
        ];
      case 'message':
        return send(text, 'text');
      case 'json':
        return send(value, 'json');
      case 'ack':
        return [
          { type: PacketType.ACK, nsp, id: id ?? 1, data: args },
          { type: kind, endpoint, ackId: `${id ?? 1}`, args },
        ];
      case 'connect':
        return [
          { type: PacketType.CONNECT, nsp },
          { type: kind, endpoint },
        ];
      default:
        return [
          { type: PacketType.DISCONNECT, nsp },
          { type: kind, endpoint },
        ];
    }
  });

describe('codec/revision1 beside the genuine parser', () => {
  it('writes the very bytes, but for the escapes that old browsers need', () => {
    fc.assert(
      fc.property(pair, ([ours, theirs]) => {
        const [frame] = revision1.encode(ours);
        const wire = genuine.encodePacket(theirs);
        // A message is not JSON and stays as it is.
        const escaped =
          theirs.type === 'message'
            ? wire
            : wire.replaceAll('\u2028', '\\u2028').replaceAll('\\/', '\\\\u002f');
        assert.equal(frame, escaped);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is read by it as what was meant', () => {
    fc.assert(
      fc.property(pair, ([ours, theirs]) => {
        const read = genuine.decodePacket(String(revision1.encode(ours)[0]));
        const { name, args, data } = genuine.decodePacket(genuine.encodePacket(theirs));
        // Raw line separators are what the original's acknowledgements lose.
        if (theirs.type === 'ack') assert.deepEqual(read.args, JSON.parse(JSON.stringify(theirs.args)));
        else assert.deepEqual([read.name, read.args, read.data], [name, args, data]);
      }),
      { numRuns: 1_000 },
    );
  });

  it('agrees on damaged packets, but for the stated reasons', () => {
    let agreed = 0;
    let understood = 0;
    fc.assert(
      fc.property(mutated, (wire) => {
        if (!compare(wire)) return;
        agreed += 1;
        if (decode(wire)) understood += 1;
      }),
      { numRuns: 3_000 },
    );
    assert.ok(agreed > 1_500 && understood > 700, `only ${agreed} agreed, ${understood} of them understood`);
  });

  it('differs for every stated reason', () => {
    const examples = [
      ':3:::x',
      '0',
      '4:::{x',
      '3:1234567890123456::x',
      '3::x:y',
      '5:::{"name":"error"}',
      '6:::1+["\u2028"]',
    ];
    for (const [index, wire] of examples.entries()) {
      assert.ok(reasons[index]?.[1](wire, genuine.decodePacket(wire)), reasons[index]?.[0]);
      assert.equal(compare(wire), false, reasons[index]?.[0]);
    }
  });

  it('packs the very payloads, and unpacks them', () => {
    const frames = fc.array(
      text.map((data) => `3:::${data}`),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(frames, (packets) => {
        const body = framing.pack(packets);
        assert.equal(body, genuine.encodePayload(packets));
        const { frames } = framing.unpack(body);
        assert.deepEqual(frames, packets);
        if (packets.length > 0)
          assert.deepEqual(frames.map(String).map(genuine.decodePacket), genuine.decodePayload(String(body)));
      }),
    );
  });

  it('reads of a damaged payload a beginning of what the original reads', () => {
    const damaged = fc.string({
      unit: fc.constantFrom('\ufffd', '\ufffd5\ufffd', '3:::a', '3:::', '9', 'x', ':'),
      maxLength: 10,
    });
    fc.assert(
      fc.property(damaged, (body) => {
        const ours = framing.unpack(body).frames.map(String).map(genuine.decodePacket);
        assert.deepEqual(ours, genuine.decodePayload(body).slice(0, ours.length));
      }),
      { numRuns: 2_000 },
    );
  });
});
