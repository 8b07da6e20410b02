/** Frames as those see them who watch a connection, beside what genuine engines make of them. */
import assert from 'node:assert/strict';
import { decodePacket } from 'engine.io-parser';
import type { Frame } from '../../lib/codec/codec.js';
import { engine3, engine3Text } from '../../lib/codec/engine3.js';
import { engine4, engine4Text } from '../../lib/codec/engine4.js';
import { revision1 } from '../../lib/codec/revision1.js';
import { unreadable } from '../../lib/codec/signal.js';

const texts = [
  '0{"sid":"x"}',
  '1',
  '2',
  '2probe',
  '3',
  '3probe',
  '4',
  '40',
  '42["a","é"]',
  '5',
  '6',
  '',
  '7',
  'x',
];

describe('a frame that is watched', () => {
  for (const text of [...texts, 'bAQID'])
    it(`reads ${JSON.stringify(text)} as the genuine engine does`, () => {
      assert.deepEqual(engine4.show(text), decodePacket(text, 'nodebuffer'));
    });

  it('shows bytes as they are', () => {
    const bytes = Buffer.of(1, 2, 3);
    assert.deepEqual(engine4.show(bytes), { type: 'message', data: bytes });
    assert.deepEqual(engine3.show(Buffer.of(4, 1, 2, 3)), { type: 'message', data: bytes });
    assert.deepEqual(engine3.show('b4AQID'), { type: 'message', data: bytes });
  });

  it('shows Engine.IO 3 as Engine.IO 4 where they write alike', () => {
    for (const text of texts) assert.deepEqual(engine3.show(text), engine4.show(text));
  });

  it('shows the types of Engine.IO 3 that were written as bytes', () => {
    assert.deepEqual(engine3.show(Buffer.of(2)), { type: 'ping' });
    assert.deepEqual(engine3.show(Buffer.from([2, ...Buffer.from('probe')])), {
      type: 'ping',
      data: 'probe',
    });
  });

  it('shows what nobody can read as an error', () => {
    for (const frame of ['b4!', 'b2AQID', Buffer.of(), Buffer.of(9)])
      assert.deepEqual(engine3.show(frame), unreadable);
    assert.deepEqual(engine4.show('b!'), unreadable);
  });

  it('shows revision 1 as messages, and what keeps its connection', () => {
    assert.deepEqual(revision1.show('3:::hello'), { type: 'message', data: '3:::hello' });
    assert.deepEqual(
      ['1::', '0::', '2::', '8::'].map((text) => revision1.show(text).type),
      ['open', 'close', 'ping', 'upgrade'],
    );
  });
});

describe('a message that is no packet', () => {
  const bytes = Buffer.of(1, 2, 3);
  const rows: [string, Frame, Frame][] = [
    ['Engine.IO 4', engine4.message('hello'), '4hello'],
    ['Engine.IO 4, bytes', engine4.message(bytes), bytes],
    ['Engine.IO 4, bytes as text', engine4Text.message(bytes), 'bAQID'],
    ['Engine.IO 3', engine3.message('hello'), '4hello'],
    ['Engine.IO 3, bytes', engine3.message(bytes), Buffer.of(4, 1, 2, 3)],
    ['Engine.IO 3, bytes as text', engine3Text.message(bytes), 'b4AQID'],
    ['revision 1', revision1.message('hello'), '3:::hello'],
  ];
  for (const [what, written, expected] of rows)
    it(`is written as a client of ${what} expects it`, () => assert.deepEqual(written, expected));
});
