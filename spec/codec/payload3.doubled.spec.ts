/** Text that is not ASCII in bodies: clients 1.x encode and decode it twice, clients 2.x once. */
import assert from 'node:assert/strict';
import { engine3, engine3Text } from '../../lib/codec/engine3.js';
import { PacketType } from '../../lib/packet.js';
import { decodeLast, verdict } from './limits.js';

const { pack, unpack } = engine3.payload;
const message = Buffer.from([4, 1, 2, 3, 4]);
const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
/** The text as clients 1.x poll it: the characters of its bytes. */
const doubled = (text: string): string => Buffer.from(text).toString('latin1');

describe('codec/payload3 for clients that read twice and clients that read once', () => {
  it('packs nothing but ASCII', () => {
    const frames = ['42["é€😀","\u007f\u0080"]', '44/a,"ü"', '451-/a,["ß",{"_placeholder":true,"num":0}]'];
    const escaped = [
      '42["\\u00e9\\u20ac\\ud83d\\ude00","\u007f\\u0080"]',
      '44/a,"\\u00fc"',
      '451-/a,["\\u00df",{"_placeholder":true,"num":0}]',
    ];
    const lengths = escaped.map((frame) => `${frame.length}:${frame}`);
    assert.equal(pack(frames), lengths.join(''));
    assert.equal(engine3Text.payload.pack(frames), lengths.join(''));
    assert.deepEqual(unpack(pack([...frames, message])), { frames: [...escaped, message] });
  });

  it('packs what means the same', () => {
    const packet = { type: PacketType.EVENT, nsp: '/', data: ['é€😀', { ключ: '\\u0041\u2028"\\' }] };
    for (const frames of [engine3.encode(packet), engine3Text.encode(packet)]) {
      assert.deepEqual(
        unpack(pack(frames)).frames.map((frame) => decodeLast(engine3, [frame])),
        [packet],
      );
    }
  });

  it('leaves a namespace as it is, whatever is in its name', () => {
    const table: [string, string][] = [
      ['40/é,', '5:40/é,'],
      ['41/é€😀,', '8:41/é€😀,'],
      ['42/["é,["é"]', '17:42/["é,["\\u00e9"]'],
      ['4312-/é', '7:4312-/é'],
      ['451-/é,1["é"]', '18:451-/é,1["\\u00e9"]'],
      ['42["/é,é"]', '20:42["/\\u00e9,\\u00e9"]'],
    ];
    for (const [frame, body] of table) assert.equal(pack([frame]), body);
    assert.deepEqual(pack(['40/é,', message]), hex('0006ff34302fc3a92c0105ff0401020304'));
  });

  it('unpacks what 1.x encoded twice (33) and 2.x once (34)', () => {
    const frame = '42["message","€😀"]';
    const twice = hex('34325b226d657373616765222c22 c3a2c282c2ac c3b0c29fc298c280 225d');
    const once = hex('34325b226d657373616765222c22 e282ac f09f9880 225d');
    assert.deepEqual(unpack(`23:${twice}`), { frames: [frame] });
    assert.deepEqual(unpack(`19:${once}`), { frames: [frame] });
  });

  it('unpacks half a surrogate pair, as 1.x writes it', () => {
    assert.deepEqual(unpack('5:4\xed\xa0\xbdx'), { frames: ['4\ufffdx'] });
  });

  const once = [
    ['4é'],
    ['4Ã©', '4é'],
    ['4é', '4Ã©'],
    ['4Ã©', '4€'],
    ['4Ã', '4©'],
    ['4Ã©Ã'],
    ['4À¯'],
    ['4ÿþ', '2'],
  ];
  for (const frames of once) {
    it(`takes text as it is which 1.x cannot have sent: ${frames.join(' ')}`, () => {
      const body = frames.map((frame) => `${frame.length}:${frame}`).join('');
      assert.deepEqual(unpack(body), { frames });
    });
  }

  it('takes text for that of 1.x when nothing in its body speaks against', () => {
    assert.deepEqual(unpack('3:4Ã©1:2'), { frames: ['4é', '2'] });
    assert.deepEqual(unpack(`3:4Ã©1:2${doubled('4:4€')}`), { frames: ['4é', '2', '4€'] });
  });

  it('reads twice before a fault, too, and never in bytes', () => {
    const unpacked = unpack('3:4Ã©9:é');
    assert.deepEqual(unpacked.frames, ['4é']);
    assert.equal(verdict(unpacked.fault), 'malformed engine');
    assert.deepEqual(unpack(hex('0005ff34c383c2a9')), { frames: ['4Ã©'] });
  });
});
