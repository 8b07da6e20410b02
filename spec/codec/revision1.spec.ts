/** Protocol revision 1. */
import assert from 'node:assert/strict';
import type { Decoded, DecodeLimits } from '../../lib/codec/codec.js';
import { revision1 } from '../../lib/codec/revision1.js';
import { type EventPacket, type Packet, PacketType, RESERVED_EVENTS } from '../../lib/packet.js';
import { decodeLast, limits, verdict } from './limits.js';

const { CONNECT, DISCONNECT, EVENT, ACK, CONNECT_ERROR } = PacketType;
const decode = (wire: string, bounds?: DecodeLimits): Decoded => decodeLast(revision1, [wire], bounds);
const encode = (packet: Packet): string => revision1.encode(packet).join();

describe('codec/revision1', () => {
  describe('a packet in', () => {
    const table: [string, string, Decoded][] = [
      [
        'a message with a bare receipt',
        '3:1::x',
        { type: EVENT, nsp: '/', data: ['message', 'x'], form: 'text', id: 1, receipt: true },
      ],
      [
        'a message that the program answers',
        '3:1+::x',
        { type: EVENT, nsp: '/', data: ['message', 'x'], form: 'text', id: 1 },
      ],
      [
        'a JSON message with a bare receipt',
        '4:2:/a:[1]',
        { type: EVENT, nsp: '/a', data: ['message', [1]], form: 'json', id: 2, receipt: true },
      ],
      [
        'an event with a bare receipt',
        '5:3::{"name":"x"}',
        { type: EVENT, nsp: '/', data: ['x'], id: 3, receipt: true },
      ],
      [
        'an event that the program answers',
        '5:3+::{"name":"x"}',
        { type: EVENT, nsp: '/', data: ['x'], id: 3 },
      ],
      ['json.send(undefined)', '4::', { type: EVENT, nsp: '/', data: ['message', null], form: 'json' }],
      [
        'an event named message',
        '5:::{"name":"message","args":[1]}',
        { type: EVENT, nsp: '/', data: ['message', 1] },
      ],
      ['the end of the session', '0::', { type: 'close' }],
      ['the end on paper', '0', { type: 'close' }],
      ['leaving a namespace', '0::/chat', { type: DISCONNECT, nsp: '/chat' }],
      ['joining the root, which is joined already', '1::', { type: 'open' }],
      ['a heartbeat: always an answer', '2::', { type: 'pong' }],
      ['joining', '1::/chat', { type: CONNECT, nsp: '/chat' }],
      [
        'joining with a query',
        '1::/chat:?a=b&c=d%20e',
        { type: CONNECT, nsp: '/chat', data: { a: 'b', c: 'd e' } },
      ],
      [
        'joining with a query on paper',
        '1::/chat?a=b',
        { type: CONNECT, nsp: '/chat', address: '/chat?a=b', data: { a: 'b' } },
      ],
      [
        'a broken query',
        '1::/chat?%=%zz&&=&a',
        { type: CONNECT, nsp: '/chat', address: '/chat?%=%zz&&=&a', data: { '%': '%zz', '': '', a: '' } },
      ],
      [
        'a query that would pollute',
        '1::/c?__proto__=1&a=2',
        { type: CONNECT, nsp: '/c', address: '/c?__proto__=1&a=2', data: { a: '2' } },
      ],
      [
        'a query that would do nothing but pollute',
        '1::/c?__proto__',
        { type: CONNECT, nsp: '/c', address: '/c?__proto__' },
      ],
      [
        'an event where the namespace has a query',
        '5::/chat?a=b:{"name":"x"}',
        { type: EVENT, nsp: '/chat', data: ['x'] },
      ],
      [
        'an acknowledgement of something that is no array',
        '6:::1+{"length":1e9}',
        { type: ACK, nsp: '/', id: 1, data: [] },
      ],
      ['an acknowledgement of broken JSON', '6:::1+[bad', { type: ACK, nsp: '/', id: 1, data: [] }],
      ['arguments that are an object', '5:::{"name":"x","args":{}}', { type: EVENT, nsp: '/', data: ['x'] }],
      [
        'the longest id',
        '5:999999999999999+::{"name":"x"}',
        { type: EVENT, nsp: '/', data: ['x'], id: 999999999999999 },
      ],
    ];
    for (const [name, wire, expected] of table) {
      it(`reads ${name}: ${wire}`, () => assert.deepEqual(decode(wire), expected));
    }

    const ignored = [
      '',
      ':',
      '::',
      ':::',
      '9:::',
      '5:::',
      '5:::notjson',
      '5:::null',
      '5:::[]',
      '5:::"x"',
      '5:::{"args":[]}',
      '5:::{"name":5}',
      '5:::{"name":null}',
      '3:',
      '4:::{bad',
      '5:1e9:::',
      '5:1e9::{"name":"x"}',
      '5:99999999999999999999+::{"name":"x"}',
      '5:1234567890123456::{"name":"x"}',
      '3:1234567890123456::x',
      '6:::',
      '6::',
      '6:::x',
      '6:::1234567890123456',
      '6:::+[1]',
      '5:-1::{"name":"x"}',
      '5: 1::{"name":"x"}',
      '7:::1+0',
      '7::',
      '3::chat:x',
      '5::chat:{"name":"x"}',
      '1::chat',
      '1::?a=b',
      '33:::x',
      ' 3:::x',
      '\n3:::x',
      '\ufffd5\ufffd3:::a',
      '-1:::',
      '__proto__:::',
      '٣:::x',
    ];
    for (const wire of ignored) {
      it(`ignores ${JSON.stringify(wire)}`, () => assert.equal(decode(wire), undefined));
    }

    it('ignores binary frames', () => {
      assert.equal(decodeLast(revision1, [Buffer.from('3:::x')]), undefined);
    });

    it('ignores reserved events', () => {
      for (const name of [...RESERVED_EVENTS, 'connection', 'error', '$emit']) {
        assert.equal(decode(`5:::{"name":"${name}","args":[1]}`), undefined, `${name}`);
        assert.equal(decode(`5:1::/a:{"name":"${name}"}`), undefined, `${name}`);
      }
      for (const name of ['__proto__', 'constructor', 'toString', '']) {
        assert.deepEqual(decode(`5:::{"name":"${name}"}`), { type: EVENT, nsp: '/', data: [name] });
      }
    });

    it('reads on after anything', () => {
      const decoder = revision1.decoder(limits);
      for (const wire of ignored) decoder.decode(wire);
      assert.equal(verdict(decoder.decode('3:::x')), '2');
    });
  });

  describe('bounds', () => {
    const why = (wire: string, some: Partial<DecodeLimits>): string => {
      const decoded = decode(wire, { ...limits, ...some });
      return decoded?.type === 'malformed' ? `${decoded.layer} ${decoded.why}` : verdict(decoded);
    };

    it('takes as much as allowed, and no more', () => {
      assert.equal(why('5:::{"name":"x","args":[1,2]}', { maxArguments: 2 }), '2');
      assert.match(why('5:::{"name":"x","args":[1,2,3]}', { maxArguments: 2 }), /socket .*maxArguments/);
      assert.equal(why('6:::1+[1,2]', { maxArguments: 2 }), '3');
      assert.match(why('6:::1+[1,2,3]', { maxArguments: 2 }), /socket .*maxArguments/);
      assert.equal(why('5:::{"name":"abc"}', { maxNameLength: 3 }), '2');
      assert.match(why('5:::{"name":"abcd"}', { maxNameLength: 3 }), /socket .*maxNameLength/);
      assert.equal(why('1::/ab', { maxNamespaceLength: 3 }), '0');
      assert.match(why('1::/abc', { maxNamespaceLength: 3 }), /socket .*maxNamespaceLength/);
      assert.equal(why('3:::€', { maxPayload: 7 }), '2');
      assert.match(why('3:::€', { maxPayload: 6 }), /socket .*maxHttpBufferSize/);
    });

    it('refuses nesting beyond the limit in all that is JSON', () => {
      const nested = `${'['.repeat(513)}${']'.repeat(513)}`;
      for (const wire of [`4:::${nested}`, `5:::{"name":"x","args":${nested}}`, `6:::1+${nested}`]) {
        assert.match(why(wire, {}), /socket .*maxDepth/);
      }
      assert.equal(why(`3:::${nested}`, {}), '2');
      assert.equal(why(`4:::${nested.slice(1, -1)}`, {}), '2');
    });

    it('refuses more objects and lists than the limit in all that is JSON', () => {
      const list = `[${'{},'.repeat(60)}{}]`;
      for (const wire of [`4:::${list}`, `5:::{"name":"x","args":${list}}`, `6:::1+${list}`]) {
        assert.match(why(wire, { maxValues: 61 }), /socket .*maxValues/);
        assert.doesNotMatch(why(wire, { maxValues: 71 }), /maxValues/);
      }
      assert.equal(why(`3:::${list}`, { maxValues: 10 }), '2');
    });
  });

  describe('a packet out', () => {
    const event = (...data: unknown[]): EventPacket => ({ type: EVENT, nsp: '/', data });
    const table: [string, Packet, string][] = [
      ['always asks with the plus', { ...event('q'), id: 1 }, '5:1+::{"name":"q"}'],
      ['and so in send()', { ...event('message', 'x'), id: 4, form: 'text' }, '3:4+::x'],
      ['id zero', { ...event('q'), id: 0 }, '5:0+::{"name":"q"}'],
      ['text as it is', { ...event('message', '{"a":1}:\n'), form: 'text' }, '3:::{"a":1}:\n'],
      ['a number as text', { ...event('message', 0), form: 'text' }, '3:::0'],
      ['false as text', { ...event('message', false), form: 'text' }, '3:::false'],
      ['nothing as empty text', { ...event('message'), form: 'text' }, '3::'],
      ['null as empty text', { ...event('message', null), form: 'text' }, '3::'],
      ['empty text', { ...event('message', ''), form: 'text', nsp: '/a' }, '3::/a'],
      [
        'an object as JSON even if text was wanted',
        { ...event('message', { a: 1 }), form: 'text' },
        '4:::{"a":1}',
      ],
      ['a value as JSON', { ...event('message', 'x'), form: 'json', nsp: '/a' }, '4::/a:"x"'],
      ['undefined as JSON', { ...event('message', undefined), form: 'json' }, '4::'],
      [
        'several values as an event',
        { ...event('message', 'a', 'b'), form: 'text' },
        '5:::{"name":"message","args":["a","b"]}',
      ],
      ['a numeric name as text', event(5, 1), '5:::{"name":"5","args":[1]}'],
      ['no arguments', event('x'), '5:::{"name":"x"}'],
      ['odd arguments', event('x', undefined, Number.NaN), '5:::{"name":"x","args":[null,null]}'],
      [
        'binary data as base64',
        event('x', { b: [Buffer.from([1, 2, 3])] }),
        '5:::{"name":"x","args":[{"b":[{"base64":"AQID"}]}]}',
      ],
      ['a binary message', { ...event('message', new Uint8Array(1)), form: 'text' }, '4:::{"base64":"AA=="}'],
      ['line separators escaped', event('l', '\u2028\u2029'), '5:::{"name":"l","args":["\\u2028\\u2029"]}'],
      ['a slash behind a backslash escaped', event('l', '\\/'), '5:::{"name":"l","args":["\\\\\\u002f"]}'],
      ['an acknowledgement without data', { type: ACK, nsp: '/a', id: 3, data: [] }, '6::/a:3'],
      [
        'an acknowledgement with binary data',
        { type: ACK, nsp: '/', id: 3, data: [Buffer.of(0)] },
        '6:::3+[{"base64":"AA=="}]',
      ],
      ['a join', { type: CONNECT, nsp: '/chat', data: { sid: 'x' } }, '1::/chat'],
      ['a refusal', { type: CONNECT_ERROR, nsp: '/priv', data: { message: 'no' } }, '7::/priv:2'],
      ['the end', { type: DISCONNECT, nsp: '/' }, '0::'],
    ];
    for (const [name, packet, wire] of table) {
      it(`writes ${name}: ${JSON.stringify(wire)}`, () => assert.equal(encode(packet), wire));
    }

    it('writes signals', () => {
      const types = ['open', 'close', 'ping', 'pong', 'noop', 'upgrade'] as const;
      const frames = types.map((type) => revision1.signal({ type, data: 'probe' }));
      assert.deepEqual(frames, ['1::', '0::', '2::', '2::', '8::', '8::']);
    });

    it('throws at the caller for a cycle or a BigInt', () => {
      const cycle: unknown[] = [];
      cycle.push(cycle);
      assert.throws(() => encode(event('x', cycle)), RangeError);
      assert.throws(() => encode(event('x', 1n)), TypeError);
    });
  });
});
