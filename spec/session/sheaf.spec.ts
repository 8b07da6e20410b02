/** Several packets in one message of a connection. */
import assert from 'node:assert/strict';
import { framing } from '../../lib/codec/framing.js';
import { Sheaf } from '../../lib/session/sheaf.js';

const numbers = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, index) => `3:::${from + index}`);

describe('a sheaf', () => {
  let heard: unknown[];
  /** Whether it was busy when it said that this has changed. */
  let busy: boolean[];
  let onPacket: (packet: unknown) => void;
  let sheaf: Sheaf;

  beforeEach(() => {
    [heard, busy, onPacket] = [[], [], () => {}];
    sheaf = new Sheaf(framing, {
      packet: (packet) => {
        heard.push(packet);
        onPacket(packet);
      },
      regulate: () => busy.push(sheaf.busy),
    });
  });

  it('hands a lone packet on, and nothing for an empty message', () => {
    for (const message of ['3:::a', '\ufffd5\ufffd3:::b', '', '\ufffd']) sheaf.take(message);
    assert.deepEqual(heard, ['3:::a', '3:::b']);
    assert.deepEqual(busy, []);
  });

  it('hands several on in their order, and is busy meanwhile', () => {
    onPacket = () => assert.equal(sheaf.busy, true);
    sheaf.take(framing.pack(numbers(0, 5)));
    assert.deepEqual(heard, numbers(0, 5));
    assert.deepEqual(busy, [true, false]);
  });

  it('keeps the rest while nobody reads', () => {
    onPacket = (packet) => packet === '3:::1' && sheaf.flow(false);
    sheaf.take(framing.pack(numbers(0, 5)));
    assert.deepEqual(heard, numbers(0, 2));
    assert.equal(sheaf.busy, true);
    sheaf.flow(true);
    assert.deepEqual(heard, numbers(0, 5));
    assert.equal(sheaf.busy, false);
  });

  it('hands nothing on of a message that comes while nobody reads', () => {
    sheaf.flow(false);
    sheaf.take(framing.pack(numbers(0, 2)));
    assert.deepEqual(heard, []);
    sheaf.flow(true);
    assert.deepEqual(heard, numbers(0, 2));
  });

  it('gives others their turn while one message brings very many', async () => {
    const many = numbers(0, 100);
    onPacket = () => {
      for (const end = performance.now() + 0.5; performance.now() < end; );
      if (heard.length === many.length) heard.push('all');
    };
    sheaf.take(framing.pack(many));
    assert.ok(heard.length < many.length);
    while (sheaf.busy) await new Promise(setImmediate);
    assert.equal(heard.at(-1), 'all');
    assert.deepEqual(heard.slice(0, -1), many);
  });

  it('tells of an end behind what was said before it', () => {
    sheaf.end(() => heard.push('end'));
    assert.deepEqual(heard, ['end']);
    heard.length = 0;
    sheaf.flow(false);
    sheaf.take(framing.pack(numbers(0, 2)));
    sheaf.end(() => heard.push('end'));
    assert.deepEqual(heard, [...numbers(0, 2), 'end']);
  });

  it('tells of an end though nobody wants to hear what was said before it', () => {
    onPacket = () => sheaf.flow(false);
    sheaf.flow(false);
    sheaf.take(framing.pack(numbers(0, 9)));
    sheaf.end(() => heard.push('end'));
    assert.deepEqual(heard, ['3:::0', 'end']);
  });
});
