/** Revision 1 beside the parser of socket.io 0.9: the same bytes, and the same meaning but for stated reasons. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { framing } from '../../lib/codec/framing.js';
import { revision1 } from '../../lib/codec/revision1.js';
import { type Packet, PacketType } from '../../lib/packet.js';
import { compareBody1 } from './compared-bodies.js';
import { compare, decode, mutated, reasons } from './compared1.js';
import { type Genuine, genuine } from './revision1-genuine.js';

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
      `5::/${'x'.repeat(1_100)}:{"name":"m"}`,
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
        compareBody1(body);
      }),
      { numRuns: 2_000 },
    );
  });
});
