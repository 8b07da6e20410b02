/**
 * What clients may send over a WebSocket, and what is heard: the ground that the sections 1 to 7 and 10 of Autobahn's
 * suite cover, in vectors of our own.
 */
import { type Account, type FrameParts, type Limits, roomy, wordFor, write } from './client-frames.js';

export interface Vector {
  readonly name: string;
  readonly stream: Buffer;
  readonly account: Account;
  readonly limits: Limits;
}

const CONTINUATION = 0;
const TEXT = 1;
const BINARY = 2;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

const text = (payload: string | Buffer): FrameParts => ({ opcode: TEXT, payload });
const bytes = (payload: Buffer): FrameParts => ({ opcode: BINARY, payload });
const begin = (payload: string | Buffer, opcode = TEXT): FrameParts => ({ opcode, payload, fin: false });
const more = (payload: string | Buffer): FrameParts => ({ opcode: CONTINUATION, payload, fin: false });
const last = (payload: string | Buffer): FrameParts => ({ opcode: CONTINUATION, payload });
const ping = (payload: string | Buffer = ''): FrameParts => ({ opcode: PING, payload });
const pong = (payload: string | Buffer = ''): FrameParts => ({ opcode: PONG, payload });
const close = (code?: number, reason: string | Buffer = ''): FrameParts => ({
  opcode: CLOSE,
  payload: code === undefined ? '' : closing(code, reason),
});

function closing(code: number, reason: string | Buffer): Buffer {
  return Buffer.concat([Buffer.from([code >> 8, code & 255]), Buffer.from(reason)]);
}

const said = (message: string | Buffer): string => wordFor(message);
const closed = (code: number, reason: string | Buffer = ''): string =>
  `close ${closing(code, reason).toString('hex')}`;
const pinged = (payload = ''): string => `ping ${Buffer.from(payload).toString('hex')}`;
const ponged = (payload = ''): string => `pong ${Buffer.from(payload).toString('hex')}`;

function vector(
  name: string,
  frames: readonly FrameParts[],
  account: Account,
  limits: Partial<Limits> = {},
): Vector {
  return { name, stream: Buffer.concat(frames.map(write)), account, limits: { ...roomy, ...limits } };
}

const pattern = (length: number): Buffer =>
  Buffer.from(Array.from({ length }, (_, index) => (index * 7 + 1) & 255));
const letters = (length: number): string =>
  'abcdefghijklmnopqrstuvwxyz'.repeat(length / 26 + 1).slice(0, length);

/** Around every border: of the three kinds of length, of the key, of words, of where words are used. */
const lengths = [
  0, 1, 2, 3, 4, 5, 7, 8, 15, 16, 31, 124, 125, 126, 127, 128, 129, 130, 131, 143, 160, 1_000, 4_095, 4_096,
  4_103, 65_535, 65_536, 70_001,
];

const messages: Vector[] = lengths.flatMap((length) => [
  vector(`a text of ${length} bytes`, [text(letters(length))], [said(letters(length))]),
  vector(`${length} bytes`, [bytes(pattern(length))], [said(pattern(length))]),
]);

const sequences: Vector[] = [
  vector(
    'a hundred texts in a row',
    Array.from({ length: 100 }, (_, i) => text(`4${i}`)),
    Array.from({ length: 100 }, (_, i) => said(`4${i}`)),
  ),
  vector(
    'texts and bytes by turns',
    [text('a'), bytes(pattern(3)), text('é'), bytes(pattern(0))],
    [said('a'), said(pattern(3)), said('é'), said(pattern(0))],
  ),
  vector(
    'a large message between two small ones',
    [text('a'), bytes(pattern(5_000)), text('b')],
    [said('a'), said(pattern(5_000)), said('b')],
  ),
  vector(
    'a mask of zeros',
    [
      { ...text('plain'), mask: Buffer.alloc(4) },
      { ...bytes(pattern(300)), mask: Buffer.alloc(4) },
    ],
    [said('plain'), said(pattern(300))],
  ),
  vector(
    'another mask for each frame',
    [1, 2, 3].map((n) => ({ ...text('masks'), mask: Buffer.from([n, 255, n * 80, 128]) })),
    [said('masks'), said('masks'), said('masks')],
  ),
];

const pings: Vector[] = [
  vector('a ping of nothing', [ping()], [pinged()]),
  vector('a ping of a word', [ping('hello')], [pinged('hello')]),
  vector('a ping of bytes that are no text', [ping(Buffer.from([0, 255, 254, 253, 0]))], ['ping 00fffefd00']),
  vector('a ping of 125 bytes', [ping(letters(125))], [pinged(letters(125))]),
  vector('a ping of 126 bytes', [ping(letters(126))], ['fault 1002']),
  vector('a pong of nothing that nobody asked for', [pong()], [ponged()]),
  vector('a pong that nobody asked for', [pong('why')], [ponged('why')]),
  vector('a pong of 126 bytes', [pong(letters(126))], ['fault 1002']),
  vector('a pong, then a ping', [pong('why'), ping('me')], [ponged('why'), pinged('me')]),
  vector(
    'ten pings',
    Array.from({ length: 10 }, (_, i) => ping(`${i}`)),
    Array.from({ length: 10 }, (_, i) => pinged(`${i}`)),
  ),
  vector('a ping between two texts', [text('a'), ping('p'), text('b')], [said('a'), pinged('p'), said('b')]),
];

const reservedBits: Vector[] = [1, 2, 3, 4, 5, 6, 7].flatMap((reserved) => [
  vector(`reserved bits ${reserved} in a text`, [{ ...text('a'), reserved }], ['fault 1002']),
  vector(
    `reserved bits ${reserved} behind a text`,
    [text('a'), { ...text('b'), reserved }, text('c')],
    [said('a'), 'fault 1002'],
  ),
  vector(`reserved bits ${reserved} in bytes`, [{ ...bytes(pattern(200)), reserved }], ['fault 1002']),
  vector(`reserved bits ${reserved} in a ping`, [{ ...ping(), reserved }], ['fault 1002']),
  vector(`reserved bits ${reserved} in a close frame`, [{ ...close(1000), reserved }], ['fault 1002']),
  vector(
    `reserved bits ${reserved} in a continuation`,
    [begin('a'), { ...last('b'), reserved }],
    ['fault 1002'],
  ),
]);

const opcodes: Vector[] = [3, 4, 5, 6, 7, 11, 12, 13, 14, 15].flatMap((opcode) => [
  vector(`opcode ${opcode} with nothing`, [{ opcode }], ['fault 1002']),
  vector(`opcode ${opcode} with something`, [{ opcode, payload: 'a' }], ['fault 1002']),
  vector(`opcode ${opcode} behind a text`, [text('a'), { opcode }, ping()], [said('a'), 'fault 1002']),
  vector(`opcode ${opcode} without an end`, [{ opcode, fin: false }], ['fault 1002']),
]);

const unmasked: Vector[] = [CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG].flatMap((opcode) => [
  vector(`opcode ${opcode} without a mask`, [{ opcode, payload: 'ab', mask: undefined }], ['fault 1002']),
  vector(
    `opcode ${opcode} without a mask, behind a text`,
    [text('a'), { opcode, mask: undefined }],
    [said('a'), 'fault 1002'],
  ),
]);

const fragments: Vector[] = [
  vector('a ping in two', [{ ...ping('a'), fin: false }, last('b')], ['fault 1002']),
  vector('a pong in two', [{ ...pong('a'), fin: false }, last('b')], ['fault 1002']),
  vector('a close frame in two', [{ ...close(1000), fin: false }, last('b')], ['fault 1002']),
  vector('a text in two', [begin('one '), last('two')], [said('one two')]),
  vector(
    'bytes in two',
    [begin(pattern(9), BINARY), last(pattern(8))],
    [said(Buffer.concat([pattern(9), pattern(8)]))],
  ),
  vector('a text in three', [begin('one '), more('two '), last('three')], [said('one two three')]),
  vector(
    'a text in letters',
    [begin('l'), more('e'), more('t'), more('t'), more('e'), last('r')],
    [said('letter')],
  ),
  vector('a text in nothings', [begin(''), more(''), last('')], [said('')]),
  vector('bytes in nothings', [begin('', BINARY), more(''), last('')], [said(pattern(0))]),
  vector('a text whose middle is nothing', [begin('a'), more(''), last('b')], [said('ab')]),
  vector('a text that begins with nothing', [begin(''), more('a'), last('')], [said('a')]),
  vector('a text with a ping inside', [begin('a'), ping('p'), last('b')], [pinged('p'), said('ab')]),
  vector(
    'a text with pings and pongs inside',
    [begin('a'), ping('1'), more('b'), pong('2'), ping(letters(125)), last('c')],
    [pinged('1'), ponged('2'), pinged(letters(125)), said('abc')],
  ),
  vector('a text with a close frame inside', [begin('a'), close(1000), last('b')], [closed(1000)]),
  vector('a text with a bad close frame inside', [begin('a'), close(999), last('b')], ['fault 1002']),
  vector('two texts in two', [begin('a'), last('b'), begin('c'), last('d')], [said('ab'), said('cd')]),
  vector('a text in two, then a whole one', [begin('a'), last('b'), text('c')], [said('ab'), said('c')]),
  vector('a continuation of nothing', [last('a')], ['fault 1002']),
  vector('a continuation of nothing without an end', [more('a')], ['fault 1002']),
  vector('a continuation behind a whole text', [text('a'), last('b')], [said('a'), 'fault 1002']),
  vector(
    'a continuation behind a finished text',
    [begin('a'), last('b'), last('c')],
    [said('ab'), 'fault 1002'],
  ),
  vector(
    'a continuation behind a finished text, without an end',
    [begin('a'), last('b'), more('c')],
    [said('ab'), 'fault 1002'],
  ),
  vector('a text within a text', [begin('a'), text('b')], ['fault 1002']),
  vector('bytes within a text', [begin('a'), bytes(pattern(1))], ['fault 1002']),
  vector('the beginning of a text within a text', [begin('a'), begin('b'), last('c')], ['fault 1002']),
  vector('a text that never ends', [begin('a'), more('b')], []),
  vector(
    'a large text in pieces of 1300',
    [begin(letters(1_300)), ...Array.from({ length: 9 }, () => more(letters(1_300))), last('')],
    [said(letters(1_300).repeat(10))],
  ),
  vector(
    'large bytes in small pieces',
    [
      begin(pattern(3), BINARY),
      ...Array.from({ length: 400 }, () => more(pattern(11))),
      last(pattern(2_000)),
    ],
    [said(Buffer.concat([pattern(3), ...Array.from({ length: 400 }, () => pattern(11)), pattern(2_000)]))],
  ),
];

/** As hex; spaces between what is one character, or would be. */
const goodTexts: readonly string[] = [
  'ce ba e1 bd b9 cf 83 ce bc ce b5', // κόσμε
  '00',
  '7f',
  'c2 80',
  'df bf',
  'e0 a0 80',
  'ef bf bf',
  'f0 90 80 80',
  'f4 8f bf bf',
  'ed 9f bf',
  'ee 80 80',
  'ef bf bd',
  'ef bb bf 61',
  'ef bf be',
  'f0 9f bf be',
  'f3 af bf bf',
  'ef b7 90',
  'e2 82 ac',
  'f0 9f 98 80',
  '61 c3 a9 62',
  'f0 9f 91 a9 e2 80 8d f0 9f 92 bb',
];

const badTexts: readonly string[] = [
  // Continuations of nothing.
  '80',
  'bf',
  '80 bf',
  '80 bf 80 bf 80',
  '61 80 62',
  // Beginnings that nothing continues.
  'c2',
  'c2 20',
  'df 20',
  'e0 20',
  'ef 20',
  'f0 20',
  'f4 20',
  'e1 80',
  'e1 80 20',
  'f1 80 80',
  'f1 80 80 20',
  'f1 80',
  'f1',
  'c2 c2',
  'e1 80 e1 80',
  'ce ba e1 bd b9 cf',
  // Longer than need be.
  'c0 af',
  'c1 bf',
  'e0 80 af',
  'e0 9f bf',
  'f0 80 80 af',
  'f0 8f bf bf',
  'c0 80',
  'e0 80 80',
  'f0 80 80 80',
  // Halves of what UTF-16 writes in two.
  'ed a0 80',
  'ed ad bf',
  'ed ae 80',
  'ed af bf',
  'ed b0 80',
  'ed be 80',
  'ed bf bf',
  'ed a0 80 ed b0 80',
  'ed af bf ed bf bf',
  // Beyond the last character.
  'f4 90 80 80',
  'f5 80 80 80',
  'f7 bf bf bf',
  'f8 88 80 80 80',
  'fb bf bf bf bf',
  'fc 84 80 80 80 80',
  'fd bf bf bf bf bf',
  // What no text has.
  'fe',
  'ff',
  'fe fe ff ff',
  'ce ba e1 bd b9 cf 83 ce bc ce b5 ed a0 80 65 64 69 74 65 64',
];

const hex = (spaced: string): Buffer => Buffer.from(spaced.replaceAll(' ', ''), 'hex');

const characters: Vector[] = [
  ...goodTexts.flatMap((spaced) => good(spaced, hex(spaced))),
  ...badTexts.flatMap((spaced) => bad(spaced, hex(spaced))),
];

/** At once, in halves, in bytes, and far inside of a long text. */
function good(name: string, payload: Buffer): Vector[] {
  const half = payload.length >> 1;
  const long = Buffer.concat([Buffer.from(letters(150)), payload, Buffer.from(letters(50))]);
  return [
    vector(`the text ${name}`, [text(payload), text('b')], [said(payload.toString()), said('b')]),
    vector(
      `the text ${name} in halves`,
      [begin(payload.subarray(0, half)), last(payload.subarray(half))],
      [said(payload.toString())],
    ),
    vector(
      `the text ${name} in bytes`,
      [begin(''), ...[...payload].map((byte) => more(Buffer.from([byte]))), last('')],
      [said(payload.toString())],
    ),
    vector(`a long text with ${name} inside`, [text(long)], [said(long.toString())]),
  ];
}

function bad(name: string, payload: Buffer): Vector[] {
  const half = payload.length >> 1;
  const long = Buffer.concat([Buffer.from(letters(150)), payload, Buffer.from(letters(50))]);
  return [
    vector(`no text: ${name}`, [text(payload), text('b')], ['fault 1007']),
    vector(
      `no text: ${name} in halves`,
      [begin(payload.subarray(0, half)), last(payload.subarray(half))],
      ['fault 1007'],
    ),
    vector(`a long text with ${name} inside`, [text(long)], ['fault 1007']),
    vector(`bytes that are no text: ${name}`, [bytes(payload)], [said(payload)]),
  ];
}

const lawfulCodes = [
  1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999,
];
const unlawfulCodes = [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535];

const ends: Vector[] = [
  vector('a close frame without a code', [close()], ['close ']),
  vector('a close frame of one byte', [{ opcode: CLOSE, payload: 'a' }], ['fault 1002']),
  vector('a close frame with a reason', [close(1000, 'bye')], [closed(1000, 'bye')]),
  vector('a close frame with the longest reason', [close(1000, letters(123))], [closed(1000, letters(123))]),
  vector('a close frame with a longer reason', [close(1000, letters(124))], ['fault 1002']),
  vector('a close frame whose reason is no text', [close(1000, hex('ce ba ed a0 80'))], ['fault 1007']),
  vector('a close frame whose reason is half a character', [close(1000, hex('e2 82'))], ['fault 1007']),
  vector('a close frame whose reason has its characters', [close(1000, '€')], [closed(1000, '€')]),
  vector('two close frames', [close(1000), close(1001)], [closed(1000)]),
  vector('a ping behind a close frame', [close(1000), ping()], [closed(1000)]),
  vector('a text behind a close frame', [close(1000), text('a')], [closed(1000)]),
  vector('rubbish behind a close frame', [close(1000), { opcode: 15, reserved: 7 }], [closed(1000)]),
  vector('a text before a close frame', [text('a'), close(1000)], [said('a'), closed(1000)]),
  vector(
    'a large message before a close frame',
    [bytes(pattern(4_000)), close(1001)],
    [said(pattern(4_000)), closed(1001)],
  ),
  ...lawfulCodes.flatMap((code) => [
    vector(`the close code ${code}`, [close(code)], [closed(code)]),
    vector(`the close code ${code} with a reason`, [close(code, 'because')], [closed(code, 'because')]),
  ]),
  ...unlawfulCodes.flatMap((code) => [
    vector(`the close code ${code}`, [close(code)], ['fault 1002']),
    vector(`the close code ${code} with a reason`, [close(code, 'because'), text('a')], ['fault 1002']),
  ]),
];

const limit = { maxBytes: 1_000 };

const bounds: Vector[] = [
  vector(
    'as many bytes as the limit',
    [bytes(pattern(1_000)), text(letters(1_000))],
    [said(pattern(1_000)), said(letters(1_000))],
    limit,
  ),
  vector('a byte more than the limit', [text('a'), bytes(pattern(1_001))], [said('a'), 'fault 1009'], limit),
  vector('a text of a byte more than the limit', [text(letters(1_001))], ['fault 1009'], limit),
  vector(
    'fragments as large as the limit',
    [begin(letters(500)), last(letters(500))],
    [said(letters(500).repeat(2))],
    limit,
  ),
  vector(
    'fragments beyond the limit',
    [begin(letters(500)), ping(), last(letters(501))],
    [pinged(), 'fault 1009'],
    limit,
  ),
  vector(
    'fragments that pass the limit at last',
    [begin(letters(1_000)), more(''), last('a')],
    ['fault 1009'],
    limit,
  ),
  vector(
    'the next message after one as large as the limit',
    [begin(letters(1_000)), last(''), text(letters(1_000))],
    [said(letters(1_000)), said(letters(1_000))],
    limit,
  ),
  vector(
    'pings inside of a message as large as the limit',
    [begin(letters(1_000)), ping(letters(125)), last('')],
    [pinged(letters(125)), said(letters(1_000))],
    limit,
  ),
  vector(
    'a length of 2^31 of which nothing comes',
    [{ ...bytes(pattern(0)), length: 1n << 31n }],
    ['fault 1009'],
  ),
  vector('a length of 2^32 and 5', [{ ...bytes(pattern(5)), length: (1n << 32n) + 5n }], ['fault 1009']),
  vector('a length of 2^53', [{ ...bytes(pattern(0)), length: 1n << 53n }], ['fault 1009']),
  vector('a length of 2^63', [{ ...bytes(pattern(0)), length: 1n << 63n }], ['fault 1009']),
  vector('a length of 2^64 - 1', [{ ...text(''), length: (1n << 64n) - 1n }], ['fault 1009']),
  vector(
    'a short length in two bytes',
    [{ ...text('a'), lengthBytes: 2 }, text('b')],
    [said('a'), said('b')],
  ),
  vector(
    'a short length in eight bytes',
    [{ ...text('a'), lengthBytes: 8 }, text('b')],
    [said('a'), said('b')],
  ),
  vector('no length in eight bytes', [{ ...text(''), lengthBytes: 8 }, text('b')], [said(''), said('b')]),
  vector(
    'a length of 200 in eight bytes',
    [{ ...bytes(pattern(200)), lengthBytes: 8 }],
    [said(pattern(200))],
  ),
  vector('a ping with its length in two bytes', [{ ...ping('a'), lengthBytes: 2 }], ['fault 1002']),
  vector(
    'a close frame with its length in eight bytes',
    [{ ...close(1000), lengthBytes: 8 }],
    ['fault 1002'],
  ),
  vector('as many fragments as may be', [begin('a'), more('b'), last('c')], [said('abc')], {
    maxFragments: 3,
  }),
  vector('a fragment too many', [begin('a'), more('b'), more('c'), last('d')], ['fault 1008'], {
    maxFragments: 3,
  }),
  vector('a fragment too many of nothing', [begin(''), more(''), more(''), last('')], ['fault 1008'], {
    maxFragments: 3,
  }),
  vector('whole messages where nothing may be in two', [text('a'), text('b')], [said('a'), said('b')], {
    maxFragments: 1,
  }),
  vector('a message in two where nothing may be', [begin('a'), last('b')], ['fault 1008'], {
    maxFragments: 1,
  }),
  vector(
    'pings between fragments, which count as none',
    [begin('a'), ping(), ping(), ping(), last('b')],
    [pinged(), pinged(), pinged(), said('ab')],
    { maxFragments: 2 },
  ),
  vector(
    'as many fragments again for the next message',
    [begin('a'), last('b'), begin('c'), last('d')],
    [said('ab'), said('cd')],
    { maxFragments: 2 },
  ),
];

export const vectors: readonly Vector[] = [
  ...messages,
  ...sequences,
  ...pings,
  ...reservedBits,
  ...opcodes,
  ...unmasked,
  ...fragments,
  ...characters,
  ...ends,
  ...bounds,
];
