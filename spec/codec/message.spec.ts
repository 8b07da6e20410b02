/** The text grammar of Socket.IO 5, through the codec that carries it. */
import assert from 'node:assert/strict';
import type { DecodeLimits, Frame } from '../../lib/codec/codec.js';
import { engine4 } from '../../lib/codec/engine4.js';
import { type Packet, PacketType, RESERVED_EVENTS } from '../../lib/packet.js';
import { decodeAll, decodeLast, limits, verdict } from './limits.js';
import { bothWays, readOnly, refused } from './message-vectors.js';

const { CONNECT, EVENT, CONNECT_ERROR } = PacketType;
const a = Buffer.from([1, 2, 3]);
const b = Buffer.from([4, 5, 6]);

const bound = (some: Partial<DecodeLimits>): DecodeLimits => ({ ...limits, ...some });

describe('codec/message', () => {
  for (const [name, frames, packet] of bothWays) {
    it(`reads and writes: ${name}`, () => {
      const expected = [...frames.slice(1).map(() => undefined), packet];
      assert.deepEqual(decodeAll(engine4, frames), expected);
      assert.deepEqual(engine4.encode(packet), frames);
    });
  }

  for (const [name, frames, packet] of readOnly) {
    it(`reads: ${name}`, () => assert.deepEqual(decodeLast(engine4, frames), packet));
  }

  for (const [name, ...frames] of refused) {
    it(`refuses: ${name}`, () => {
      const all = decodeAll(engine4, frames).map(verdict);
      assert.equal(all.pop(), 'malformed socket');
      assert.ok(!all.includes('malformed socket'), 'only the last frame is at fault');
    });
  }

  it('refuses reserved events, with and without id, namespace and attachments', () => {
    for (const name of RESERVED_EVENTS) {
      for (const head of ['42', '427', '42/a,', '451-']) {
        assert.equal(verdict(decodeLast(engine4, [`${head}["${name}"]`])), 'malformed socket', `${name}`);
      }
    }
    for (const name of ['Connect', 'connect ', '__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      assert.deepEqual(decodeLast(engine4, [`42["${name}",1]`]), { type: EVENT, nsp: '/', data: [name, 1] });
    }
  });

  it('writes a refusal with its reason and data', () => {
    const refusal = (nsp: string, data: { message: string; data?: unknown }): Packet => ({
      type: CONNECT_ERROR,
      nsp,
      data,
    });
    assert.deepEqual(engine4.encode(refusal('/random', { message: 'Invalid namespace' })), [
      '44/random,{"message":"Invalid namespace"}',
    ]);
    assert.deepEqual(engine4.encode(refusal('/', { message: 'not authorized', data: { code: 7 } })), [
      '44{"message":"not authorized","data":{"code":7}}',
    ]);
  });

  it('writes what JSON makes of odd values', () => {
    const data = ['m', undefined, Number.NaN, new Date(0), new Map(), () => 1];
    assert.deepEqual(engine4.encode({ type: EVENT, nsp: '/', data }), [
      '42["m",null,null,"1970-01-01T00:00:00.000Z",{},null]',
    ]);
  });

  it('throws at the caller for a cycle or a BigInt', () => {
    const cycle: unknown[] = ['m'];
    cycle.push(cycle);
    assert.throws(() => engine4.encode({ type: EVENT, nsp: '/', data: cycle }), RangeError);
    assert.throws(() => engine4.encode({ type: EVENT, nsp: '/', data: ['m', 1n] }), TypeError);
  });

  it('hands out credentials by which nothing can be polluted', () => {
    const text =
      '40{"__proto__":{"x":1},"a":{"__proto__":{"x":1}},"constructor":{"prototype":{"x":1}},"t":1}';
    assert.deepEqual(decodeLast(engine4, [text]), { type: CONNECT, nsp: '/', data: { a: {}, t: 1 } });
  });

  it('keeps the attachments of one connection from those of another', () => {
    const [first, second] = [engine4.decoder(limits), engine4.decoder(limits)];
    const head = '451-["m",{"_placeholder":true,"num":0}]';
    assert.equal(first.decode(head), undefined);
    assert.equal(verdict(second.decode(a)), 'malformed socket');
    assert.deepEqual(first.decode(a), { type: EVENT, nsp: '/', data: ['m', a] });
    assert.equal(verdict(first.decode(a)), 'malformed socket');
  });

  it('remembers nothing of a packet that was refused', () => {
    const decoder = engine4.decoder(bound({ maxPayload: 60 }));
    const head = '451-["m",{"_placeholder":true,"num":0}]';
    decoder.decode(head);
    assert.equal(verdict(decoder.decode('42["m"]')), 'malformed socket');
    assert.equal(verdict(decoder.decode(a)), 'malformed socket');
    decoder.decode(head);
    assert.equal(verdict(decoder.decode(Buffer.alloc(99))), 'malformed socket');
    assert.deepEqual(decoder.decode('42["m"]'), { type: EVENT, nsp: '/', data: ['m'] });
  });

  describe('bounds', () => {
    const refusal = (frames: readonly Frame[], some: Partial<DecodeLimits>): string => {
      const decoded = decodeLast(engine4, frames, bound(some));
      return decoded?.type === 'malformed' ? decoded.why : verdict(decoded);
    };

    it('takes as many arguments as allowed, and no more', () => {
      assert.equal(refusal(['42["m",1,2]'], { maxArguments: 2 }), '2');
      assert.match(refusal(['42["m",1,2,3]'], { maxArguments: 2 }), /maxArguments/);
      assert.equal(refusal(['430[1,2]'], { maxArguments: 2 }), '3');
      assert.match(refusal(['430[1,2,3]'], { maxArguments: 2 }), /maxArguments/);
      assert.match(refusal(['451-["m",1,2,3]'], { maxArguments: 2 }), /maxArguments/);
      assert.match(refusal([`42["x"${',1'.repeat(490_000)}]`], {}), /maxArguments/);
    });

    it('takes nesting as deep as allowed, and no deeper', () => {
      const nested = (depth: number) => `42["m",${'['.repeat(depth)}${']'.repeat(depth)}]`;
      assert.equal(refusal([nested(511)], {}), '2');
      assert.match(refusal([nested(512)], {}), /maxDepth/);
      assert.match(refusal([nested(100_000)], {}), /maxDepth/);
      assert.match(refusal(['40{"a":{"b":{}}}'], { maxDepth: 2 }), /maxDepth/);
      assert.match(refusal(['430[[[]]]'], { maxDepth: 2 }), /maxDepth/);
    });

    it('may have so many objects, lists and names', () => {
      const full = '[{},{},{"a":1}]';
      for (const wire of [
        `42["m",${full}]`,
        `42/a,1["m",${full}]`,
        `451-["m",${full}]`,
        `430["m",${full}]`,
      ]) {
        assert.match(refusal([wire], { maxValues: 8 }), /maxValues/, wire);
        assert.doesNotMatch(refusal([wire], { maxValues: 9 }), /maxValues/, wire);
      }
      assert.match(refusal(['40{"a":{},"b":{}}'], { maxValues: 8 }), /maxValues/);
      assert.doesNotMatch(refusal(['40{"a":{},"b":{}}'], { maxValues: 11 }), /maxValues/);
    });

    it('takes names as long as allowed, and no longer', () => {
      assert.equal(refusal(['42["abc"]'], { maxNameLength: 3 }), '2');
      assert.match(refusal(['42["abcd"]'], { maxNameLength: 3 }), /maxNameLength/);
      assert.equal(refusal(['40/bc,'], { maxNamespaceLength: 3 }), '0');
      assert.match(refusal(['40/bcd,'], { maxNamespaceLength: 3 }), /maxNamespaceLength/);
      assert.match(refusal(['42/bcd,["m"]'], { maxNamespaceLength: 3 }), /maxNamespaceLength/);
    });

    it('takes as many attachments as allowed, and no more', () => {
      assert.equal(refusal(['452-["m"]', a, b], { maxAttachments: 2 }), '2');
      assert.match(refusal(['453-["m"]'], { maxAttachments: 2 }), /maxAttachments/);
    });

    it('takes as many bytes as allowed, text and attachments together, and no more', () => {
      assert.equal(refusal(['42["€"]'], { maxPayload: 9 }), '2');
      assert.match(refusal(['42["€"]'], { maxPayload: 8 }), /maxHttpBufferSize/);
      assert.equal(refusal(['452-["m"]', a, b], { maxPayload: 15 }), '2');
      assert.match(refusal(['452-["m"]', a, b], { maxPayload: 14 }), /maxHttpBufferSize/);
      assert.match(refusal(['452-["m"]', Buffer.alloc(9)], { maxPayload: 14 }), /maxHttpBufferSize/);
    });
  });
});
