/** Several Engine.IO 3 packets in one body; a number is that of the vector in the protocol notes. */
import assert from 'node:assert/strict';
import type { Frame } from '../../lib/codec/codec.js';
import { engine3, engine3Text } from '../../lib/codec/engine3.js';
import { effort } from '../support/effort.js';
import { cuts, verdict } from './limits.js';

const { pack, unpack } = engine3.payload;
const message = Buffer.from([4, 1, 2, 3, 4]);
const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
/** The text as clients 1.x poll it: the characters of its bytes. */
const doubled = (text: string): string => Buffer.from(text).toString('latin1');

/** One packet of a body in bytes. */
function packed(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.of(0, ...Array.from(String(bytes.length), Number), 0xff), bytes]);
}

describe('codec/payload3', () => {
  describe('text', () => {
    const bothWays: [string, Frame[], string][] = [
      ['25 one packet', ['4hello'], '6:4hello'],
      ['26 several packets', ['4test1', '4test2', '4test3'], '6:4test16:4test26:4test3'],
      ['43 a heartbeat', ['3'], '1:3'],
      ['67 the end', ['1'], '1:1'],
      ['68 a noop and a join', ['6', '40'], '1:62:40'],
      ['a length of two digits', ['4hello worl'], '11:4hello worl'],
      ['colons and digits in packets', ['42["1:2"]', '2'], '9:42["1:2"]1:2'],
    ];
    for (const [name, frames, body] of bothWays) {
      it(`packs and unpacks ${name}: ${body}`, () => {
        for (const { payload } of [engine3, engine3Text]) {
          assert.equal(payload.pack(frames), body);
          assert.deepEqual(payload.unpack(body), { frames });
        }
      });
    }

    it('packs binary frames of a text session as base64 (27, 54)', () => {
      assert.equal(engine3Text.payload.pack(['4hello', message]), '6:4hello10:b4AQIDBA==');
      assert.equal(engine3Text.payload.pack([message]), '10:b4AQIDBA==');
      assert.equal(engine3Text.payload.pack([Buffer.of(4)]), '2:b4');
      assert.deepEqual(unpack('6:4hello10:b4AQIDBA=='), { frames: ['4hello', 'b4AQIDBA=='] });
    });

    it('counts UTF-16 units (28)', () => {
      assert.deepEqual(unpack(hex('343a34e282acf09f9880').toString()), { frames: ['4€😀'] });
      assert.deepEqual(unpack('4:4€😀2:4é1:2'), { frames: ['4€😀', '4é', '2'] });
    });

    const readOnly: [string, string, string[]][] = [
      ['41 an empty packet as nothing', '0:', []],
      ['empty packets between others', '0:1:20:0:1:30:', ['2', '3']],
      ['42 a leading zero', '03:4ab', ['4ab']],
      ['the longest length', '000000000000001:2', ['2']],
      ['40 an unknown type, which the decoder refuses', '1:9', ['9']],
    ];
    for (const [name, body, frames] of readOnly) {
      it(`unpacks ${name}: ${body}`, () => assert.deepEqual(unpack(body), { frames }));
    }

    const faulty: [string, string, string[]][] = [
      ['35 nothing', '', []],
      ['36 no length', 'abc', []],
      ['37 a length beyond the end', '5:4ab', []],
      ['38 a length that stops short', '1:4x', ['4']],
      ['39 no digits', ':4a', []],
      ['no colon', '4', []],
      ['no colon behind a packet', '1:25', ['2']],
      ['a length beyond the end, behind a packet', '1:22:3', ['2']],
      ['a length and no packet', '1:', []],
      ['16 digits', '0000000000000001:2', []],
      ['digits beyond numbers', `${'9'.repeat(400)}:2`, []],
      ['a negative length', '-1:2', []],
      ['a sign', '+1:2', []],
      ['a space', ' 1:2', []],
      ['a fraction', '1.0:2', []],
      ['an exponent', '1e0:2', []],
      ['a hexadecimal length', '0x1:2', []],
      ['full-width digits', '１:2', []],
      ['a line break', '1:2\n1:2', ['2']],
      ['the separator of Engine.IO 4', '1:2\x1e1:2', ['2']],
    ];
    for (const [name, body, frames] of faulty) {
      it(`gives what comes before the fault, then the fault: ${name}`, () => {
        const unpacked = unpack(body);
        assert.deepEqual(unpacked.frames, frames);
        assert.equal(verdict(unpacked.fault), 'malformed engine');
      });
    }
  });

  describe('bytes', () => {
    const bothWays: [string, Frame[], string][] = [
      ['29 text and binary', ['4hello', message], '0006ff3468656c6c6f 0105ff0401020304'],
      ['30 binary alone', [message], '0105ff0401020304'],
      ['an attachment of no bytes', [Buffer.of(4)], '0101ff04'],
      [
        '32 a length of two digits',
        ['4hello world', message],
        '000102ff3468656c6c6f20776f726c640105ff0401020304',
      ],
    ];
    for (const [name, frames, body] of bothWays) {
      it(`packs and unpacks ${name}`, () => {
        assert.deepEqual(pack(frames), hex(body));
        assert.deepEqual(unpack(hex(body)), { frames });
        assert.deepEqual(engine3Text.payload.unpack(hex(body)), { frames });
      });
    }

    const readOnly: [string, string, Frame[]][] = [
      ['31 characters, in bytes', '0004ff34e282ac0105ff0401020304', ['4€', message]],
      ['characters of four bytes', '0005ff34f09f9880', ['4😀']],
      ['text alone, as 1.x sends it', '0001ff32', ['2']],
      ['a leading zero', '000001ff32', ['2']],
      ['a mark inside of data', '0103ff04ffff0001ff32', [hex('04ffff'), '2']],
      ['an unknown type, which the decoder refuses', '0102ff0901', [hex('0901')]],
      ['half a surrogate pair, as 1.x writes it', '0005ff34eda0bd78', ['4\ufffdx']],
    ];
    for (const [name, body, frames] of readOnly) {
      it(`unpacks ${name}`, () => assert.deepEqual(unpack(hex(body)), { frames }));
    }

    const faulty: [string, string, Frame[]][] = [
      ['nothing', '', []],
      ['45 a length beyond the end', '0001ff', []],
      ['46 no digits', '00ff', []],
      ['47 no mark', '0001', []],
      ['no length at all', '00', []],
      ['a length of zero', '0000ff', []],
      ['binary data without type', '0100ff', []],
      ['another kind', '0201ff32', []],
      ['text, not bytes', '363a3468656c6c6f', []],
      ['digits as characters', '0031ff32', []],
      ['a digit beyond nine', '000aff3233343536373839303132', []],
      ['16 digits', '0000000000000000000000000000000001ff32', []],
      ['a length beyond the end, behind a packet', '0001ff320003ff3434', ['2']],
      ['more behind a packet', '0001ff3200', ['2']],
      ['a character cut short', '0003ff34e282', []],
      ['bytes that are no characters', '0002ff34ff', []],
      ['an overlong character', '0003ff34c0af', []],
    ];
    for (const [name, body, frames] of faulty) {
      it(`gives what comes before the fault, then the fault: ${name}`, () => {
        const unpacked = unpack(hex(body));
        assert.deepEqual(unpacked.frames, frames);
        assert.equal(verdict(unpacked.fault), 'malformed engine');
      });
    }

    it('believes no length before it has seen the bytes', () => {
      assert.deepEqual(unpack(Buffer.from([1, ...Array(15).fill(9), 0xff, 4, 1])).frames, []);
    });
  });

  describe('some packets of a body', () => {
    const { payload } = engine3;

    /** Part by part. */
    function parts(body: Buffer) {
      const all: ReturnType<typeof payload.unpack>[] = [];
      for (let next: number | undefined = 0; next !== undefined; next = all.at(-1)?.next)
        all.push(payload.unpackSome?.(body, next) ?? assert.fail());
      return all;
    }

    const many: Readonly<Record<string, Buffer>> = {
      'of one byte': Buffer.alloc(400_000, hex('0101ff06')),
      'of text': Buffer.alloc(360_000, hex('0003ff323132')),
      'of text beyond ASCII': Buffer.alloc(360_000, hex('0003ff32c3a9')),
      'with a fault behind them': Buffer.concat([Buffer.alloc(400_000, hex('0101ff06')), hex('0109ff06')]),
      'of many sizes': Buffer.concat(
        Array.from({ length: 9_000 }, (_, count) =>
          packed(`${'x'.repeat((count * 37) % 1_000)}${count % 3 === 0 ? 'é' : ''}y`),
        ),
      ),
      'larger than what is read at once': Buffer.concat(
        [70_000, 40_000, 40_000, 3].map((size) => packed('z'.repeat(size))),
      ),
    };
    for (const [name, body] of Object.entries(many))
      it(`are not too many, and those behind them follow: ${name}`, () => {
        const all = parts(body);
        const { frames, fault } = payload.unpack(body);
        for (const part of all) assert.ok(part.frames.length <= 5_000);
        assert.deepEqual(
          all.flatMap((part) => part.frames),
          frames,
        );
        assert.deepEqual(all.at(-1)?.fault, fault);
      });

    it('are all where the body is text', () => {
      const body = '1:2'.repeat(10_000);
      assert.deepEqual(payload.unpackSome?.(body, 0), payload.unpack(body));
    });
  });

  it('gives a beginning of the frames for each beginning of a body', () => {
    const once = ['42["a","€"]', '2', '42["b","😀é"]', 'b4AQIDBA=='];
    const lengths = (frames: string[]): string => frames.map((frame) => `${frame.length}:${frame}`).join('');
    const bytes = Buffer.concat([hex('0004ff34e282ac'), hex('0105ff0401020304'), hex('0001ff32')]);
    for (const whole of [lengths(once), lengths(once.map(doubled)), bytes]) {
      const { frames } = unpack(whole);
      let complete = 0;
      for (const cut of cuts(whole)) {
        const part = unpack(cut);
        assert.deepEqual(part.frames, frames.slice(0, part.frames.length));
        if (!part.fault) complete += 1;
      }
      assert.equal(complete, frames.length);
    }
  });

  it('takes no call for each letter beyond ASCII', () => {
    const text = `42["m","${'é'.repeat(300_000)}"]`;
    const plainly = () => text.replace(/é/g, (unit) => `\\u00${unit.charCodeAt(0).toString(16)}`);
    assert.ok(effort(() => engine3.payload.pack([text])) < effort(plainly) / 2);
    assert.equal(engine3.payload.pack([text]), `${plainly().length}:${plainly()}`);
  });

  it('is quick about hostile bodies', () => {
    const started = performance.now();
    assert.equal(unpack('1:2'.repeat(300_000)).frames.length, 300_000);
    assert.equal(unpack('0:'.repeat(500_000)).frames.length, 0);
    unpack('1'.repeat(1_000_000));
    unpack(':'.repeat(1_000_000));
    unpack('3:4Ã©'.repeat(200_000));
    unpack(`3:4Ã©${'\xed\xa0'.repeat(400_000)}`);
    unpack(Buffer.alloc(1_000_000));
    unpack(Buffer.alloc(1_000_000, hex('0001ff32')));
    unpack(Buffer.alloc(1_000_000, 9));
    assert.ok(performance.now() - started < 5_000);
  });
});
