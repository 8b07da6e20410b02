/** Scripts of clients on a WebSocket whose end the rules decide: close frames, and messages in many fragments. */
import fc from 'fast-check';
import { cut, end, greeting } from './by-websocket.js';
import type { Spoken } from './sentences.js';
import {
  bytesOf,
  MOST_FRAGMENTS,
  request,
  type Script,
  type Step,
  websocketLines,
  writeFrame,
} from './steps.js';
import { mounts, SID } from './urls.js';

/** What ends a connection, and the code that has to come back. */
interface Verdict {
  readonly bytes: string;
  readonly close: number;
}

// The codes of RFC 6455, section 7.4; the first stands for a close frame without any.
const NONE = 1005;
const PROTOCOL_ERROR = 1002;
const NOT_UTF8 = 1007;
const POLICY = 1008;

/** Those of RFC 6455, section 7.4.1, that an endpoint may send, those that IANA has added, and the free ranges. */
function maySend(code: number): boolean {
  const isNamed = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014].includes(code);
  return isNamed || (code >= 3000 && code < 5000);
}

/** Not the function that the library asks. */
function isUtf8(bytes: string): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(bytes, 'latin1'));
    return true;
  } catch {
    return false;
  }
}

const code = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(1000, 1001, 1002, 1007, 1011, 1014, 3000, 4999) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535),
  },
  { weight: 1, arbitrary: fc.nat(65_535) },
);
const wrongUtf8 = fc.constantFrom(
  '\x80',
  '\xff',
  '\xc3',
  'bye\xc3(',
  '\xc0\xaf',
  '\xed\xa0\x80',
  '\xe2\x82',
  '\xf4\x90\x80\x80',
  '\xf0\x9f\x98',
);
const reason = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom('', 'bye', bytesOf('zu Ende 😀'), 'x'.repeat(123)) },
  { weight: 2, arbitrary: wrongUtf8 },
  { weight: 1, arbitrary: fc.constant('x'.repeat(124)) },
);
const payload = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(code, reason).map(([number, text]) => codeBytes(number) + text) },
  { weight: 1, arbitrary: fc.constantFrom('', '\0', '\x03', '\xff') },
);

function codeBytes(number: number): string {
  return String.fromCharCode(number >> 8, number & 255);
}

/** What has to be said back to a close frame that is lawful as a frame. @see RFC 6455, sections 5.5.1, 7.4 and 8.1 */
function answerTo(said: string): number {
  if (said === '') return NONE;
  if (said.length === 1 || said.length > 125) return PROTOCOL_ERROR;
  const number = said.charCodeAt(0) * 256 + said.charCodeAt(1);
  if (!maySend(number)) return PROTOCOL_ERROR;
  return isUtf8(said.slice(2)) ? number : NOT_UTF8;
}

/** A close frame: usually lawful as a frame. */
const closing: fc.Arbitrary<Verdict> = fc
  .tuple(
    payload,
    fc.oneof(
      { weight: 8, arbitrary: fc.constant({}) },
      { weight: 1, arbitrary: fc.constantFrom({ fin: false }, { reserved: 4 }, { masked: false }) },
    ),
  )
  .map(([said, odd]) => ({
    bytes: writeFrame({ opcode: 8, payload: said, ...odd }),
    close: Object.keys(odd).length > 0 ? PROTOCOL_ERROR : answerTo(said),
  }));

/** One message, whole in the end, and lawful at any time: an event would not be, before its client has joined. */
const messages: Readonly<Record<Spoken, string>> = {
  4: '40/box,{"token":"in many pieces"}',
  3: '40/box?token=in-many-pieces',
  1: '1::/box?token=in-many-pieces',
};

/** A message in more fragments than there may be, or in as many, some of them empty; behind it an orderly end. */
const fragments = (generation: Spoken): fc.Arbitrary<Verdict> =>
  fc
    .record({
      count: fc.oneof(fc.nat(3 * MOST_FRAGMENTS), fc.constantFrom(MOST_FRAGMENTS, MOST_FRAGMENTS + 1)),
      step: fc.nat(3),
      pings: fc.boolean(),
    })
    .map(({ count, step, pings }) => {
      const text = messages[generation];
      const last = Math.max(1, count) - 1;
      const frames = Array.from({ length: last + 1 }, (_, index) => {
        const part = text.slice(index * step, index === last ? undefined : (index + 1) * step);
        const ping = pings && index % 5 === 1 ? writeFrame({ opcode: 9, payload: 'p' }) : '';
        return ping + writeFrame({ opcode: index === 0 ? 1 : 0, fin: index === last, payload: part });
      });
      const bytes = frames.join('') + writeFrame({ opcode: 8, payload: codeBytes(1000) });
      return { bytes, close: last + 1 > MOST_FRAGMENTS ? POLICY : 1000 };
    });

// Where another format than JSON is spoken, everybody here would be sent away for his first words.
const mount = fc.constantFrom(...mounts.filter((base) => base !== '/packed'));
const offers = fc.constantFrom<readonly string[]>([], [], ['Sec-WebSocket-Extensions: permessage-deflate']);

function judged(generation: Spoken): fc.Arbitrary<Script> {
  return fc
    .tuple(mount, offers, fc.oneof(closing, fragments(generation)), end)
    .chain(([base, offer, { bytes, close }, how]) =>
      cut(1, fc.constant(bytes)).map((steps): Script => {
        const [before, address] =
          generation === 1
            ? [[greeting(base, 1)], `${base}/1/websocket/${SID}`]
            : [[], `${base}/?EIO=${generation}&transport=websocket`];
        const lines = [...websocketLines, ...offer];
        const knock: Step = { line: 1, bytes: request({ target: address, lines }), awaits: 'owed' };
        // Whoever does not ask to join is sent away for that.
        const hello: Step[] =
          generation === 4
            ? [{ line: 1, bytes: writeFrame({ opcode: 1, payload: '40' }), awaits: 'turn' }]
            : [];
        const verdict: Step = { line: 1, bytes: '', awaits: { close } };
        return [...before, knock, ...hello, ...steps, verdict, { line: 1, end: how }];
      }),
    );
}

/** Any of them. */
export const verdicts: fc.Arbitrary<Script> = fc.oneof(judged(4), judged(3), judged(1));
