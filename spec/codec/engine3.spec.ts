/** Frames of Engine.IO 3 and what is special in Socket.IO protocol 4. */
import assert from 'node:assert/strict';
import type { Frame, Signal } from '../../lib/codec/codec.js';
import { engine3, engine3Text } from '../../lib/codec/engine3.js';
import { engine4, engine4Text } from '../../lib/codec/engine4.js';
import { revision1 } from '../../lib/codec/revision1.js';
import { type Packet, PacketType, RESERVED_EVENTS } from '../../lib/packet.js';
import { cuts, decodeAll, decodeLast, limits, verdict } from './limits.js';
import { bothWays, readOnly, refused } from './message-vectors.js';

const { CONNECT, DISCONNECT, EVENT, CONNECT_ERROR } = PacketType;
const bytes = Buffer.from([1, 2, 3, 4]);
const message = Buffer.from([4, 1, 2, 3, 4]);
const header = '451-["m",{"_placeholder":true,"num":0}]';
const event = (...data: unknown[]): Packet => ({ type: EVENT, nsp: '/', data });

/** Frames of Engine.IO 4 as this revision writes them. */
const translated = (frames: readonly Frame[]): Frame[] =>
  frames.map((frame) => {
    if (typeof frame !== 'string') return Buffer.concat([Buffer.of(4), frame]);
    return frame.startsWith('b') ? `b4${frame.slice(1)}` : frame;
  });

const isConnect = ([first]: readonly Frame[]): boolean => String(first).startsWith('40');

describe('codec/engine3', () => {
  it('has a place of its own in a parcel', () => {
    const slots = [engine4, engine4Text, engine3, engine3Text, revision1].map(({ slot }) => slot);
    assert.equal(new Set(slots).size, slots.length);
  });

  describe('a frame in', () => {
    const table: [string, Signal][] = [
      ['0', { type: 'open' }],
      ['0{"sid":"x"}', { type: 'open' }],
      ['1', { type: 'close' }],
      ['2', { type: 'ping' }],
      ['2a', { type: 'ping', data: 'a' }],
      ['2probe', { type: 'ping', data: 'probe' }],
      ['3', { type: 'pong' }],
      ['3probe', { type: 'pong', data: 'probe' }],
      ['5', { type: 'upgrade' }],
      ['6', { type: 'noop' }],
    ];
    for (const [text, signal] of table) {
      it(`reads ${text} as ${signal.type}, by text and by bytes`, () => {
        const binary = Buffer.concat([Buffer.of(Number(text[0])), Buffer.from(text.slice(1))]);
        for (const codec of [engine3, engine3Text]) {
          assert.deepEqual(decodeLast(codec, [text]), signal);
          assert.deepEqual(decodeLast(codec, [binary]), signal);
        }
      });
    }

    for (const frame of ['', '7', '9', '8x', 'abc', '\u0000', '\u0004', '-1', '４', ' 2', 'B', 'b', ':']) {
      it(`refuses ${JSON.stringify(frame)} as no frame`, () => {
        assert.equal(verdict(decodeLast(engine3, [frame])), 'malformed engine');
      });
    }

    for (const hex of ['', '07', '0901', '0a', '34', '3432', '80', 'ff', '10']) {
      it(`refuses the bytes "${hex}" as no frame`, () => {
        assert.equal(verdict(decodeLast(engine3, [Buffer.from(hex, 'hex')])), 'malformed engine');
      });
    }

    it('takes binary data behind its type byte and as base64, on either kind of session', () => {
      for (const codec of [engine3, engine3Text]) {
        for (const frame of [message, 'b4AQIDBA==', 'b4AQIDBA']) {
          assert.deepEqual(decodeAll(codec, [header, frame]), [undefined, event('m', bytes)]);
        }
        assert.deepEqual(decodeLast(codec, [header, 'b4']), event('m', Buffer.alloc(0)));
        assert.deepEqual(decodeLast(codec, [header, Buffer.of(4)]), event('m', Buffer.alloc(0)));
      }
    });

    it('refuses base64 that is none, or no message', () => {
      for (const frame of ['b4A', 'b4!', 'b4AQIDBA=', 'b 4AQID', 'bAQID', 'b2cHJvYmU=', 'b\u0004AQID']) {
        assert.equal(verdict(decodeLast(engine3, [header, frame])), 'malformed engine', frame);
      }
    });

    it('keeps heartbeats between a packet and its attachments apart', () => {
      const [, ping, packet] = decodeAll(engine3, [header, '2', message]);
      assert.deepEqual([ping, packet], [{ type: 'ping' }, event('m', bytes)]);
    });

    it('counts neither the type byte nor base64 as payload', () => {
      const most = { ...limits, maxPayload: header.length + bytes.length };
      const tight = { ...limits, maxPayload: header.length + bytes.length - 1 };
      for (const frame of [message, 'b4AQIDBA==']) {
        assert.equal(verdict(decodeLast(engine3, [header, frame], most)), '2');
        assert.equal(verdict(decodeLast(engine3, [header, frame], tight)), 'malformed socket');
      }
    });

    it('survives every beginning of every frame', () => {
      const frames = ['42["€😀",{"a":[1]}]', '4/chat,12["x"]', '40/a?b=c&d,', 'b4AQIDBA==', '2probe', header];
      for (const frame of frames) {
        for (const cut of [...cuts(frame), ...cuts(Buffer.from(frame)), ...cuts(message)]) {
          const decoded = decodeLast(engine3, [cut]);
          if (cut.length === 0) assert.equal(verdict(decoded), 'malformed engine');
          if (typeof cut === 'string' && cut.startsWith('42') && cut !== frame) {
            assert.equal(verdict(decoded), 'malformed socket', cut);
          }
        }
      }
    });
  });

  describe('a packet as in protocol 5', () => {
    for (const [name, frames, packet] of bothWays) {
      if (isConnect(frames)) continue;
      it(`reads and writes: ${name}`, () => {
        const expected = [...frames.slice(1).map(() => undefined), packet];
        assert.deepEqual(decodeAll(engine3, translated(frames)), expected);
        assert.deepEqual(engine3.encode(packet), translated(frames));
      });
    }

    for (const [name, frames, packet] of readOnly) {
      if (isConnect(frames)) continue;
      it(`reads: ${name}`, () => assert.deepEqual(decodeLast(engine3, translated(frames)), packet));
    }

    for (const [name, ...frames] of refused) {
      if (isConnect(frames) && name !== 'a name without slash') continue;
      it(`refuses: ${name}`, () => {
        const all = decodeAll(engine3, translated(frames)).map(verdict);
        assert.equal(all.pop(), 'malformed socket');
        assert.ok(!all.includes('malformed socket'), 'only the last frame is at fault');
      });
    }

    it('refuses reserved events', () => {
      for (const name of RESERVED_EVENTS) {
        for (const head of ['42', '427', '42/a,', '451-']) {
          assert.equal(verdict(decodeLast(engine3, [`${head}["${name}"]`])), 'malformed socket', `${name}`);
        }
      }
    });
  });

  describe('a packet out', () => {
    const refusal = (nsp: string, data: { message: string; data?: unknown }): Packet => ({
      type: CONNECT_ERROR,
      nsp,
      data,
    });
    const table: [string, Packet, string][] = [
      ['131 the root joined', { type: CONNECT, nsp: '/', data: { sid: 'x' } }, '40'],
      [
        '132 a namespace joined',
        { type: CONNECT, nsp: '/custom', data: { sid: 'x', pid: 'y' } },
        '40/custom,',
      ],
      ['the root left', { type: DISCONNECT, nsp: '/' }, '41'],
      ['139 a namespace left', { type: DISCONNECT, nsp: '/custom' }, '41/custom,'],
      [
        '138 a refusal',
        refusal('/random', { message: 'Invalid namespace' }),
        '44/random,"Invalid namespace"',
      ],
      [
        '134 a middleware’s refusal',
        refusal('/deny', { message: 'not authorized' }),
        '44/deny,"not authorized"',
      ],
      ['a refusal with data', refusal('/deny', { message: 'no', data: { code: 7 } }), '44/deny,{"code":7}'],
      ['a refusal with an empty text', refusal('/deny', { message: 'no', data: '' }), '44/deny,""'],
      ['a refusal with a number, as without', refusal('/deny', { message: 'no', data: 7 }), '44/deny,"no"'],
      ['a refusal with data null', refusal('/deny', { message: 'no', data: null }), '44/deny,"no"'],
      ['a refusal with a function', refusal('/deny', { message: 'no', data: () => 1 }), '44/deny,'],
      ['a refusal of the root', refusal('/', { message: 'no' }), '44"no"'],
      ['text as it is, for a WebSocket', event('é€😀'), '42["é€😀"]'],
    ];
    for (const [name, packet, frame] of table) {
      it(`writes ${name}: ${frame}`, () => {
        assert.deepEqual(engine3.encode(packet), [frame]);
        assert.deepEqual(engine3Text.encode(packet), [frame]);
      });
    }

    it('writes binary data behind its type byte, or as base64 for a session of text', () => {
      assert.deepEqual(engine3.encode(event('m', bytes)), [header, message]);
      assert.deepEqual(engine3Text.encode(event('m', bytes)), [header, 'b4AQIDBA==']);
      assert.deepEqual(engine3.encode(event('m', Buffer.alloc(0))), [header, Buffer.of(4)]);
      assert.deepEqual(engine3Text.encode(event('m', Buffer.alloc(0))), [header, 'b4']);
    });

    it('writes signals', () => {
      const signals: [Signal, string][] = [
        [{ type: 'open', data: '{"sid":"x"}' }, '0{"sid":"x"}'],
        [{ type: 'close' }, '1'],
        [{ type: 'ping' }, '2'],
        [{ type: 'pong' }, '3'],
        [{ type: 'pong', data: 'probe' }, '3probe'],
        [{ type: 'upgrade' }, '5'],
        [{ type: 'noop' }, '6'],
      ];
      for (const [signal, frame] of signals) {
        assert.equal(engine3.signal(signal), frame);
        assert.equal(engine3Text.signal(signal), frame);
      }
    });

    it('throws at the caller for a cycle or a BigInt', () => {
      const cycle: unknown[] = ['m'];
      cycle.push(cycle);
      assert.throws(() => engine3.encode(event('m', cycle)), RangeError);
      assert.throws(() => engine3.encode(event('m', 1n)), TypeError);
    });
  });

  it('never says in a refusal what it was sent', () => {
    const secret = 'Tr0ub4dor';
    const frames = [secret, `b4${secret}!`, `b${secret}`, `4${secret}`, `40/c?${secret},{`, `44"${secret}"`];
    for (const frame of [...frames, Buffer.from(secret)]) {
      const decoded = decodeLast(engine3, [frame]);
      assert.ok(decoded?.type === 'malformed', String(frame));
      assert.ok(!decoded.why.includes(secret));
    }
  });
});
