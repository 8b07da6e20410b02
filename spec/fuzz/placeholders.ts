/** Binary packets whose attachments all come, and whose placeholders name whatever they like. */
import fc from 'fast-check';
import type { Frame } from '../../lib/codec/codec.js';
import { binary } from '../codec/arbitraries.js';

/**
 * What stands for the place of an attachment, in JSON: damage seldom makes it, since the right number of attachments
 * has to follow as well. No fraction: the genuine parsers put nothing in its place, and we refuse it.
 */
const places = fc.oneof(
  { weight: 6, arbitrary: fc.nat(3).map(String) },
  {
    weight: 2,
    arbitrary: fc.constantFrom('-0', '1e0', '4', '10', '-1', '1e9', '9007199254740993', '-1e99'),
  },
  { weight: 1, arbitrary: fc.constantFrom('"0"', '"splice"', '"length"', '""', 'null', 'true', '[0]', '{}') },
);

const placeholder = fc.oneof(
  { weight: 9, arbitrary: places.map((num) => `{"_placeholder":true,"num":${num}}`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '{"_placeholder":true}',
      '{"_placeholder":false,"num":9}',
      '{"num":0,"_placeholder":true,"more":1}',
    ),
  },
);

/** Where it stands in the data. */
const around = fc.constantFrom(
  (text: string) => text,
  (text: string) => `[${text}]`,
  (text: string) => `{"a":${text}}`,
  (text: string) => `{"a":[1,{"b":${text}}],"c":null}`,
);

const args = fc.array(
  fc.tuple(around, placeholder).map(([put, text]) => put(text)),
  { minLength: 1, maxLength: 4 },
);

/** The frames of one packet. */
export function placed(generation: 3 | 4): fc.Arbitrary<Frame[]> {
  return fc
    .record({
      head: fc.constantFrom(['45', '"say",'], ['45', '"say",'], ['46', '']),
      nsp: fc.constantFrom('', '/box,', '/echo,'),
      id: fc.constantFrom('', '0', '7'),
      args,
      attachments: fc.array(binary, { minLength: 1, maxLength: 4 }),
    })
    .map(({ head: [type, name], nsp, id, args, attachments }): Frame[] => {
      const text = `${type}${attachments.length}-${nsp}${id}[${name}${args.join(',')}]`;
      return [text, ...attachments.map((bytes) => typed(generation, bytes))];
    });
}

function typed(generation: 3 | 4, bytes: Buffer): Buffer {
  return generation === 3 ? Buffer.concat([Buffer.of(4), bytes]) : bytes;
}
