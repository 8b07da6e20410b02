/** Texts with which clients try to poison a careless program. */
import fc from 'fast-check';
import type { Spoken } from './sentences.js';

const core = fc.constantFrom<string>(
  '{"__proto__":{"isAdmin":true}}',
  '{"\\u005f_proto__":{"isAdmin":true}}',
  '{"__proto__":null,"sid":"x"}',
  '{"a":1,"__proto__":"x"}',
  '{"constructor":{"prototype":{"isAdmin":true}}}',
);
const around = fc.constantFrom(
  (text: string) => `{"a":${text}}`,
  (text: string) => `{"a":[0,${text}],"b":{}}`,
  (text: string) => `{"constructor":${text}}`,
  (text: string) => `{"__proto__":${text}}`,
);
const json = fc
  .tuple(core, fc.array(around, { maxLength: 3 }))
  .map(([text, list]) => list.reduce((inner, put) => put(inner), text));

/** Parameters of a query, behind others or alone. */
export const trappedSearch = fc.constantFrom(
  '__proto__=x',
  '__proto__',
  'a=b&__proto__=x&__proto__=y',
  '%5f_proto__=x&a=b',
  'constructor=x&prototype=y',
);

// Not `/echo`: whoever has joined it is told what others have said, and that is no reflection.
const nsp = fc.constantFrom('/', '/box', '/live-1');
const join4 = fc.tuple(nsp, json).map(([name, text]) => `40${name},${text}`);
const join3 = fc.tuple(nsp, trappedSearch).map(([name, search]) => `40${name}?${search}`);
const join1 = fc
  .tuple(nsp, fc.constantFrom('?', ':?'), trappedSearch)
  .map(([name, mark, search]) => `1::${name}${mark}${search}`);
const say = fc.tuple(nsp, json).map(([name, text]) => `42${name},["say",${text}]`);
const say1 = fc.tuple(nsp, json).map(([name, text]) => `5::${name}:{"name":"say","args":[${text}]}`);

/** One packet with a trap in it, as a frame. */
export const trapped: Readonly<Record<Spoken, fc.Arbitrary<string>>> = {
  4: fc.oneof(join4, say),
  3: fc.oneof(join3, say),
  1: fc.oneof(join1, say1),
};
