/** WebSocket frames that no client sends: T054, T060 to T063, T033, T091, and control frames (E10, E11). */
import assert from 'node:assert/strict';
import { deflateRawSync } from 'node:zlib';
import type { UserOptions } from '../../lib/index.js';
import { CLOSE, frame, PING, PONG, TEXT } from './frames.js';
import { Stage } from './stage.js';
import { Poller, tongues, Wire } from './visitors.js';

const CONTINUED = 0x00;
const LAST = 0x80;

type Row = readonly [id: string, what: string, bytes: () => Buffer | Buffer[], codes: readonly number[]];

const rows: readonly Row[] = [
  ['T054', 'an unmasked frame', () => frame('42["a"]', { masked: false }), [1002]],
  ['T054', 'RSV1 without an extension', () => frame('42["a"]', { first: TEXT | 0x40 }), [1002]],
  ['T054', 'RSV2', () => frame('42["a"]', { first: TEXT | 0x20 }), [1002]],
  ['T054', 'RSV3', () => frame('42["a"]', { first: TEXT | 0x10 }), [1002]],
  ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map(
    (opcode): Row => ['T054', `opcode ${opcode}`, () => frame('', { first: 0x80 | opcode }), [1002]],
  ),
  ['T054', 'a ping of 126 bytes', () => frame(Buffer.alloc(126), { first: PING }), [1002]],
  ['T054', 'a ping in two pieces', () => frame('', { first: PING & 0x7f }), [1002]],
  ['T054', 'a close in two pieces', () => frame('', { first: CLOSE & 0x7f }), [1002]],
  [
    'T054',
    'text that is no UTF-8',
    () => frame(Buffer.from([0x34, 0x32, 0xff, 0xfe]), { first: TEXT }),
    [1007],
  ],
  [
    'T054',
    'half a surrogate pair in UTF-8',
    () => frame(Buffer.from([0x34, 0xed, 0xa0, 0x80]), { first: TEXT }),
    [1007],
  ],
  ['T054', 'a continuation of nothing', () => frame('x', { first: LAST | CONTINUED }), [1002]],
  ['T054', 'a message inside a message', () => [frame('4', { first: 1 }), frame('4')], [1002]],
  ...[1005, 1006, 1015, 999, 0, 1004, 2999, 5000, 65_535].map(
    (code): Row => [
      'T054',
      `close code ${code}`,
      () => frame(Buffer.from([code >> 8, code & 255]), { first: CLOSE }),
      [1002],
    ],
  ),
  ['T063', 'a close of one byte', () => frame(Buffer.from([3]), { first: CLOSE }), [1002]],
  [
    'T054',
    'a close reason that is no UTF-8',
    () => frame(Buffer.from([3, 232, 0xff]), { first: CLOSE }),
    [1007],
  ],
  [
    'T028',
    'the header of a message of 1 000 001 bytes',
    () => frame('', { length: 1_000_001 }).subarray(0, 14),
    [1009],
  ],
  [
    'T028',
    'the header of a message of 2^53 bytes',
    () => frame('', { length: 2 ** 53 }).subarray(0, 14),
    [1009],
  ],
  [
    'T028',
    'a length with its highest bit',
    () => Buffer.from([0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4]),
    [1002, 1009],
  ],
  [
    'T028',
    'pieces of more bytes than may be',
    () => [frame('4'.repeat(600_000), { first: 1 }), frame('4'.repeat(600_000), { first: CONTINUED })],
    [1009],
  ],
  [
    'T060',
    '130 000 pieces of a byte',
    () => [
      frame('4', { first: 1 }),
      ...Array.from({ length: 130_000 }, () => frame('x', { first: CONTINUED })),
    ],
    [1008],
  ],
  [
    'T060',
    '130 000 pieces of nothing',
    () => [
      frame('4', { first: 1 }),
      ...Array.from({ length: 130_000 }, () => frame('', { first: CONTINUED })),
    ],
    [1008],
  ],
  [
    'E10',
    'more pings than may be',
    () => Array.from({ length: 5_000 }, () => frame('x', { first: PING })),
    [1008],
  ],
  [
    'E10',
    'more pongs than may be',
    () => Array.from({ length: 5_000 }, () => frame('x', { first: PONG })),
    [1008],
  ],
  [
    'E10',
    'pings between the pieces of a message',
    () => [frame('4', { first: 1 }), ...Array.from({ length: 5_000 }, () => frame('', { first: PING }))],
    [1008],
  ],
];

const OFFER = 'Sec-WebSocket-Extensions: permessage-deflate\r\n';

const settings: readonly (readonly [what: string, options: UserOptions, headers: string])[] = [
  ['read by our own', {}, ''],
  ['of a client that does not compress', { perMessageDeflate: true }, ''],
  ['that may be compressed', { perMessageDeflate: true }, OFFER],
];

for (const [what, options, headers] of settings) {
  describe(`WebSocket frames that no client sends, ${what}`, () => {
    let stage: Stage;
    before(async () => {
      stage = await Stage.open(options);
    });
    after(() => stage.close());

    for (const [id, name, bytes, codes] of rows) {
      // There, it is the bit of what is compressed.
      if (headers && name.startsWith('RSV1')) continue;
      it(`${id} ${name}: ${codes.join(' or ')}`, async () => {
        const visitor = await Wire.join(stage.port, tongues[4], headers);
        visitor.write(bytes());
        await visitor.end();
        assert.ok(codes.includes(visitor.code), `${visitor.code}`);
        await stage.rule();
      });
    }

    it('T054 the same while a polling client tries it out, which goes on polling', async () => {
      for (const bad of [
        frame('2probe', { masked: false }),
        frame('2probe', { first: TEXT | 0x40 }),
        frame('', { first: 0x83 }),
        frame(Buffer.from([0xff]), { first: TEXT }),
        frame('', { length: 2 ** 40 }).subarray(0, 14),
      ]) {
        const poller = await Poller.join(stage.port, tongues[4]);
        const probe = await Wire.open(
          stage.port,
          poller.path.replace('polling', 'websocket'),
          undefined,
          headers,
        );
        probe.write(bad);
        await probe.end();
        assert.equal((await poller.fate()).closed, false);
        poller.leave();
        await stage.rule();
      }
    });

    it('E10 twenty pings in a second are answered one by one', async () => {
      const visitor = await Wire.join(stage.port, tongues[4], headers);
      visitor.write(Array.from({ length: 20 }, (_, index) => frame(`ping ${index}`, { first: PING })));
      assert.equal((await visitor.fate()).closed, false);
      visitor.leave();
      await stage.rule();
    });

    it('T033 T091 who asks without end and never reads is closed, and nothing grows', async () => {
      const before = (await stage.report(true)).heap;
      const visitor = await Wire.join(stage.port, tongues[3], headers);
      visitor.socket.pause();
      const words = Buffer.concat(Array.from({ length: 5_000 }, () => frame('2')));
      for (let batch = 0; batch < 100 && !visitor.socket.destroyed; batch += 1) {
        visitor.socket.write(words);
        await new Promise(setImmediate);
      }
      const { heap } = await stage.report(true);
      assert.ok(heap - before < 25_000_000, `${heap - before} bytes`);
      visitor.leave();
      await stage.rule();
    });

    it('T091 who asks without end costs no more where much waits for it already', async () => {
      const visitor = await Wire.join(stage.port, tongues[3], headers);
      visitor.socket.pause();
      await visitor.say(['42["flood",12000,1000]', '42["mark"]']);
      await stage.until(({ heard }) => heard.includes('mark'));
      const words = Buffer.concat(Array.from({ length: 5_000 }, () => frame('2')));
      for (let batch = 0; batch < 10; batch += 1) visitor.socket.write(words);
      await visitor.say(['42["end"]']);
      await stage.until(({ heard }) => heard.includes('end'), 5_000);
      visitor.leave();
      await stage.rule();
    });
  });
}

describe('compressed WebSocket frames', () => {
  const compressed = (stage: Stage) =>
    Wire.open(stage.port, '/socket.io/?EIO=4&transport=websocket', undefined, OFFER);

  it('T061 a message of 50 MB in 50 KB: 1009', async () => {
    const stage = await Stage.open({ perMessageDeflate: true });
    const visitor = await compressed(stage);
    const bomb = deflateRawSync(Buffer.alloc(50_000_000, 'x'));
    visitor.write(frame(bomb, { first: TEXT | 0x40 }));
    await visitor.end();
    assert.equal(visitor.code, 1009);
    await stage.rule();
    await stage.close();
  });

  it('E12 thousands of small messages at once', async () => {
    const stage = await Stage.open({ perMessageDeflate: true });
    const visitor = await compressed(stage);
    visitor.write(Array.from({ length: 20_000 }, () => frame('40/nowhere')));
    await visitor.fate();
    visitor.leave();
    await stage.rule();
    await stage.close();
  });
});
