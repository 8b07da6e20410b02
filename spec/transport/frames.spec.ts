/** What is read of a client's frames: over 500 streams, whole, in two pieces at every place, and in single bytes. */
import assert from 'node:assert/strict';
import { randomFrom } from '../support/random.js';
import { cutAt, cutEvery, ours, theirs } from './client-frames.js';
import { vectors } from './frame-vectors.js';

/** Streams that are longer are not cut everywhere, but so often, at places that differ from run to run. */
const CUT_EVERYWHERE = 1_200;
const CUTS = 40;

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);

describe('frames of a client', () => {
  it('are many enough, and each has a name of its own', () => {
    assert.ok(vectors.length >= 500, `${vectors.length}`);
    assert.equal(new Set(vectors.map(({ name }) => name)).size, vectors.length);
  });

  for (const { name, stream, account, limits } of vectors) {
    it(name, () => {
      assert.deepEqual(ours([stream], limits), account, 'whole');
      assert.deepEqual(theirs([stream], limits), account, 'by the receiver of ws');
    });
  }

  it('mean the same in two pieces, wherever they are cut', () => {
    for (const { name, stream, account, limits } of vectors) {
      if (stream.length > CUT_EVERYWHERE) continue;
      for (let at = 1; at < stream.length; at++) {
        assert.deepEqual(ours(cutAt(stream, at), limits), account, `${name}, cut at ${at}`);
      }
    }
  });

  it(`mean the same in two pieces if they are long (seed ${seed})`, () => {
    const random = randomFrom(seed);
    for (const { name, stream, account, limits } of vectors) {
      if (stream.length <= CUT_EVERYWHERE) continue;
      const places = Array.from({ length: CUTS }, () => random.whole(1, stream.length - 1));
      for (const at of [...Array.from({ length: 16 }, (_, index) => index + 1), ...places]) {
        assert.deepEqual(ours(cutAt(stream, at), limits), account, `${name}, cut at ${at}`);
      }
    }
  });

  it('mean the same byte by byte, and in pieces of three and of a thousand', () => {
    for (const { name, stream, account, limits } of vectors) {
      for (const size of [1, 3, 1_000]) {
        assert.deepEqual(ours(cutEvery(stream, size), limits), account, `${name}, in pieces of ${size}`);
      }
    }
  });
});
