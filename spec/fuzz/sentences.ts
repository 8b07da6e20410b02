/** What clients of the three generations say, lawful and damaged: the words from which the fuzzer makes its cases. */
import fc from 'fast-check';
import type { Frame } from '../../lib/codec/codec.js';
import { engine3 } from '../../lib/codec/engine3.js';
import { engine4 } from '../../lib/codec/engine4.js';
import { revision1 } from '../../lib/codec/revision1.js';
import type { Packet } from '../../lib/packet.js';
import { binary, damaged, incoming, messageOf } from '../codec/arbitraries.js';
import { placed } from './placeholders.js';
import { trapped } from './traps.js';

/** Stands in what clients say, where it must not come back in an answer. */
export const MARK = 'zqX9j';

/** Large things, seldom: they end at a bound, and take long to look at. */
const LARGE = [
  '['.repeat(600),
  '{"a":'.repeat(600),
  '['.repeat(100_000),
  '1,'.repeat(70_000),
  '[],'.repeat(30_000),
  `"${'\\u0041'.repeat(2_000)}",`,
  'é'.repeat(1_200),
  '/'.repeat(1_100),
];

const large = fc.constantFrom(...LARGE);
const odd = fc.constantFrom(
  '',
  '\0',
  '\x1e',
  '\x7f',
  '\x80',
  '\xff',
  'é',
  '９',
  '\u2028',
  '\ufffd',
  '😀',
  '\ud800',
  '%',
  '%E0%A4%A',
  '\r\n',
  '-0',
  '1e9',
  '9007199254740993',
);
const words = fc.constantFrom(
  MARK,
  'null',
  'true',
  'connect',
  'disconnecting',
  'error',
  'newListener',
  '__proto__',
  'constructor',
  '"_placeholder":true',
  '"num":"splice"',
  '"num":1e9',
  '/nowhere,',
  '/box,',
  '/echo,',
  '/live-1,',
  '451-',
  '0{"sid"',
  'probe',
);

/** Pieces that are put into a text. */
export const pieces = fc.oneof(
  { weight: 40, arbitrary: fc.constantFrom(...'0123456789-,/[]{}":.e+ xb?&=') },
  { weight: 12, arbitrary: odd },
  { weight: 12, arbitrary: words },
  { weight: 1, arbitrary: large },
);

/** How one generation writes what its clients say. */
const writers = {
  4: (packet: Packet) => engine4.encode(packet),
  3: (packet: Packet) => engine3.encode(packet),
  1: (packet: Packet) => revision1.encode(packet),
} as const;

export type Spoken = keyof typeof writers;

/** Events that the application of the fuzzed site listens to, beside those that it does not. */
const heard = fc
  .record({
    nsp: fc.constantFrom('/', '/', '/box', '/echo', '/live-1'),
    id: fc.option(fc.nat(3), { nil: undefined }),
    args: fc.array(fc.oneof(fc.constant(MARK), fc.jsonValue({ maxDepth: 2 }), binary), { maxLength: 3 }),
  })
  .map(({ nsp, id, args }): Packet => {
    const packet: Packet = { type: 2, nsp, data: ['say', ...args] };
    return id === undefined ? packet : { ...packet, id };
  });

const packet = fc.oneof(incoming, heard);

/** What comes from a wire is UTF-8: half a pair of surrogates does not survive it. */
export function wellFormed(text: string): string {
  return Buffer.from(text).toString();
}

/** The frames of one packet, the first of them damaged now and then. */
export function framesOf(generation: Spoken): fc.Arbitrary<Frame[]> {
  const write = writers[generation];
  const lawful = packet.map((said) => [...write(said)]);
  const broken = damaged(
    lawful.map(([first]) => String(first)),
    pieces,
    3,
  ).map(wellFormed);
  return fc.oneof(
    { weight: 5, arbitrary: lawful },
    { weight: 6, arbitrary: fc.tuple(lawful, broken).map(([[, ...rest], first]) => [first, ...rest]) },
    { weight: 1, arbitrary: signals[generation].map((frame): Frame[] => [frame]) },
    { weight: 1, arbitrary: fc.oneof(binary, odd).map((frame): Frame[] => [frame]) },
    ...(generation === 1 ? [] : [{ weight: 2, arbitrary: placed(generation) }]),
  );
}

/** What keeps a connection alive, ends it, or means nothing from a client. */
const signals: Record<Spoken, fc.Arbitrary<string>> = {
  4: fc.constantFrom('1', '2', '2probe', '3', '3probe', '5', '6', '7', '0{"sid":"x"}', 'b4AQI=', 'bAQI'),
  3: fc.constantFrom('1', '2', '2probe', '3', '5', '6', '9', '40', 'b4AQI=', 'b0', 'b4!'),
  1: fc.constantFrom('0::', '1::', '2::', '8::', '7:::1+0', '0', '9:::', ':::', '1::/box', '1::/live-1?a=b'),
};

/** Several packets, one after the other; traps only here, since the genuine parsers leave them in. */
export function talkOf(generation: Spoken, mostPackets = 4): fc.Arbitrary<Frame[]> {
  const one = fc.oneof(
    { weight: 14, arbitrary: framesOf(generation) },
    { weight: 1, arbitrary: trapped[generation].map((frame): Frame[] => [frame]) },
  );
  return fc.array(one, { minLength: 1, maxLength: mostPackets }).map((list) => list.flat());
}

/** Messages of one packet, without what Engine.IO puts before them. */
export function messagesOf(generation: 3 | 4): fc.Arbitrary<Frame[]> {
  const bare = (frame: Frame): Frame =>
    generation === 3 && Buffer.isBuffer(frame) ? frame.subarray(1) : messageOf(frame);
  return framesOf(generation).map((frames) => frames.map(bare));
}
