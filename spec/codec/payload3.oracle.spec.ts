/** Engine.IO 3 beside the parsers of the clients 1.x and 2.x, in Node and in a browser. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Frame } from '../../lib/codec/codec.js';
import { engine3, engine3Text } from '../../lib/codec/engine3.js';
import { type Packet, PacketType } from '../../lib/packet.js';
import { binary, event } from './arbitraries.js';
import { compareBytes3, compareText3 } from './compared-bodies.js';
import {
  browserEngines,
  decodeInBrowser,
  decodePayload,
  type EnginePacket,
  encodePayload,
  engines,
} from './engine3-genuine.js';

/** Any text: ASCII, Latin, emoji, and halves of surrogate pairs. */
const units = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 4 });
const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('a', 'é', 'Ã', '©', 'â', '\x82', '¬', '€', '😀', ':', '1') }),
  units.map((codes) => String.fromCharCode(...codes)),
);
const packets = fc.array(
  fc.oneof(
    text.map((data) => ({ type: 'message', data })),
    binary.map((data) => ({ type: 'message', data })),
    fc.constantFrom<EnginePacket>({ type: 'ping' }, { type: 'ping', data: 'probe' }, { type: 'close' }),
  ),
  { minLength: 1, maxLength: 5 },
);

const digits: Readonly<Record<string, number>> = { close: 1, ping: 2, message: 4 };

/** The frame that a packet should be; half a pair does not survive any connection. */
function frameOf({ type, data }: EnginePacket, isText: boolean): Frame {
  const digit = digits[type] ?? assert.fail();
  if (!Buffer.isBuffer(data)) return `${digit}${Buffer.from(data ?? '').toString()}`;
  return isText ? `b${digit}${data.toString('base64')}` : Buffer.concat([Buffer.of(digit), data]);
}

/** Whether text of 2.x looks as if it were of 1.x. */
function looksDoubled(frames: readonly Frame[]): boolean {
  const whole = frames.join('');
  if (!/[\x80-\xff]/.test(whole) || /[^\x00-\xff]/.test(whole)) return false;
  const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const bytes = Buffer.from(whole.replace(/\xed[\xa0-\xbf][\x80-\xbf]/g, ''), 'latin1');
  try {
    return utf8.decode(bytes) !== undefined;
  } catch {
    return false;
  }
}

const copies = (list: readonly EnginePacket[]): EnginePacket[] => list.map((packet) => ({ ...packet }));

describe('codec/payload3 beside the genuine parsers', () => {
  for (const [name, parser] of Object.entries(engines)) {
    for (const supportsBinary of [true, false]) {
      it(`reads what a client ${name} polls, ${supportsBinary ? 'bytes' : 'text'}`, () => {
        let ambiguous = 0;
        fc.assert(
          fc.property(packets, (list) => {
            const body = encodePayload(parser, copies(list), supportsBinary);
            const frames = list.map((packet) => frameOf(packet, typeof body === 'string'));
            const { frames: unpacked, fault } = engine3.payload.unpack(body);
            assert.equal(fault, undefined);
            if (name === '2.x' && typeof body === 'string' && looksDoubled(frames)) ambiguous += 1;
            else assert.deepEqual(unpacked, frames);
          }),
          { numRuns: 1_000 },
        );
        assert.ok(ambiguous < 100, `${ambiguous} bodies could be of either client`);
      });
    }
  }

  const word = fc.string({ unit: 'binary', maxLength: 6 });
  const written = fc.oneof(
    event,
    fc
      .array(fc.oneof(word, text, binary), { maxLength: 3 })
      .map((args): Packet => ({ type: PacketType.EVENT, nsp: '/', data: ['m', ...args] })),
  );

  it('packs what every client decodes to the same messages', () => {
    fc.assert(
      fc.property(fc.array(written, { minLength: 1, maxLength: 3 }), fc.boolean(), (list, isText) => {
        const codec = isText ? engine3Text : engine3;
        // Clients 1.x are lost with a namespace that is not ASCII.
        const frames = list.flatMap((packet) => codec.encode({ ...packet, nsp: '/' }));
        const body = codec.payload.pack(frames);
        if (typeof body === 'string') assert.match(body, /^[\x00-\x7f]*$/);
        const expected = frames.map(meaningOf);
        for (const parser of Object.values(engines)) {
          assert.deepEqual(decodePayload(parser, body).map(meaningOfPacket), expected);
        }
        for (const parser of browserEngines) {
          assert.deepEqual(decodeInBrowser(parser, body).map(meaningOfPacket), expected);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('packs ASCII as the genuine parsers do', () => {
    const ascii = fc.oneof(
      fc.string().map((data) => ({ type: 'message', data })),
      binary.map((data) => ({ type: 'message', data })),
    );
    fc.assert(
      fc.property(fc.array(ascii, { minLength: 1, maxLength: 4 }), (list) => {
        const frames = list.map((packet) => frameOf(packet, false));
        for (const parser of Object.values(engines)) {
          assert.equal(engine3Text.payload.pack(frames), encodePayload(parser, copies(list), false));
        }
        assert.deepEqual(engine3.payload.pack(frames), encodePayload(engines['2.x'], copies(list), true));
      }),
    );
  });

  it('writes the very frames of the genuine parsers', () => {
    const signals = fc.constantFrom('ping', 'pong', 'open', 'close', 'upgrade', 'noop');
    fc.assert(
      fc.property(signals, fc.option(fc.string(), { nil: undefined }), binary, (type, data, bytes) => {
        const signal = data === undefined ? { type } : { type, data };
        const packet = { type: PacketType.EVENT, nsp: '/', data: ['m', bytes] };
        for (const parser of Object.values(engines)) {
          parser.encodePacket(signal, true, (frame) => assert.equal(engine3.signal(signal), frame));
          for (const codec of [engine3, engine3Text]) {
            parser.encodePacket({ type: 'message', data: bytes }, codec === engine3, (frame) =>
              assert.deepEqual(codec.encode(packet)[1], frame),
            );
          }
        }
      }),
    );
  });

  it('agrees with the genuine parser on damaged text; only base64 is stricter', () => {
    const pieces = ['1:2', '3:4ab', '0:', '03:4ab', '5:b4AQI', '6:b4AQI=', '2:b2', '1:9', '5:4'];
    const soup = fc
      .array(fc.constantFrom(...pieces, ...'12345:bA=[y'), { maxLength: 5 })
      .map((some) => some.join(''));
    let agreed = 0;
    fc.assert(
      fc.property(soup, (body) => {
        if (compareText3(body) > 0) agreed += 1;
      }),
      { numRuns: 2_000 },
    );
    assert.ok(agreed > 300, `only ${agreed} bodies had a packet`);
  });

  it('reads from damaged bytes what the genuine parser reads, or less', () => {
    const pieces = [
      '0001ff32',
      '0103ff0401ff',
      '0002ff3461',
      '000001ff36',
      '0102ff0901',
      '0000ff',
      '0002ff34',
    ];
    const soup = fc
      .array(fc.constantFrom(...pieces, ...pieces, '00', '01', '02', '0a', '34', 'ff'), {
        minLength: 1,
        maxLength: 4,
      })
      .map((some) => Buffer.from(some.join(''), 'hex'));
    let agreed = 0;
    fc.assert(
      fc.property(soup, (body) => {
        if (compareBytes3(body)) agreed += 1;
      }),
      { numRuns: 2_000 },
    );
    assert.ok(agreed > 300, `only ${agreed} bodies were whole`);
  });
});

/** A frame without regard to how JSON is written. */
function meaningOf(frame: Frame): unknown {
  if (typeof frame !== 'string') return frame.subarray(1);
  return frame.startsWith('b4') ? Buffer.from(frame.slice(2), 'base64') : meaningOfText(frame.slice(1));
}

function meaningOfPacket({ type, data }: EnginePacket): unknown {
  assert.equal(type, 'message');
  return typeof data === 'string' ? meaningOfText(data) : data;
}

function meaningOfText(message: string): unknown {
  const [, head, json = ''] = /^([^[]*)(.*)$/s.exec(message) ?? [];
  return { head, json: JSON.parse(json) as unknown };
}
