/** Engine.IO 4 beside engine.io-parser: the same bytes, and the same verdict but for stricter base64. */
import assert from 'node:assert/strict';
import * as engine from 'engine.io-parser';
import fc from 'fast-check';
import { engine4, engine4Text } from '../../lib/codec/engine4.js';
import { binary, event, messageOf } from './arbitraries.js';
import { compareBody4 } from './compared-bodies.js';

describe('codec/engine4 beside the genuine parser', () => {
  it('writes the very frames of engine.io-parser', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('ping', 'pong', 'open', 'close', 'upgrade', 'noop'),
        fc.string(),
        (type, data) => {
          engine.encodePacket({ type, data }, true, (frame) =>
            assert.equal(engine4.signal({ type, data }), frame),
          );
        },
      ),
    );
    fc.assert(
      fc.property(event, (packet) => {
        for (const [index, frame] of engine4.encode(packet).entries()) {
          const data = messageOf(frame);
          engine.encodePacket({ type: 'message', data }, true, (same) => assert.deepEqual(frame, same));
          engine.encodePacket({ type: 'message', data }, false, (same) => {
            assert.equal(engine4Text.encode(packet)[index], same);
          });
        }
      }),
    );
  });

  it('packs the very payloads of engine.io-parser, and unpacks them', () => {
    const frame = fc.oneof(
      binary,
      fc.string().map((text) => `4${text.replaceAll('\x1e', '')}`),
      fc.constantFrom('1', '6', '3probe'),
    );
    fc.assert(
      fc.property(fc.array(frame, { minLength: 1, maxLength: 6 }), (frames) => {
        const body = engine4.payload.pack(frames);
        const packets = frames.map((one) => engine.decodePacket(one as string));
        engine.encodePayload(packets, (same) => assert.equal(body, same));
        const { frames: unpacked, fault } = engine4.payload.unpack(Buffer.from(body));
        assert.equal(fault, undefined);
        assert.deepEqual(
          unpacked.map((one) => engine.decodePacket(one as string)),
          packets,
        );
      }),
    );
  });

  it('agrees with engine.io-parser on damaged frames and payloads; only base64 is stricter', () => {
    const soup = fc.string({ unit: fc.constantFrom(...'0123456789bA=\x1ex['), maxLength: 12 });
    fc.assert(
      fc.property(soup, (body) => {
        compareBody4(body);
      }),
      { numRuns: 2_000 },
    );
  });
});
