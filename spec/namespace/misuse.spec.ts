/** Mistakes of a program, found where they are made. */
import assert from 'node:assert/strict';
import { type Guest, type World, world } from './fake-client.js';

let here: World;
let alice: Guest;
beforeEach(() => {
  here = world();
  alice = here.join('alice');
});

describe('a program', () => {
  for (const name of [null, undefined, true, Symbol('x'), { x: 1 }, ['x'], 1n, Number.NaN, () => {}]) {
    it(`cannot emit ${typeof name} ${String(name)}: clients would hang up`, async () => {
      const wrong = { code: 'EVENT_INVALID' };
      assert.throws(() => alice.socket.emit(name as never), wrong);
      assert.throws(() => here.root.emit(name as never), wrong);
      assert.throws(() => here.root.to('alice').emit(name as never), wrong);
      await assert.rejects(alice.socket.emitWithAck(name as never), wrong);
      await assert.rejects(here.root.to('alice').emitWithAck(name as never), wrong);
      assert.deepEqual(alice.client.events, []);
    });
  }

  it('may emit any string and any number', () => {
    for (const name of ['', 'x', '__proto__', 0, -1, 1.5]) alice.socket.emit(name as string);
    assert.deepEqual(alice.client.events, [[''], ['x'], ['__proto__'], [0], [-1], [1.5]]);
  });

  for (const ms of [Number.NaN, undefined, null, -1, '5', Number.NEGATIVE_INFINITY] as never[]) {
    it(`cannot wait for ${typeof ms} ${String(ms)} milliseconds`, () => {
      const wrong = { code: 'OPTION_INVALID', message: 'timeout takes milliseconds' };
      assert.throws(() => alice.socket.timeout(ms), wrong);
      assert.throws(() => here.root.timeout(ms), wrong);
      assert.throws(() => here.root.to('alice').timeout(ms), wrong);
    });
  }

  it('may wait for no time and for ever', async () => {
    await assert.rejects(alice.socket.timeout(0).emitWithAck('x'), { code: 'ACK_TIMEOUT' });
    await assert.rejects(here.root.timeout(0).emitWithAck('x'), { code: 'ACK_TIMEOUT' });
    const answer = alice.socket.timeout(Number.POSITIVE_INFINITY).emitWithAck('x');
    alice.answers(alice.client.asked, 'at last');
    assert.equal(await answer, 'at last');
  });

  for (const wrong of ['x', undefined, null, {}] as never[]) {
    it(`cannot use or serve with ${String(wrong)}`, () => {
      assert.throws(() => here.root.use(wrong), TypeError);
      assert.throws(() => here.root.serve(wrong), TypeError);
      assert.throws(() => alice.socket.use(wrong), TypeError);
      assert.equal(here.join().socket.connected, true);
    });
  }
});
