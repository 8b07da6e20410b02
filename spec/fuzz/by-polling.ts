/** Scripts of clients that poll, in every wrapping, and of those that move on to a WebSocket. */
import fc from 'fast-check';
import type { Frame } from '../../lib/codec/codec.js';
import { engine3, engine3Text } from '../../lib/codec/engine3.js';
import { engine4Text } from '../../lib/codec/engine4.js';
import { framing } from '../../lib/codec/framing.js';
import { end, greeting, maybeBroken, mount } from './by-websocket.js';
import { type Spoken, talkOf } from './sentences.js';
import { bytesOf, request, type Script, type Step, websocketLines, writeFrame } from './steps.js';
import { headerText, SID } from './urls.js';

/** How one way of polling wraps what is said. */
export interface Wrapping {
  readonly generation: Spoken;
  readonly hello: string;
  readonly type: string;
  address(base: string): string;
  query?: string;
  wrap(frames: readonly Frame[]): string;
}

const FORM = 'application/x-www-form-urlencoded';
const TEXT = 'text/plain;charset=UTF-8';
const packed = (frames: readonly Frame[]): string => bytesOf(framing.pack(frames));

const engine = (generation: 3 | 4, more = '') => ({
  generation,
  address: (base: string) => `${base}/?EIO=${generation}&transport=polling${more}&sid=${SID}`,
  query: more,
});

export const wrappings: readonly Wrapping[] = [
  { ...engine(4), hello: '40', type: TEXT, wrap: (frames) => bytesOf(engine4Text.payload.pack(frames)) },
  { ...engine(3), hello: '1:2', type: TEXT, wrap: (frames) => bytesOf(engine3Text.payload.pack(frames)) },
  {
    ...engine(3),
    hello: '\0\x01\xff2',
    type: 'application/octet-stream',
    wrap: (frames) => bytesOf(engine3.payload.pack(frames)),
  },
  {
    ...engine(3, '&j=0&b64=1'),
    hello: 'd=1%3A2',
    type: FORM,
    wrap: (frames) => `d=${encodeURIComponent(Buffer.from(engine3Text.payload.pack(frames)).toString())}`,
  },
  {
    generation: 1,
    hello: '2::',
    type: TEXT,
    address: (base) => `${base}/1/xhr-polling/${SID}?t=1`,
    wrap: packed,
  },
  {
    generation: 1,
    hello: 'd="2::"',
    type: FORM,
    address: (base) => `${base}/1/jsonp-polling/${SID}?i=0`,
    wrap: (frames) => `d=${encodeURIComponent(JSON.stringify(Buffer.from(framing.pack(frames)).toString()))}`,
  },
  {
    generation: 1,
    hello: '2::',
    type: TEXT,
    address: (base) => `${base}/1/htmlfile/${SID}?t=1`,
    wrap: packed,
  },
];

/** Posts and polls in any order; what is posted is damaged now and then, and so is what is said of it. */
export function polling(wrapping: Wrapping): fc.Arbitrary<Script> {
  const { generation, type, hello } = wrapping;
  const body = maybeBroken(talkOf(generation).map((frames) => wrapping.wrap(frames)));
  const usual = fc.constant([`Content-Type: ${type}`]);
  const lines = fc.oneof(
    { weight: 9, arbitrary: usual },
    { weight: 1, arbitrary: headerText.map((value) => [`Content-Type: ${value}`]) },
    {
      weight: 1,
      arbitrary: headerText.map((value) => [`Content-Encoding: ${value}`, `Content-Type: ${type}`]),
    },
    {
      weight: 1,
      arbitrary: headerText.map((value) => [`Transfer-Encoding: ${value}`, `Content-Type: ${type}`]),
    },
  );
  const act = fc.oneof(
    { weight: 4, arbitrary: fc.tuple(fc.constant('POST'), lines, body) },
    { weight: 2, arbitrary: fc.tuple(fc.constant('GET'), usual, fc.constant(undefined)) },
    { weight: 1, arbitrary: fc.tuple(fc.constantFrom('PUT', 'DELETE', 'OPTIONS', 'HEAD'), lines, body) },
  );
  return fc
    .tuple(mount, fc.array(fc.tuple(act, fc.nat(2), end), { maxLength: 4 }))
    .map(([base, acts]): Script => {
      const address = wrapping.address(base);
      const first = { method: 'POST', target: address, lines: [`Content-Type: ${type}`], body: hello };
      const steps = acts.map(([[method, said, text], line]): Step => {
        const asked = { method, target: address, lines: said, ...(text !== undefined && { body: text }) };
        return { line: line + 1, bytes: request(asked), awaits: line === 2 ? 'turn' : 'answer' };
      });
      const ends = acts.map(([, line, how]): Step => ({ line: line + 1, end: how }));
      const greeted = greeting(base, generation, wrapping.query);
      return [greeted, { line: 1, bytes: request(first), awaits: 'owed' }, ...steps, ...ends];
    });
}

/** A polling client that tries a WebSocket, in the right order or in any. */
export function upgrading(generation: 3 | 4): fc.Arbitrary<Script> {
  const poll = (base: string): string => `${base}/?EIO=${generation}&transport=polling&sid=${SID}`;
  const probe = fc.constantFrom('2probe', '2probe', '5', '5', '3', '2', '1', '6', '40', '42["say"]', 'x');
  const act = fc.oneof(
    { weight: 4, arbitrary: probe.map((text) => ({ kind: 'frame' as const, text })) },
    { weight: 1, arbitrary: fc.constantFrom({ kind: 'poll' as const }, { kind: 'post' as const }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'again' as const }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'cut' as const }) },
  );
  return fc.tuple(mount, fc.array(act, { maxLength: 7 })).map(([base, acts]): Script => {
    const target = `${base}/?EIO=${generation}&transport=websocket&sid=${SID}`;
    const knock: Step = { line: 1, bytes: request({ target, lines: websocketLines }), awaits: 'answer' };
    const body = generation === 4 ? '42["say","x"]' : '13:42["say","x"]';
    const lines = [`Content-Type: ${TEXT}`];
    const steps = acts.map((one): Step => {
      switch (one.kind) {
        case 'frame':
          return { line: 1, bytes: writeFrame({ opcode: 1, payload: one.text }), awaits: 'turn' };
        case 'poll':
          return { line: 2, bytes: request({ target: poll(base) }), awaits: 'turn' };
        case 'post':
          return {
            line: 0,
            bytes: request({ method: 'POST', target: poll(base), lines, body }),
            awaits: 'answer',
          };
        case 'again':
          return { line: 3, bytes: request({ target, lines: websocketLines }), awaits: 'turn' };
        default:
          return { line: 1, end: 'reset' };
      }
    });
    const hello = { method: 'POST', target: poll(base), lines, body: generation === 4 ? '40' : '1:2' };
    return [greeting(base, generation), { line: 0, bytes: request(hello), awaits: 'owed' }, knock, ...steps];
  });
}
