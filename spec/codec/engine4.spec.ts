/** Frames and payloads of Engine.IO 4. */
import assert from 'node:assert/strict';
import type { Signal } from '../../lib/codec/codec.js';
import { engine3 } from '../../lib/codec/engine3.js';
import { engine4, engine4Text } from '../../lib/codec/engine4.js';
import { PacketType } from '../../lib/packet.js';
import { cuts, decodeAll, decodeLast, verdict } from './limits.js';

const bytes = Buffer.from([1, 2, 3, 4]);
const header = '451-["m",{"_placeholder":true,"num":0}]';
const event = (...data: unknown[]) => ({ type: PacketType.EVENT, nsp: '/', data });

describe('codec/engine4', () => {
  describe('a frame in', () => {
    const table: [string, Signal][] = [
      ['0', { type: 'open' }],
      ['0{"sid":"x"}', { type: 'open' }],
      ['1', { type: 'close' }],
      ['2', { type: 'ping' }],
      ['2probe', { type: 'ping', data: 'probe' }],
      ['3', { type: 'pong' }],
      ['3probe', { type: 'pong', data: 'probe' }],
      ['5', { type: 'upgrade' }],
      ['6', { type: 'noop' }],
    ];
    for (const [frame, signal] of table) {
      it(`reads ${frame} as ${signal.type}`, () => {
        assert.deepEqual(decodeLast(engine4, [frame]), signal);
        assert.deepEqual(decodeLast(engine4Text, [frame]), signal);
      });
    }

    for (const frame of ['', '7', '8x', 'abc', 'x', '\u0000', '\u0080', '-1', '４', ' 2', 'B', '\x1e']) {
      it(`refuses ${JSON.stringify(frame)} as no frame`, () => {
        assert.equal(verdict(decodeLast(engine4, [frame])), 'malformed engine');
      });
    }

    it('takes binary data as a frame of its own and as base64, on either kind of session', () => {
      for (const codec of [engine4, engine4Text]) {
        for (const frame of [bytes, 'bAQIDBA==', 'bAQIDBA']) {
          assert.deepEqual(decodeAll(codec, [header, frame]), [undefined, event('m', bytes)]);
        }
        assert.deepEqual(decodeLast(codec, [header, 'b']), event('m', Buffer.alloc(0)));
        assert.deepEqual(decodeLast(codec, [header, Buffer.alloc(0)]), event('m', Buffer.alloc(0)));
      }
    });

    it('refuses what is not base64', () => {
      for (const frame of ['bA', 'b!', 'bAQIDBA=', 'b AQID', 'bAQID\n']) {
        assert.equal(verdict(decodeLast(engine4, [header, frame])), 'malformed engine', frame);
      }
    });

    it('keeps heartbeats between a packet and its attachments apart', () => {
      const [, ping, packet] = decodeAll(engine4, [header, '2', bytes]);
      assert.deepEqual([ping, packet], [{ type: 'ping' }, event('m', bytes)]);
    });

    it('survives every beginning of every frame', () => {
      const frames = [
        '42["€😀",{"a":[1]}]',
        '4/chat,12["x"]',
        '40/a,{"token":"1"}',
        'bAQIDBA==',
        '2probe',
        header,
      ];
      for (const frame of frames) {
        for (const cut of cuts(frame)) {
          const decoded = decodeLast(engine4, [cut]);
          if (cut === '') assert.equal(verdict(decoded), 'malformed engine');
          if (cut.startsWith('42') && cut !== frame) assert.equal(verdict(decoded), 'malformed socket', cut);
        }
      }
    });
  });

  describe('a frame out', () => {
    it('writes signals', () => {
      const table: [Signal, string][] = [
        [{ type: 'open', data: '{"sid":"x"}' }, '0{"sid":"x"}'],
        [{ type: 'close' }, '1'],
        [{ type: 'ping' }, '2'],
        [{ type: 'pong', data: 'probe' }, '3probe'],
        [{ type: 'upgrade' }, '5'],
        [{ type: 'noop' }, '6'],
      ];
      for (const [signal, frame] of table) {
        assert.equal(engine4.signal(signal), frame);
        assert.equal(engine4Text.signal(signal), frame);
      }
    });

    it('writes an offset behind the arguments, for those who know what it is', () => {
      const packet = { ...event('m'), offset: 'abc.1' };
      assert.deepEqual(engine4.encode(packet), ['42["m","abc.1"]']);
      assert.deepEqual(engine4.encode({ ...event('m', bytes), offset: 'abc.1' }), [
        header.replace(']', ',"abc.1"]'),
        bytes,
      ]);
      assert.deepEqual(engine3.encode(packet), ['42["m"]']);
    });

    it('writes binary data as it is, or as base64 for a session of text', () => {
      assert.deepEqual(engine4.encode(event('m', bytes)), [header, bytes]);
      assert.deepEqual(engine4Text.encode(event('m', bytes)), [header, 'bAQIDBA==']);
      assert.deepEqual(engine4.encode(event('m')), ['42["m"]']);
      assert.deepEqual(engine4Text.encode(event('m')), ['42["m"]']);
    });
  });

  describe('a payload', () => {
    const { pack, unpack } = engine4.payload;

    it('packs frames, binary ones as base64', () => {
      assert.equal(pack(['4test1', '4test2', '4test3']), '4test1\x1e4test2\x1e4test3');
      assert.equal(pack(['4hello', bytes]), '4hello\x1ebAQIDBA==');
      assert.equal(pack(['6', '1']), '6\x1e1');
      assert.equal(pack(['2']), '2');
    });

    it('writes characters as UTF-8', () => {
      assert.equal(Buffer.from(pack(['4€😀'])).toString('hex'), '34e282acf09f9880');
    });

    it('unpacks text and bytes', () => {
      const body = '4test1\x1e4€😀\x1ebAQIDBA==';
      const expected = { frames: ['4test1', '4€😀', 'bAQIDBA=='] };
      assert.deepEqual(unpack(body), expected);
      assert.deepEqual(unpack(Buffer.from(body)), expected);
    });

    it('gives the frames before an empty packet, then the fault', () => {
      const table: [string, string[]][] = [
        ['', []],
        ['\x1e', []],
        ['\x1e\x1e\x1e', []],
        ['4a\x1e', ['4a']],
        ['\x1e4a', []],
        ['4a\x1e\x1e4b', ['4a']],
      ];
      for (const [body, frames] of table) {
        const unpacked = unpack(body);
        assert.deepEqual(unpacked.frames, frames, JSON.stringify(body));
        assert.equal(verdict(unpacked.fault), 'malformed engine');
      }
    });

    it('refuses a body that is not UTF-8, or lost its end in a character', () => {
      for (const hex of ['3432fffe', '34e282', '80', '34ed a0 80'.replaceAll(' ', '')]) {
        const { frames, fault } = unpack(Buffer.from(hex, 'hex'));
        assert.deepEqual(frames, []);
        assert.equal(verdict(fault), 'malformed engine', hex);
      }
    });

    it('does not make a list of a megabyte of separators', () => {
      assert.deepEqual(unpack('\x1e'.repeat(1_000_000)).frames, []);
    });

    it('gives a beginning of the frames for each beginning of a body', () => {
      const whole = Buffer.from('42["a","€"]\x1e2\x1ebAQIDBA==\x1e42["😀"]');
      const { frames } = unpack(whole);
      for (const cut of cuts(whole)) {
        const part = unpack(cut).frames;
        for (const [index, frame] of part.entries()) {
          const original = frames[index]?.toString() ?? assert.fail('a frame too many');
          if (index < part.length - 1) assert.equal(frame, original);
          else assert.ok(original.startsWith(frame.toString()));
        }
      }
    });
  });

  it('never says in a refusal what it was sent', () => {
    const secret = 'Tr0ub4dor';
    const frames = [
      secret,
      `b${secret}!`,
      `4${secret}`,
      `42${secret}`,
      `40"${secret}"`,
      `44{"m":"${secret}"}`,
      `41["${secret}"]`,
    ];
    for (const frame of frames) {
      const decoded = decodeLast(engine4, [frame]);
      assert.ok(decoded?.type === 'malformed', frame);
      assert.ok(!decoded.why.includes(secret));
    }
  });
});
