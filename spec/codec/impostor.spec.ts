/** What clients say may look like a placeholder; whoever hears of it together with binary data must not look for one. */
import assert from 'node:assert/strict';
import { Decoder } from 'socket.io-parser';
import { detach } from '../../lib/codec/attachments.js';
import { engine3 } from '../../lib/codec/engine3.js';
import { engine4 } from '../../lib/codec/engine4.js';
import { PacketType } from '../../lib/packet.js';

const bytes = Buffer.from('bytes');
const mask = (num: unknown) => ({ _placeholder: true, num });

describe('what looks like a placeholder', () => {
  const said: Record<string, unknown> = {
    'names an attachment that there is': mask(0),
    'names one that there is not': mask(999),
    'names nothing': { _placeholder: true },
    'names no number': mask('splice'),
    'stands deep in something': { list: [1, { it: mask(0) }] },
    'stands in a list of lists': [[mask(1)], mask(2)],
    'holds another one': { _placeholder: true, num: mask(0) },
  };

  for (const [name, value] of Object.entries(said)) {
    it(`is read by the genuine client beside binary data: ${name}`, () => {
      const before = JSON.stringify(value);
      const frames = engine4.encode({ type: PacketType.EVENT, nsp: '/', data: ['x', value, bytes, value] });
      const decoder = new Decoder();
      const heard: unknown[][] = [];
      decoder.on('decoded', (packet) => heard.push(packet.data));
      for (const frame of frames) decoder.add(typeof frame === 'string' ? frame.slice(1) : frame);
      const plain = JSON.parse(
        before.replaceAll('"_placeholder":true,', '').replaceAll('"_placeholder":true', ''),
      );
      assert.deepEqual(heard, [['x', plain, bytes, plain]]);
      assert.equal(JSON.stringify(value), before);
    });
  }

  it('is left alone where there is no binary data', () => {
    const data = ['x', mask(0)];
    assert.equal(detach(data).data, data);
    assert.deepEqual(engine3.encode({ type: PacketType.EVENT, nsp: '/', data }), [
      '42["x",{"_placeholder":true,"num":0}]',
    ]);
  });

  it('is no placeholder for a value that is not true', () => {
    const { data } = detach([{ _placeholder: 1 }, { _placeholder: false }, bytes]);
    assert.deepEqual((data as unknown[]).slice(0, 2), [{ _placeholder: 1 }, { _placeholder: false }]);
  });

  it('is found in what writes itself, which is not asked where there is none', () => {
    class Model {
      readonly kept: unknown;
      constructor(kept: unknown) {
        this.kept = kept;
      }
      toJSON() {
        return { kept: this.kept };
      }
    }
    const [hostile, harmless] = [new Model([mask(7)]), new Model('a word')];
    const { data } = detach([hostile, bytes, harmless]);
    assert.deepEqual(JSON.parse(JSON.stringify(data)), [
      { kept: [{ num: 7 }] },
      { _placeholder: true, num: 0 },
      { kept: 'a word' },
    ]);
    assert.equal((data as unknown[])[2], harmless);
  });

  it('keeps dates', () => {
    const date = new Date(0);
    assert.deepEqual(JSON.parse(JSON.stringify(detach([date, mask(0), bytes]).data)).slice(0, 2), [
      date.toJSON(),
      { num: 0 },
    ]);
  });
});
