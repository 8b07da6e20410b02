/** An outgoing packet, encoded at most once per codec. */
import assert from 'node:assert/strict';
import type { Codec } from '../../lib/codec/codec.js';
import { engine4, engine4Text } from '../../lib/codec/engine4.js';
import { Parcel } from '../../lib/codec/parcel.js';
import { revision1 } from '../../lib/codec/revision1.js';
import { PacketType } from '../../lib/packet.js';

const event = (...data: unknown[]) => new Parcel({ type: PacketType.EVENT, nsp: '/', data });

describe('codec/parcel', () => {
  it('gives each codec a place of its own', () => {
    const codecs: Codec[] = [engine4, engine4Text, revision1];
    assert.equal(new Set(codecs.map(({ slot }) => slot)).size, codecs.length);
    const parcel = event('a', Buffer.from('x'));
    assert.deepEqual(
      codecs.map((codec) => parcel.encoded(codec).frames),
      [
        ['451-["a",{"_placeholder":true,"num":0}]', Buffer.from('x')],
        ['451-["a",{"_placeholder":true,"num":0}]', 'beA=='],
        ['5:::{"name":"a","args":[{"base64":"eA=="}]}'],
      ],
    );
  });

  it('encodes once however often it is asked', () => {
    let times = 0;
    const counting: Codec = {
      ...engine4,
      encode: (packet) => {
        times += 1;
        return engine4.encode(packet);
      },
    };
    const parcel = event('a');
    assert.equal(parcel.encoded(counting), parcel.encoded(counting));
    assert.equal(times, 1);
  });

  it('counts bytes, not characters', () => {
    assert.equal(
      event('€', Buffer.alloc(3)).encoded(engine4).bytes,
      Buffer.byteLength('451-["€",{"_placeholder":true,"num":0}]') + 3,
    );
  });

  it('keeps bytes as they are now, and the wish not to be compressed', () => {
    const bytes = Buffer.from('x');
    const kept = event('a', bytes).keep(engine4, true);
    bytes.fill('y');
    const later = Parcel.of(kept, engine4, '/');
    assert.deepEqual(later.encoded(engine4).frames[1], Buffer.from('x'));
    assert.deepEqual(later.encoded(engine4Text).frames[1], 'beA==');
    for (const codec of [engine4, engine4Text]) assert.equal(later.encoded(codec).plain, true);
    assert.equal(event('a').keep(engine4, false).plain, undefined);
  });

  it('throws at the caller of emit, each time', () => {
    const parcel = event('a', 1n);
    for (const codec of [engine4, engine4Text, revision1]) {
      assert.throws(() => parcel.encoded(codec), TypeError);
      assert.throws(() => parcel.encoded(codec), TypeError);
    }
  });

  it('tells those who do not want it compressed so, with the same frames and once for each codec', () => {
    const parcel = event('a', Buffer.alloc(3));
    const plain = parcel.plain(engine4);
    assert.equal(plain, parcel.plain(engine4));
    assert.equal(plain.frames, parcel.encoded(engine4).frames);
    assert.deepEqual([plain.plain, plain.bytes], [true, parcel.encoded(engine4).bytes]);
    assert.equal(parcel.encoded(engine4).plain, undefined);
    assert.notEqual(parcel.plain(engine4Text), plain);
    assert.throws(() => event('a', 1n).plain(engine4), TypeError);
  });
});
