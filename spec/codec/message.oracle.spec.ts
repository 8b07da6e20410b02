/** Socket.IO 5 beside socket.io-parser: the same bytes, and the same verdict but for stated reasons. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as official from 'socket.io-parser';
import type { Frame } from '../../lib/codec/codec.js';
import { engine4 } from '../../lib/codec/engine4.js';
import { type Packet, PacketType } from '../../lib/packet.js';
import { binary, incoming, messageOf, outgoing } from './arbitraries.js';
import { decodeAll } from './limits.js';

/** The packets of the genuine encoder, as frames. It changes what it is given, so it gets a copy. */
function officialFrames(packet: Packet): Frame[] {
  const written: (string | ArrayBufferView | ArrayBuffer)[] = new official.Encoder().encode({
    ...packet,
  } as unknown as official.Packet);
  return written.map((part) => (typeof part === 'string' ? `4${part}` : Buffer.from(part as Buffer)));
}

type Verdict = { readonly says: 'refused' | 'waiting' | 'packet'; readonly packet?: unknown };

/** What the genuine decoder says of the last of some messages. */
function officialVerdict(messages: readonly Frame[]): Verdict {
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

function ourVerdict(messages: readonly Frame[]): Verdict {
  const frames = messages.map((message) => (typeof message === 'string' ? `4${message}` : message));
  const all = decodeAll(engine4, frames);
  if (all.some((decoded) => decoded?.type === 'malformed')) return { says: 'refused' };
  const last = all.at(-1);
  return last ? { says: 'packet', packet: plain(last as Packet) } : { says: 'waiting' };
}

/** Without what is absent, and without the id of packets which cannot have one. */
function plain(packet: object): Record<string, unknown> {
  const known = Object.entries(packet).filter(([, value]) => value !== undefined);
  const rest = Object.fromEntries(known);
  if (rest.type === PacketType.CONNECT || rest.type === PacketType.DISCONNECT) delete rest.id;
  return rest;
}

/** Every reason for which our verdict on one text may differ from the genuine one. */
const reasons: readonly (readonly [string, (text: string, theirs: Verdict, ours: Verdict) => boolean])[] = [
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
    (text, { says }) => says === 'waiting' && /^[56][0-9]+-(\/[^,]*,?)?[0-9]*$/.test(text),
  ],
];

function isEmpty(packet: unknown, type: number): boolean {
  const { type: actual, data, id } = (packet ?? {}) as { type?: number; data?: unknown; id?: unknown };
  return actual === type && (data === undefined || (type === PacketType.ACK && id === undefined));
}

/** @returns whether the verdicts agree; throws if they differ for no stated reason. */
function compare(messages: readonly Frame[]): boolean {
  const theirs = officialVerdict(messages);
  const ours = ourVerdict(messages);
  try {
    assert.deepEqual(ours, theirs);
    return true;
  } catch (error) {
    const text = String(messages[0]);
    if (reasons.some(([, holds]) => holds(text, theirs, ours))) return false;
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

/** A text with a few characters taken out, put in or replaced. */
const mutated = fc
  .record({
    seed: fc.constantFrom(...seeds),
    edits: fc.array(
      fc.record({
        at: fc.nat(40),
        cut: fc.nat(3),
        put: fc.oneof(
          fc.constantFrom(...'0123456789-,/[]{}":.e+ x\n'),
          fc.constantFrom('', 'connect', 'null', 'true'),
        ),
      }),
      { maxLength: 4 },
    ),
  })
  .map(({ seed, edits }) =>
    edits.reduce((text, { at, cut, put }) => text.slice(0, at) + put + text.slice(at + cut), seed),
  );

describe('codec/message beside the genuine parser', () => {
  it('writes the very frames of socket.io-parser', () => {
    fc.assert(
      fc.property(outgoing, (packet) => {
        assert.deepEqual(engine4.encode(packet), officialFrames(packet));
      }),
      { numRuns: 500 },
    );
  });

  it('is read by socket.io-parser, and reads what that writes', () => {
    fc.assert(
      fc.property(incoming, (packet) => {
        const ours = engine4.encode(packet).map(messageOf);
        const theirs = officialFrames(packet).map(messageOf);
        assert.equal(officialVerdict(ours).says, 'packet');
        assert.ok(compare(ours));
        assert.ok(compare(theirs));
      }),
      { numRuns: 500 },
    );
  });

  it('agrees with socket.io-parser on damaged texts, but for the stated reasons', () => {
    let agreed = 0;
    let accepted = 0;
    fc.assert(
      fc.property(mutated, (text) => {
        if (!compare([text])) return;
        agreed += 1;
        if (ourVerdict([text]).says === 'packet') accepted += 1;
      }),
      { numRuns: 3_000 },
    );
    assert.ok(agreed > 1_500 && accepted > 250, `only ${agreed} agreed, ${accepted} of them accepted`);
  });

  it('differs from it for every stated reason', () => {
    const examples = [
      '',
      '2 ["m"]',
      '21234567890123456["m"]',
      '501-["m"]',
      '4{"message":"x"}',
      '2',
      '3["x"]',
      '51-',
    ];
    for (const [index, text] of examples.entries()) {
      assert.equal(compare([text]), false, reasons[index]?.[0]);
      assert.ok(reasons[index]?.[1](text, officialVerdict([text]), ourVerdict([text])), reasons[index]?.[0]);
    }
  });

  it('agrees with it on placeholders, but for fractions', () => {
    const num = fc.constantFrom(
      '0',
      '1',
      '2',
      '-1',
      '1e0',
      '0.5',
      '"0"',
      'null',
      '"splice"',
      '1e9',
      '{}',
      'true',
    );
    const mark = fc.constantFrom('true', '1', '"true"', 'false');
    const holes = fc.array(
      fc.record({ num, mark }).map(({ num, mark }) => `{"_placeholder":${mark},"num":${num}}`),
      { maxLength: 3 },
    );
    fc.assert(
      fc.property(
        holes,
        fc.array(binary, { maxLength: 3 }),
        fc.integer({ min: 1, max: 3 }),
        (list, found, count) => {
          const text = `5${count}-["m",${['1', ...list].join()}]`;
          const fraction = /true,"num":0\.5/.test(text);
          if (!fraction) assert.ok(compare([text, ...found]), text);
          else if (found.length === count) assert.equal(ourVerdict([text, ...found]).says, 'refused');
        },
      ),
      { numRuns: 500 },
    );
  });
});
