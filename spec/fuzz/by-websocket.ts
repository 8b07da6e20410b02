/** Scripts of clients on a WebSocket: of RFC 6455, frame by frame, and of the drafts before it. */
import fc from 'fast-check';
import type { Frame } from '../../lib/codec/codec.js';
import { damaged } from '../codec/arbitraries.js';
import { type Spoken, talkOf } from './sentences.js';
import { bytesOf, request, type Script, type Step, websocketLines, writeFrame } from './steps.js';
import { trappedSearch } from './traps.js';
import { headerText, mounts, SID } from './urls.js';

/** Most of them come to the usual place. */
export const mount = fc.constantFrom(...mounts, mounts[0], mounts[0]);
/** How somebody goes. */
export const end = fc.constantFrom('end' as const, 'end' as const, 'reset' as const);
/** Bytes of a stream that is damaged now and then. */
export const maybeBroken = (stream: fc.Arbitrary<string>): fc.Arbitrary<string> => {
  const odd = fc.constantFrom(
    '\0',
    '\xff',
    '\x80',
    '\x81\x00',
    '\x89\x01!',
    '\x88\x82',
    '\xc1',
    '\x1e',
    '0',
    '{',
  );
  return fc.oneof({ weight: 3, arbitrary: stream }, { weight: 1, arbitrary: damaged(stream, odd, 3) });
};

/** A stream in pieces, each sent for itself. */
export function cut(line: number, stream: fc.Arbitrary<string>): fc.Arbitrary<Step[]> {
  return fc.tuple(stream, fc.array(fc.nat(), { maxLength: 3 })).map(([bytes, cuts]) => {
    const places = cuts.map((place) => place % (bytes.length + 1)).sort((one, other) => one - other);
    const parts = [...places, bytes.length].map((place, index) => bytes.slice(places[index - 1] ?? 0, place));
    return parts
      .filter((part) => part !== '')
      .map((part) => ({ line, bytes: part, awaits: 'turn' as const }));
  });
}

/** One message in frames of a WebSocket: usually one, lawful. */
const wrapped = (frame: Frame): fc.Arbitrary<string> => {
  const payload = bytesOf(frame);
  const opcode = typeof frame === 'string' ? 1 : 2;
  const lawful = fc.constant(writeFrame({ opcode, payload }));
  const halves = fc.nat(payload.length).map((at) => {
    const [first, rest] = [payload.slice(0, at), payload.slice(at)];
    return writeFrame({ opcode, payload: first, fin: false }) + writeFrame({ opcode: 0, payload: rest });
  });
  const strange = fc
    .record({
      opcode: fc.nat(15),
      fin: fc.boolean(),
      reserved: fc.nat(7),
      masked: fc.boolean(),
      length: fc.option(fc.constantFrom(0, 125, 126, 65_535, 65_536, 1_000_001, 0xffffffff), {
        nil: undefined,
      }),
    })
    .map(({ length, ...odd }) => {
      // What a ping or a close says comes back, and has to.
      const said = odd.opcode === 8 || odd.opcode === 9 ? '\x03\xe8bye' : payload;
      return writeFrame({ ...odd, payload: said, ...(length !== undefined && { length }) });
    });
  return fc.oneof(
    { weight: 10, arbitrary: lawful },
    { weight: 2, arbitrary: halves },
    { weight: 1, arbitrary: strange },
  );
};

const spoken = (generation: Spoken): fc.Arbitrary<string> =>
  talkOf(generation).chain((frames) => fc.tuple(...frames.map(wrapped)).map((parts) => parts.join('')));

/** Lines of a WebSocket's request, one of them changed now and then. */
const upgradeLines = fc.oneof(
  { weight: 8, arbitrary: fc.constant(websocketLines) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.nat(), headerText)
      .map(([place, value]) =>
        websocketLines.map((line, index) =>
          index === place % websocketLines.length ? `${line.split(':')[0]}: ${value}` : line,
        ),
      ),
  },
  {
    weight: 1,
    arbitrary: headerText.map((value) => [...websocketLines, `Sec-WebSocket-Extensions: ${value}`]),
  },
);

/** What else a client says in its address. */
const search = fc.oneof(
  { weight: 9, arbitrary: fc.constant('') },
  { weight: 1, arbitrary: trappedSearch.map((text) => `&${text}`) },
);

/** How a script of one generation shakes hands on line 0. */
export function greeting(base: string, generation: Spoken, query = ''): Step {
  const address =
    generation === 1 ? `${base}/1/?t=1${query}` : `${base}/?EIO=${generation}&transport=polling${query}`;
  return { line: 0, bytes: request({ target: address }), awaits: 'owed' };
}

/** A client on a WebSocket from the beginning. */
export function websocket(generation: Spoken): fc.Arbitrary<Script> {
  return fc
    .tuple(mount, upgradeLines, cut(1, maybeBroken(spoken(generation))), end, search)
    .map(([base, lines, stream, how, query]): Script => {
      const [address, before] =
        generation === 1
          ? [`${base}/1/websocket/${SID}`, [greeting(base, 1, query)]]
          : [`${base}/?EIO=${generation}&transport=websocket${query}`, []];
      const knock = { line: 1, bytes: request({ target: address, lines }), awaits: 'answer' as const };
      // Whoever does not ask to join is nobody.
      const hello =
        generation === 4
          ? [{ line: 1, bytes: writeFrame({ opcode: 1, payload: '40' }), awaits: 'turn' as const }]
          : [];
      return [...before, knock, ...hello, ...stream, { line: 1, end: how }];
    });
}

const keys = fc.oneof(
  fc.constant(['4 @1  46546xW%0l 1 5', '12998 5 Y3 1  .P00', '^n:ds[4U'] as const),
  fc.tuple(headerText, headerText, fc.string({ unit: 'binary-ascii', maxLength: 9 })),
);

/** The WebSocket of Flash and of browsers before RFC 6455. */
export const hixie: fc.Arbitrary<Script> = fc
  .tuple(
    mount,
    keys,
    fc.constantFrom('websocket', 'flashsocket'),
    maybeBroken(talkOf(1).map((frames) => frames.map((frame) => `\0${bytesOf(frame)}\xff`).join(''))),
    end,
  )
  .chain(([base, [first, second, challenge], transport, stream, how]) => {
    const lines = [
      'Connection: Upgrade',
      'Upgrade: WebSocket',
      'Origin: http://h.example',
      `Sec-WebSocket-Key1: ${first}`,
      `Sec-WebSocket-Key2: ${second}`,
    ];
    const knock = request({ target: `${base}/1/${transport}/${SID}`, lines });
    return cut(1, fc.constant(knock + challenge + stream)).map(
      (steps): Script => [greeting(base, 1), ...steps, { line: 1, end: how }],
    );
  });
