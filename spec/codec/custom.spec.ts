/** Codecs that speak through a user's own parser. */
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import type { Codec, Decoded, Frame } from '../../lib/codec/codec.js';
import { grammarOf } from '../../lib/codec/custom.js';
import { engine3, engine3Text } from '../../lib/codec/engine3.js';
import { engine4, engine4Text } from '../../lib/codec/engine4.js';
import { Parcel } from '../../lib/codec/parcel.js';
import { revision1 } from '../../lib/codec/revision1.js';
import type { Parser } from '../../lib/options.js';
import { type Packet, PacketType } from '../../lib/packet.js';
import * as json from '../support/json-parser.js';
import { limits } from './limits.js';

const msgpack = createRequire(import.meta.url)('socket.io-msgpack-parser') as Parser;

function speaking(codec: Codec, parser: Parser = json): Codec {
  const spoken = codec.speaking?.(grammarOf(parser));
  assert.ok(spoken);
  return spoken;
}

/** What several frames come to. */
function decode(codec: Codec, frames: readonly Frame[], bounds = limits): Decoded {
  const decoder = codec.decoder(bounds);
  return frames.map((frame) => decoder.decode(frame)).at(-1);
}

const event: Packet = { type: PacketType.EVENT, nsp: '/', data: ['name', 1, { a: ['b'] }], id: 7 };

describe('a codec with another parser', () => {
  const codecs: readonly (readonly [string, Codec])[] = [
    ['engine4', engine4],
    ['engine4 as text', engine4Text],
    ['engine3', engine3],
    ['engine3 as text', engine3Text],
  ];

  for (const [name, usual] of codecs) {
    for (const [parserName, parser] of [
      ['texts', json],
      ['bytes', msgpack],
    ] as const) {
      it(`reads what it writes: ${name}, ${parserName}`, () => {
        const codec = speaking(usual, parser);
        const packets: Packet[] = [
          event,
          { type: PacketType.ACK, nsp: '/a', id: 0, data: [] },
          { type: PacketType.DISCONNECT, nsp: '/a' },
        ];
        for (const packet of packets) {
          const frames = codec.encode(packet);
          assert.deepEqual(decode(codec, frames), packet);
          // The same in one body, through HTTP.
          const { frames: unpacked, fault } = codec.payload.unpack(codec.payload.pack(frames));
          assert.equal(fault, undefined);
          assert.deepEqual(decode(codec, unpacked), packet);
        }
      });
    }

    it(`takes the place of the usual one in a parcel: ${name}`, () => {
      const codec = speaking(usual);
      assert.equal(codec.slot, usual.slot);
      const parcel = new Parcel(event);
      assert.equal(parcel.encoded(codec), parcel.encoded(codec));
    });
  }

  it('writes signals as they are', () => {
    assert.equal(speaking(engine4).signal({ type: 'ping' }), '2');
    assert.deepEqual(decode(speaking(engine4), ['3']), { type: 'pong' });
    assert.deepEqual(decode(speaking(engine3), ['2probe']), { type: 'ping', data: 'probe' });
  });

  it('writes packets with the properties that parsers of the ecosystem know', () => {
    const written = (codec: Codec, packet: Packet): unknown =>
      codec.encode(packet).map((frame) => JSON.parse(String(frame).slice(1)));
    const four = speaking(engine4);
    const three = speaking(engine3);
    assert.deepEqual(written(four, { ...event, form: 'text' } as Packet), [
      { type: 2, data: ['name', 1, { a: ['b'] }], id: 7, nsp: '/' },
    ]);
    const welcome: Packet = { type: PacketType.CONNECT, nsp: '/', data: { sid: 'x' } };
    assert.deepEqual(written(four, welcome), [{ type: 0, data: { sid: 'x' }, nsp: '/' }]);
    assert.deepEqual(written(three, welcome), [{ type: 0, nsp: '/' }]);
    const refusal: Packet = {
      type: PacketType.CONNECT_ERROR,
      nsp: '/',
      data: { message: 'no', data: { a: 1 } },
    };
    assert.deepEqual(written(four, refusal), [
      { type: 4, data: { message: 'no', data: { a: 1 } }, nsp: '/' },
    ]);
    assert.deepEqual(written(three, refusal), [{ type: 4, data: { a: 1 }, nsp: '/' }]);
  });

  it('reads how a client asks for a namespace, in the way of its generation', () => {
    const ask = (nsp: string, data?: unknown) => [`4${JSON.stringify({ type: 0, nsp, data })}`];
    assert.deepEqual(decode(speaking(engine4), ask('/a', { token: 1 })), {
      type: PacketType.CONNECT,
      nsp: '/a',
      data: { token: 1 },
    });
    assert.deepEqual(decode(speaking(engine3), ask('/a?token=1')), {
      type: PacketType.CONNECT,
      nsp: '/a',
      data: { token: '1' },
    });
  });

  it('reads binary types of older parsers', () => {
    const read = (type: number): Decoded =>
      decode(speaking(engine3), [`4{"type":${type},"nsp":"/","id":1,"data":["x"]}`]);
    assert.equal((read(5) as Packet).type, PacketType.EVENT);
    assert.equal((read(6) as Packet).type, PacketType.ACK);
  });

  it('keeps texts that are no JSON as they are, in bodies for clients of Engine.IO 3', () => {
    const { payload } = speaking(engine3);
    for (const text of ['4héllo ☃', '4Ã©']) {
      assert.deepEqual(payload.unpack(payload.pack([text])).frames, [text]);
      const both = [text, Buffer.from([4, 1])];
      assert.deepEqual(payload.unpack(payload.pack(both)).frames, both);
    }
  });

  it('has nothing to do with revision 1, whose frames are its packets', () => {
    assert.equal(revision1.speaking, undefined);
  });

  it('makes one encoder, and a decoder for each client that says something', () => {
    const made: string[] = [];
    const counting = {
      Encoder: class extends json.Encoder {
        constructor() {
          super();
          made.push('encoder');
        }
      },
      Decoder: class extends json.Decoder {
        constructor() {
          super();
          made.push('decoder');
        }
        override destroy(): void {
          made.push('end');
        }
      },
    };
    const grammar = grammarOf(counting);
    const [codec, text] = [engine4.speaking?.(grammar), engine4Text.speaking?.(grammar)];
    assert.ok(codec && text);
    codec.encode(event);
    text.encode(event);
    const decoder = codec.decoder(limits);
    decoder.decode('2probe');
    decoder.end?.();
    assert.deepEqual(made, ['encoder']);
    const frame = codec.encode(event)[0] ?? '';
    const talking = codec.decoder(limits);
    talking.decode(frame);
    talking.decode(frame);
    talking.end?.();
    assert.deepEqual(made, ['encoder', 'decoder', 'end']);
  });
});

describe('what a parser of a user finds', () => {
  /** A parser that finds what it is told to. */
  const finding = (...packets: unknown[]): Parser => ({
    Encoder: json.Encoder,
    Decoder: class extends json.Decoder {
      override add(): void {
        for (const packet of packets) this.emit('decoded', packet);
      }
    },
  });
  const cycle: unknown[] = ['name'];
  cycle.push(cycle, { cycle });
  let deep: unknown = 'x';
  for (let depth = 0; depth < limits.maxDepth; depth += 1) deep = [deep];
  const hostile = {
    get type(): never {
      throw new Error('hostile');
    },
  };
  const refused: Record<string, unknown[]> = {
    'nothing that is a packet': [null],
    'a text': ['packet'],
    'no type': [{ nsp: '/' }],
    'an unknown type': [{ type: 9, nsp: '/', data: ['a'] }],
    'a type that is a text': [{ type: '2', nsp: '/', data: ['a'] }],
    'a refusal': [{ type: 4, nsp: '/', data: { message: 'x' } }],
    'no namespace': [{ type: 2, data: ['a'] }],
    'a namespace without slash': [{ type: 2, nsp: 'a', data: ['a'] }],
    'a long namespace': [{ type: 2, nsp: `/${'a'.repeat(limits.maxNamespaceLength)}`, data: ['a'] }],
    'a long namespace that is asked for': [{ type: 0, nsp: `/${'a'.repeat(limits.maxNamespaceLength)}` }],
    'a CONNECT with a text': [{ type: 0, nsp: '/', data: 'token' }],
    'a DISCONNECT with data': [{ type: 1, nsp: '/', data: {} }],
    'an event without data': [{ type: 2, nsp: '/' }],
    'an event whose data is no list': [{ type: 2, nsp: '/', data: { 0: 'a', length: 1 } }],
    'an event without name': [{ type: 2, nsp: '/', data: [] }],
    'a reserved event': [{ type: 2, nsp: '/', data: ['disconnect'] }],
    'a name that is an object': [{ type: 2, nsp: '/', data: [{}] }],
    'a long name': [{ type: 2, nsp: '/', data: ['a'.repeat(limits.maxNameLength + 1)] }],
    'too many arguments': [{ type: 2, nsp: '/', data: Array(limits.maxArguments + 2).fill('a') }],
    'too many answers': [{ type: 3, nsp: '/', id: 1, data: Array(limits.maxArguments + 1).fill('a') }],
    'an answer that is no list': [{ type: 3, nsp: '/', id: 1, data: 'a' }],
    'a negative id': [{ type: 2, nsp: '/', id: -1, data: ['a'] }],
    'an id that is a text': [{ type: 2, nsp: '/', id: '1', data: ['a'] }],
    'an endless id': [{ type: 2, nsp: '/', id: Number.POSITIVE_INFINITY, data: ['a'] }],
    'something too deep': [{ type: 2, nsp: '/', data: ['a', deep] }],
    'several packets': [event, event],
    'a packet that throws when it is looked at': [hostile],
  };
  for (const [what, found] of Object.entries(refused)) {
    it(`ends the connection, and throws nothing: ${what}`, () => {
      const decoded = decode(speaking(engine4, finding(...found)), ['4x']);
      assert.deepEqual(
        [(decoded as { type: unknown }).type, (decoded as { layer: unknown }).layer],
        ['malformed', 'socket'],
      );
    });
  }

  it('may refer to itself', () => {
    const decoded = decode(speaking(engine4, finding({ type: 2, nsp: '/', data: cycle })), ['4x']);
    assert.equal((decoded as Packet).type, PacketType.EVENT);
  });

  it('may have the same bytes in several places, but not in many, nor so that they are too large', () => {
    const why = (count: number, bytes: Buffer | ArrayBuffer): string => {
      const found = { type: 2, nsp: '/', data: ['a', Array(count).fill(bytes), { b: bytes }] };
      const decoded = decode(speaking(engine4, finding(found)), ['4x']);
      return decoded?.type === 'malformed' ? decoded.why : '';
    };
    assert.equal(why(limits.maxAttachments, Buffer.alloc(1)), '');
    for (const bytes of [Buffer.alloc(0), Buffer.alloc(1), new ArrayBuffer(1)])
      assert.match(why(limits.maxAttachments + 1, bytes), /maxAttachments/);
    assert.match(why(2, Buffer.alloc(limits.maxPayload / 2 + 1)), /maxHttpBufferSize/);
    const many = Array.from({ length: 1_000 }, () => Buffer.alloc(0));
    const apart = { type: 2, nsp: '/', data: ['a', many] };
    assert.equal(decode(speaking(engine4, finding(apart)), ['4x'])?.type, PacketType.EVENT);
  });

  it('may have so many objects, lists and buffers, wherever they stand', () => {
    const why = (...values: unknown[]): string => {
      const codec = speaking(engine4, finding({ type: 2, nsp: '/', data: ['a', ...values] }));
      const decoded = codec.decoder({ ...limits, maxValues: 10 }).decode('4x');
      return decoded?.type === 'malformed' ? decoded.why : '';
    };
    const one = {};
    for (const fill of [one, [], [1], Buffer.of(1)]) {
      assert.equal(why(Array(8).fill(fill)), '');
      assert.match(why(Array(9).fill(fill)), /maxValues/);
    }
    assert.match(why(Array.from({ length: 3 }, () => [[{ a: {} }]])), /maxValues/);
  });

  it('may be nothing yet, for as many messages as attachments are allowed', () => {
    const codec = speaking(engine4, finding());
    const decoder = codec.decoder({ ...limits, maxAttachments: 2 });
    for (let index = 0; index < 3; index += 1) assert.equal(decoder.decode(Buffer.from('x')), undefined);
    assert.match(String((decoder.decode('4x') as { why: string }).why), /maxAttachments/);
    const small = codec.decoder({ ...limits, maxPayload: 5 });
    assert.equal(small.decode('4abc'), undefined);
    assert.match(String((small.decode('4abc') as { why: string }).why), /maxHttpBufferSize/);
  });

  it('may not be found later', async () => {
    const late: Parser = {
      Encoder: json.Encoder,
      Decoder: class extends json.Decoder {
        override add(): void {
          queueMicrotask(() => this.emit('decoded', event));
        }
      },
    };
    const decoder = speaking(engine4, late).decoder(limits);
    assert.equal(decoder.decode('4x'), undefined);
    await Promise.resolve();
    assert.equal((decoder.decode('4x') as { type: unknown }).type, 'malformed');
  });

  it('ends the connection alone where the parser throws', () => {
    for (const frames of [['4{'], ['4'], [Buffer.from([0xc1])]]) {
      assert.deepEqual(decode(speaking(engine4, msgpack), frames), {
        type: 'malformed',
        layer: 'socket',
        why: 'the parser refuses it',
      });
    }
  });

  it('does not matter any more at the end, even if the parser throws', () => {
    const rude: Parser = {
      Encoder: json.Encoder,
      Decoder: class extends json.Decoder {
        override destroy(): void {
          throw new Error('rude');
        }
      },
    };
    const decoder = speaking(engine4, rude).decoder(limits);
    decoder.decode('4{"type":1,"nsp":"/"}');
    assert.doesNotThrow(() => decoder.end?.());
  });
});

describe('what a parser of a user writes', () => {
  const writing = (...parts: unknown[]): Codec =>
    speaking(engine4, {
      Encoder: class {
        encode(): unknown[] {
          return parts;
        }
      },
      Decoder: json.Decoder,
    });

  it('is texts and bytes of any kind', () => {
    const bytes = Uint8Array.from([1, 2, 3]);
    assert.deepEqual(writing('a', Buffer.from('b'), bytes.subarray(1), bytes.buffer).encode(event), [
      '4a',
      Buffer.from('b'),
      Buffer.from([2, 3]),
      Buffer.from([1, 2, 3]),
    ]);
  });

  it('is nothing else; whoever emits hears of it', () => {
    assert.throws(() => writing({}).encode(event), /parser/);
    const single = {
      Encoder: class {
        encode = () => 'text';
      },
      Decoder: json.Decoder,
    };
    assert.throws(() => speaking(engine4, single).encode(event), /parser/);
    assert.throws(() => speaking(engine4).encode({ ...event, data: ['n', 1n] } as Packet), TypeError);
  });
});
