/** Frames beside the receiver of `ws`: the same messages and the same close codes, whatever comes, however it is cut. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { cutEvery, type FrameParts, type Limits, ours, theirs, write } from './client-frames.js';

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
const RUNS = Number(process.env.RUNS ?? 1_500);

const often = <T>(usual: T, rare: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ arbitrary: fc.constant(usual), weight: 12 }, { arbitrary: rare, weight: 1 });

/** Mostly text; lengths around the borders that a reader has. */
const payload: fc.Arbitrary<Buffer> = fc.oneof(
  { arbitrary: fc.string({ unit: 'binary', maxLength: 20 }).map((text) => Buffer.from(text)), weight: 6 },
  { arbitrary: fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes)), weight: 2 },
  {
    arbitrary: fc
      .tuple(fc.constantFrom(124, 125, 126, 127, 128, 131, 200, 999), fc.integer({ min: 0, max: 127 }))
      .map(([length, byte]) => Buffer.alloc(length, byte)),
    weight: 1,
  },
);

const closing: fc.Arbitrary<Buffer> = fc
  .tuple(fc.constantFrom(1000, 1001, 1005, 1006, 1011, 1015, 3000, 4999, 5000), payload)
  .map(([code, reason]) => Buffer.concat([Buffer.from([code >> 8, code & 255]), reason.subarray(0, 123)]));

const mask = fc.uint8Array({ minLength: 4, maxLength: 4 }).map((bytes) => Buffer.from(bytes));

const rest = {
  reserved: often(0, fc.integer({ min: 1, max: 7 })),
  mask: often<Buffer | undefined>(Buffer.from([1, 2, 3, 200]), fc.option(mask, { nil: undefined })),
};

const data = fc.record({
  opcode: fc.constantFrom(0, 0, 1, 1, 2),
  fin: fc.boolean(),
  payload,
  ...rest,
});

const control = fc.record({
  opcode: fc.constantFrom(9, 9, 9, 10, 8),
  fin: often(true, fc.constant(false)),
  payload: fc.oneof(payload, closing),
  ...rest,
});

const other = fc.record({ opcode: fc.integer({ min: 0, max: 15 }), fin: fc.boolean(), payload, ...rest });

/** A lawful message in fragments, with pings between them. */
const message: fc.Arbitrary<FrameParts[]> = fc
  .tuple(fc.constantFrom(1, 2), fc.array(payload, { minLength: 1, maxLength: 5 }), fc.boolean())
  .map(([opcode, parts, pings]) =>
    parts.flatMap((part, index): FrameParts[] => [
      { opcode: index === 0 ? opcode : 0, fin: index === parts.length - 1, payload: part },
      ...(pings ? [{ opcode: 9, payload: 'p' }] : []),
    ]),
  );

const one = <T extends FrameParts>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<FrameParts[]> =>
  arbitrary.map((parts) => [parts]);

const frames: fc.Arbitrary<FrameParts[]> = fc
  .array(
    fc.oneof(
      { arbitrary: message, weight: 8 },
      { arbitrary: one(data), weight: 2 },
      { arbitrary: one(control), weight: 2 },
      { arbitrary: one(other), weight: 1 },
    ),
    { minLength: 1, maxLength: 8 },
  )
  .map((lists) => lists.flat());

const limits: fc.Arbitrary<Limits> = fc.record({
  maxBytes: fc.constantFrom(1, 20, 130, 1_000, 1_000_000),
  maxFragments: fc.constantFrom(1, 2, 4, 1_024),
});

/** Where a stream is cut, in parts of a thousand. */
const cuts = fc.array(fc.integer({ min: 0, max: 1_000 }), { maxLength: 6 });

function pieces(stream: Buffer, places: readonly number[]): Buffer[] {
  const at = places.map((place) => Math.floor((place * stream.length) / 1_000)).sort((a, b) => a - b);
  return [0, ...at].map((from, index) => stream.subarray(from, at[index] ?? stream.length));
}

/**
 * The one difference: that a message has too many frames is said here when the frame begins, there when it has ended,
 * and a stream may break off or be refused in between.
 */
function agree(told: readonly string[], expected: readonly string[]): void {
  const early = told.at(-1) === 'fault 1008' && expected.at(-1) !== 'fault 1008';
  if (!early) return assert.deepEqual(told, expected);
  // Control frames may not stand inside of a frame, so nothing can have been told since.
  assert.deepEqual(told.slice(0, -1), expected);
}

describe(`frames beside the receiver of ws (seed ${seed})`, () => {
  const settings = { seed, numRuns: RUNS };

  it('are read alike, lawful or not', () => {
    fc.assert(
      fc.property(frames, limits, cuts, (list, bounds, places) => {
        const parts = pieces(Buffer.concat(list.map(write)), places);
        agree(ours(parts, bounds), theirs(parts, bounds));
      }),
      settings,
    );
  });

  it('are read alike with bytes changed, added and lost', () => {
    const edits = fc.array(
      fc.record({
        at: fc.nat(1_000),
        cut: fc.nat(3),
        put: fc.uint8Array({ maxLength: 3 }),
      }),
      { minLength: 1, maxLength: 3 },
    );
    fc.assert(
      fc.property(frames, edits, limits, cuts, (list, changes, bounds, places) => {
        let stream = Buffer.concat(list.map(write));
        for (const { at, cut, put } of changes) {
          const place = Math.floor((at * stream.length) / 1_000);
          stream = Buffer.concat([stream.subarray(0, place), put, stream.subarray(place + cut)]);
        }
        const parts = pieces(stream, places);
        agree(ours(parts, bounds), theirs(parts, bounds));
      }),
      settings,
    );
  });

  it('are read alike where there was no sense in them from the beginning', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), limits, cuts, (bytes, bounds, places) => {
        const parts = pieces(Buffer.from(bytes), places);
        agree(ours(parts, bounds), theirs(parts, bounds));
      }),
      settings,
    );
  });

  it('are read alike though the flow is stopped now and then', () => {
    const stops = fc.array(fc.boolean(), { maxLength: 20 });
    fc.assert(
      fc.property(frames, limits, cuts, stops, (list, bounds, places, when) => {
        const parts = pieces(Buffer.concat(list.map(write)), places);
        assert.deepEqual(ours(parts, bounds, when), ours(parts, bounds));
      }),
      settings,
    );
  });

  it('are read alike at once and byte by byte', () => {
    fc.assert(
      fc.property(frames, limits, (list, bounds) => {
        const stream = Buffer.concat(list.map(write));
        assert.deepEqual(ours(cutEvery(stream, 1), bounds), ours([stream], bounds));
      }),
      settings,
    );
  });
});
