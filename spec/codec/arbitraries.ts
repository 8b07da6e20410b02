/** Random packets, as a program sends them. */
import fc from 'fast-check';
import type { Frame } from '../../lib/codec/codec.js';
import { type Packet, PacketType, RESERVED_EVENTS } from '../../lib/packet.js';

export const binary = fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes));

/** JSON with binary leaves. An own `__proto__` is left out: beside binary data the genuine encoder loses it. */
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<unknown>(null, true, 0, 1.5, '', 'x', new Date(0)),
    fc.string(),
    binary,
    fc.array(tie('tree'), { maxLength: 3 }),
    fc.dictionary(
      fc.string({ maxLength: 6 }).filter((key) => key !== '__proto__'),
      tie('tree'),
      { maxKeys: 3, noNullPrototype: true },
    ),
  ),
}));

const name = fc.string({ maxLength: 8 }).filter((text) => !RESERVED_EVENTS.has(text));
const nsp = fc.constantFrom('/', '/chat', '/a b', '/é€', '/x?y=1');
const id = fc.option(fc.integer({ min: 0, max: 999_999_999_999_999 }), { nil: undefined });
const args = fc.array(tree, { maxLength: 4 });
const record = fc.dictionary(fc.constantFrom('sid', 'pid', 'token'), fc.string(), { noNullPrototype: true });

export const event = fc.record({ nsp, id, name, args }).map(({ nsp, id, name, args }): Packet => {
  const packet = { type: PacketType.EVENT, nsp, data: [name, ...args] };
  return id === undefined ? packet : { ...packet, id };
});
const ack = fc
  .record({ nsp, id: fc.nat(), args })
  .map(({ nsp, id, args }): Packet => ({ type: PacketType.ACK, nsp, id, data: args }));
const joining = fc
  .record({ nsp, data: record })
  .map((rest): Packet => ({ type: PacketType.CONNECT, ...rest }));
const leaving = fc.record({ nsp }).map((rest): Packet => ({ type: PacketType.DISCONNECT, ...rest }));
const refusal = fc
  .record({ nsp, data: fc.record({ message: fc.string(), data: fc.jsonValue() }) })
  .map((rest): Packet => ({ type: PacketType.CONNECT_ERROR, ...rest }));

/** What a client may send. */
export const incoming = fc.oneof(event, ack, joining, leaving);
/** What a server may send. */
export const outgoing = fc.oneof(incoming, refusal);

/** A text with a few characters taken out, put in, replaced or doubled. @param pieces what is put in */
export function damaged(
  text: fc.Arbitrary<string>,
  pieces: fc.Arbitrary<string>,
  mostEdits = 4,
): fc.Arbitrary<string> {
  const edit = fc.record({ at: fc.nat(400), cut: fc.nat(3), put: pieces, again: fc.nat(9) });
  return fc.tuple(text, fc.array(edit, { maxLength: mostEdits })).map(([whole, edits]) =>
    edits.reduce((rest, { at, cut, put, again }) => {
      const start = at % (rest.length + 1);
      // Now and then all that has come so far comes twice, or nothing comes any more.
      if (again === 9) return rest.slice(0, start) + put;
      if (again === 8) return rest.slice(0, start) + rest;
      return rest.slice(0, start) + put + rest.slice(start + cut);
    }, whole),
  );
}

/** A frame without its Engine.IO type. */
export const messageOf = (frame: Frame): Frame => (typeof frame === 'string' ? frame.slice(1) : frame);
