/** Histories that are equal are the same object. */
import assert from 'node:assert/strict';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Frame } from '../../lib/codec/codec.js';
import { engine4 } from '../../lib/codec/engine4.js';
import { type Encoded, Parcel, sizeOf } from '../../lib/codec/parcel.js';
import { PacketType } from '../../lib/packet.js';
import { type Cut, Trail } from '../../lib/session/trail.js';
import { randomFrom } from '../support/random.js';

/** `SEED=…` repeats a run. */
const seed = Number(process.env.SEED ?? Date.now() & 0x7fffffff);

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

const told = (text: string): Encoded => ({ frames: [text], bytes: Buffer.byteLength(text) });
const [a, b, c] = [told('a'), told('bb'), told('ccc')];

function history(root: Trail, ...steps: Encoded[]): Trail {
  return steps.reduce<Trail>((trail, step) => trail.plus(step), root);
}

describe('a trail', () => {
  it('is one object for all who were told the same', () => {
    const root = Trail.root();
    const all = Array.from({ length: 1_000 }, () => history(root, a, b, c));
    assert.equal(new Set(all).size, 1);
  });

  it('is another one for whoever was told something else, or in another order', () => {
    const root = Trail.root();
    const different = [
      history(root, a, b),
      history(root, b, a),
      history(root, a),
      history(Trail.root(), a, b),
    ];
    assert.equal(new Set(different).size, 4);
  });

  it('knows all frames in order, and their bytes', () => {
    const trail = history(Trail.root(), a, { frames: ['x', Buffer.from([1, 2])], bytes: 3 }, c);
    assert.deepEqual(trail.frames, ['a', 'x', Buffer.from([1, 2]), 'ccc']);
    assert.deepEqual([trail.count, trail.bytes], [4, 7]);
  });

  it('knows which frames shall leave as they are', () => {
    const spared: Encoded = { ...b, plain: true };
    const pair: Encoded = { frames: ['x', 'y'], bytes: 2, plain: true };
    assert.equal(history(Trail.root(), a, b).spared, undefined);
    const trail = history(Trail.root(), a, spared, c, pair);
    assert.deepEqual(trail.spared, [false, true, false, true, true]);
    assert.deepEqual(trail.cut(2, 100).head.spared, [false, true]);
    assert.deepEqual(trail.cut(2, 100).rest?.spared, [false, true, true]);
    assert.equal(history(Trail.root(), a, b).cut(1, 100).rest?.spared, undefined);
  });

  it('is one object for all who were told so, and knows of any number of frames', () => {
    const root = Trail.root();
    const spared: Encoded = { ...b, plain: true };
    assert.equal(history(root, a, spared), history(root, a, spared));
    assert.notEqual(history(root, a, spared), history(root, a, b));
    const long = history(root, ...Array.from({ length: 50_000 }, (_, index) => (index % 2 ? spared : a)));
    assert.equal(long.spared?.length, 50_000);
  });

  it('knows the same with its pages bound, and is still one object for all', () => {
    const root = Trail.root();
    const steps = Array.from({ length: 5_000 }, (_, index): Encoded => {
      const text = `${index}${'x'.repeat((index * 7919) % 300)}`;
      const frames = index % 97 === 0 ? [text, Buffer.from(text)] : [text];
      const bytes = text.length * frames.length;
      return index % 13 === 0 && index > 2_000 ? { frames, bytes, plain: true } : { frames, bytes };
    });
    const trail = history(root, ...steps);
    assert.equal(history(root, ...steps), trail);
    const frames = steps.flatMap((step) => step.frames);
    const bytes = steps.reduce((sum, step) => sum + step.bytes, 0);
    assert.deepEqual(trail.frames, frames);
    assert.deepEqual(
      trail.spared,
      steps.flatMap((step) => step.frames.map(() => step.plain === true)),
    );
    assert.deepEqual(
      [trail.count, trail.bytes, trail.weight],
      [frames.length, bytes, bytes + 64 * frames.length],
    );
    const { head, rest } = trail.cut(3_000, 1e9);
    assert.deepEqual([...head.frames, ...history(rest as Trail, ...steps).frames], [...frames, ...frames]);
  });

  it('is packed once for each way of packing', () => {
    const trail = history(Trail.root(), a, b);
    let packed = 0;
    const join = (frames: readonly Frame[]): string => {
      packed += 1;
      return frames.join('+');
    };
    assert.deepEqual([trail.packed(join), trail.packed(join), packed], ['a+bb', 'a+bb', 1]);
    assert.equal(
      trail.packed((frames) => frames.length),
      2,
    );
  });

  it('is cut by frames and by bytes, and both parts are shared', () => {
    const trail = history(Trail.root(), a, b, c);
    assert.equal(trail.cut(3, 6).head, trail);
    const byFrames = trail.cut(2, 100);
    assert.deepEqual([byFrames.head.frames, byFrames.rest?.frames], [['a', 'bb'], ['ccc']]);
    assert.deepEqual([byFrames.head.bytes, byFrames.rest?.bytes], [3, 3]);
    assert.equal(trail.cut(2, 100), byFrames);
    const byBytes = trail.cut(100, 2);
    assert.deepEqual([byBytes.head.frames, byBytes.rest?.frames], [['a'], ['bb', 'ccc']]);
  });

  it('lets a frame beyond the bound pass alone', () => {
    const { head, rest } = history(Trail.root(), c, a).cut(16, 1);
    assert.deepEqual([head.frames, rest?.frames], [['ccc'], ['a']]);
    assert.equal(history(Trail.root(), c).cut(16, 1).rest, undefined);
  });

  it('leaves in batches in the order in which it was told, whatever is told meanwhile, and with its flags', () => {
    const random = randomFrom(seed);
    for (let program = 0; program < 100; program++) {
      const [meant, left]: [string[], string[]] = [[], []];
      let trail: Trail | undefined = Trail.root();
      const tell = (): void => {
        const plain = random.chance(0.1);
        const frames = Array.from({ length: random.whole(1, random.chance(0.1) ? 3 : 1) }, () =>
          random.chance(0.2)
            ? Buffer.alloc(random.whole(0, 90), meant.length)
            : 'é'.repeat(random.whole(0, 90)),
        );
        for (const frame of frames) meant.push(`${plain} ${frame}`);
        trail = (trail ?? Trail.root()).plus({ frames, bytes: sizeOf(frames), ...(plain && { plain }) });
      };
      for (let step = random.whole(1, 3_000); step > 0; step--) tell();
      while (trail) {
        const { head, rest }: Cut = trail.cut(random.whole(1, 60), random.whole(1, 9_000));
        left.push(...head.frames.map((frame, index) => `${head.spared?.[index] === true} ${frame}`));
        assert.deepEqual(
          [head.bytes + (rest?.bytes ?? 0), head.count + (rest?.count ?? 0)],
          [trail.bytes, trail.count],
        );
        assert.deepEqual([head.bytes, head.count], [sizeOf(head.frames), head.frames.length]);
        if (rest) assert.equal(rest.bytes, sizeOf(rest.frames));
        trail = rest;
        if (random.chance(0.2)) trail = trail?.apart();
        if (trail || random.chance(0.5)) for (let more = random.whole(0, 9); more > 0; more--) tell();
        if (left.length > 6_000) break;
      }
      assert.deepEqual(left, meant.slice(0, left.length), `SEED=${seed}`);
      if (!trail) assert.equal(left.length, meant.length);
    }
  });

  it('leaves in small batches without being copied each time, though more is told after each', () => {
    let trail: Trail | undefined = Trail.root();
    for (let step = 0; step < 200_000; step++) trail = trail.plus(told('x'));
    let batches = 0;
    // To copy what stays as often would take minutes.
    for (; trail; batches++) trail = trail.cut(16, 1e6).rest?.plus(told('y'));
    assert.equal(batches, Math.ceil((200_000 - 1) / 15));
  });

  it('takes no more memory for one who gets nothing because others get it in many batches', () => {
    let whole = Trail.root();
    for (let step = 0; step < 40_000; step++) whole = whole.plus(told('x'));
    collect();
    const before = getHeapStatistics().used_heap_size;
    let trail: Trail | undefined = whole;
    while (trail) trail = trail.cut(16, 1e6).rest;
    collect();
    const taken = getHeapStatistics().used_heap_size - before;
    assert.equal(whole.count, 40_000);
    assert.ok(taken < 40_000_000, `${taken} bytes`);
  });

  it('leads on all who stand there, as long as they are alone', () => {
    const [first, second] = ['x', 'y'].map(
      (text) => new Parcel({ type: PacketType.EVENT, nsp: '/', data: [text] }),
    );
    assert.ok(first && second);
    const root = Trail.root(engine4);
    const stand = root.plus(a);
    assert.equal(stand.latest, stand);
    for (const parcel of [first, second]) {
      assert.equal(stand.fits(parcel), true);
      stand.goOn(parcel);
    }
    assert.deepEqual(stand.latest.frames, ['a', '42["x"]', '42["y"]']);
    assert.notEqual(root.plus(a), stand);
    assert.deepEqual(root.plus(a).latest.frames, ['a']);
  });

  it('is the same for whoever stands apart, who is led nowhere; and to part takes no look at what is told', () => {
    const trail = history(Trail.root(engine4), a, { ...b, plain: true });
    const alone = trail.apart();
    assert.deepEqual(
      [alone.frames, alone.bytes, alone.count, alone.spared],
      [['a', 'bb'], 3, 2, [false, true]],
    );
    assert.equal(alone.fits(new Parcel({ type: PacketType.EVENT, nsp: '/', data: ['x'] })), false);
    assert.deepEqual(alone.cut(1, 100).rest?.frames, ['bb']);
    let long = trail;
    for (let step = 0; step < 100_000; step++) long = long.plus(told('x'));
    // To copy it as often would take minutes.
    for (let times = 0; times < 100_000; times++) long = long.apart();
    assert.equal(long.count, 100_002);
  });

  it('leads nobody on beyond what leaves at the end of a tick, or without a codec', () => {
    const long = new Parcel({ type: PacketType.EVENT, nsp: '/', data: ['x'.repeat(40_000)] });
    const stand = Trail.root(engine4).plus(a);
    stand.goOn(long);
    assert.equal(stand.fits(long), false);
    assert.equal(Trail.root().plus(a).fits(long), false);
  });

  it('holds a long history without exhausting the stack', () => {
    const root = Trail.root();
    let trail = root;
    for (let step = 0; step < 200_000; step++) trail = trail.plus(told('x'));
    assert.equal(trail.frames.length, 200_000);
  });
});
