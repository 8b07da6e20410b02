/** Several revision-1 packets in one body. */
import assert from 'node:assert/strict';
import { framing } from '../../lib/codec/framing.js';
import { cuts } from './limits.js';

const { pack, unpack } = framing;

describe('codec/framing', () => {
  const bothWays: [string, string[], string][] = [
    ['nothing as nothing', [], ''],
    ['one packet without frame', ['3:::a'], '3:::a'],
    ['several packets behind their lengths', ['3:::a', '3:::c d'], '\ufffd5\ufffd3:::a\ufffd7\ufffd3:::c d'],
    ['lengths in UTF-16 units', ['3:::😀', '3:::é'], '\ufffd6\ufffd3:::😀\ufffd5\ufffd3:::é'],
    [
      'marks inside of data',
      ['3:::\ufffd1\ufffd', '3:::z'],
      '\ufffd7\ufffd3:::\ufffd1\ufffd\ufffd5\ufffd3:::z',
    ],
  ];
  for (const [name, frames, body] of bothWays) {
    it(`packs and unpacks ${name}`, () => {
      assert.equal(pack(frames), body);
      assert.deepEqual(unpack(body), { frames });
      assert.deepEqual(unpack(Buffer.from(body)), { frames });
    });
  }

  it('measures a lone surrogate as UTF-8 will make it', () => {
    const body = Buffer.from(pack(['3:::\ud800', '3:::b']).toString());
    assert.deepEqual(unpack(body).frames, ['3:::\ufffd', '3:::b']);
  });

  it('takes a framed single packet', () => {
    assert.deepEqual(unpack('\ufffd5\ufffd3:::a').frames, ['3:::a']);
  });

  const faults: [string, string, string[]][] = [
    ['a length too long takes what is there', '\ufffd99\ufffd3:::a', ['3:::a']],
    ['a length beyond numbers, too', '\ufffd999999999999999\ufffd3:::a', ['3:::a']],
    ['a length that cuts the head of a packet', '\ufffd3\ufffd3:::abc', []],
    ['the same behind a good frame', '\ufffd5\ufffd3:::a\ufffd3\ufffd3:::b', ['3:::a']],
    ['a mark alone', '\ufffd', []],
    ['two marks alone', '\ufffd\ufffd', []],
    ['no length', '\ufffd\ufffd3:::a', []],
    ['no second mark', '\ufffd5', []],
    ['junk behind a frame', '\ufffd5\ufffd3:::ajunk\ufffd5\ufffd3:::b', ['3:::a']],
    ['an empty frame', '\ufffd0\ufffd\ufffd5\ufffd3:::b', ['', '3:::b']],
    ['a length that is no number', '\ufffd5\ufffd3:::a\ufffdx\ufffd3:::b', ['3:::a']],
    ['an exponent', '\ufffd1e1\ufffd3:::abcdef', []],
    ['a negative length', '\ufffd-1\ufffd3:::a', []],
    ['a space in the length', '\ufffd 5\ufffd3:::a', []],
    ['an endless length', `\ufffd${'9'.repeat(1_000)}\ufffd3:::a`, []],
  ];
  for (const [name, body, frames] of faults) {
    it(`reads up to the fault, which is not held against the client: ${name}`, () => {
      assert.deepEqual(unpack(body), { frames });
    });
  }

  it('gives a beginning of the frames for each beginning of a body, by characters and by bytes', () => {
    const body = pack(['3:::😀\ufffd', '5:1+::{"name":"x"}', '3:::é', '2::', '3:::z']).toString();
    const frames = unpack(body).frames;
    for (const cut of [...cuts(body), ...cuts(Buffer.from(body))]) {
      const part = unpack(cut).frames;
      assert.ok(part.length <= frames.length);
      assert.deepEqual(part.slice(0, -1), frames.slice(0, Math.max(0, part.length - 1)));
      const [last = ''] = part.slice(-1);
      const original = String(frames[part.length - 1] ?? '');
      // A cut inside of a character leaves a replacement character.
      assert.ok(original.startsWith(String(last).replace(/\ufffd+$/, '')));
    }
  });

  it('is quick about hostile bodies', () => {
    const started = performance.now();
    unpack('\ufffd'.repeat(1_000_000));
    unpack('\ufffd0\ufffd'.repeat(300_000));
    unpack(`\ufffd${'1'.repeat(1_000_000)}`);
    assert.ok(performance.now() - started < 5_000);
  });
});
