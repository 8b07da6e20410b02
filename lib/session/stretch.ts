/** Parts of a history, each in one piece: what begins it leaves, and what stays is not copied for that. */
import { Buffer } from 'node:buffer';
import type { Frame } from '../codec/codec.js';

/** Of a list that has begun to leave, so much of the list may be kept for the rest of it. */
const KEPT = 1 / 4;

/** Frames in a row, as a list that others may have, too. */
export interface Stretch {
  readonly frames: readonly Frame[];
  /** Bytes of those that have not left. */
  readonly bytes: number;
  /** None of them shall be compressed. */
  readonly plain?: true | undefined;
  /** Which of them shall not be, where some may. */
  readonly spared?: readonly boolean[] | undefined;
  /** How many at the beginning of the list have left. */
  readonly gone?: number;
}

export function lengthOf({ frames, gone = 0 }: Stretch): number {
  return frames.length - gone;
}

export function framesOf(stretches: readonly Stretch[]): readonly Frame[] {
  const all: Frame[] = [];
  for (const { frames, gone } of stretches)
    for (const frame of gone ? frames.slice(gone) : frames) all.push(frame);
  return all;
}

/** @returns of each frame, whether it shall not be compressed; nothing where all may be */
export function sparedOf(stretches: readonly Stretch[]): readonly boolean[] | undefined {
  if (!stretches.some(({ plain, spared }) => plain || spared)) return undefined;
  const all: boolean[] = [];
  for (const stretch of stretches)
    for (let place = stretch.gone ?? 0; place < stretch.frames.length; place++)
      all.push(isSpared(stretch, place));
  return all;
}

export function join(stretches: readonly Stretch[]): Stretch {
  const [only] = stretches;
  if (only && stretches.length === 1) return only;
  const bytes = stretches.reduce((sum, stretch) => sum + stretch.bytes, 0);
  return { frames: framesOf(stretches), bytes, spared: sparedOf(stretches) };
}

/** The first frames, and what stays. There is at least one: a larger one leaves alone. */
export function divide(
  stretches: readonly Stretch[],
  mostFrames: number,
  mostBytes: number,
): { readonly head: Stretch; readonly rest: readonly Stretch[] } {
  const few = stack(stretches);
  const leaving: Stretch[] = [];
  let count = 0;
  let bytes = 0;
  for (const [index, stretch] of few.entries()) {
    const part = fitting(stretch, mostFrames - count, mostBytes - bytes, count === 0);
    leaving.push(part);
    count += part.frames.length;
    bytes += part.bytes;
    const left = leave(stretch, part);
    if (left) return { head: join(leaving), rest: [left, ...few.slice(index + 1)] };
  }
  return { head: join(leaving), rest: [] };
}

/**
 * The same in few stretches, each of which has at least twice the frames of the next one. Someone who is told as much as
 * leaves would else have all that waits copied each time; so, a frame is copied as often as what waits can be halved.
 */
function stack(stretches: readonly Stretch[]): readonly Stretch[] {
  const piles: { readonly parts: readonly Stretch[]; readonly length: number }[] = [];
  for (const stretch of stretches) {
    let pile = { parts: [stretch], length: lengthOf(stretch) };
    if (pile.length === 0) continue;
    for (let below = piles.at(-1); below && below.length < 2 * pile.length; below = piles.at(-1)) {
      piles.pop();
      pile = { parts: [...below.parts, ...pile.parts], length: below.length + pile.length };
    }
    piles.push(pile);
  }
  return piles.map(({ parts }) => join(parts));
}

/** As many of its first frames as there is room for. @param isFirst whether one leaves in any case */
function fitting(stretch: Stretch, mostFrames: number, mostBytes: number, isFirst: boolean): Stretch {
  const { frames, gone = 0 } = stretch;
  let bytes = 0;
  let end = gone;
  for (; end < frames.length; end++) {
    const size = Buffer.byteLength(frames[end] ?? '');
    const isFull = end - gone >= mostFrames || bytes + size > mostBytes;
    if (isFull && !(isFirst && end === gone)) break;
    bytes += size;
  }
  const part = frames.slice(gone, end);
  return { frames: part, bytes, plain: stretch.plain, spared: stretch.spared?.slice(gone, end) };
}

/** What is left of it without its first frames. */
function leave(stretch: Stretch, part: Stretch): Stretch | undefined {
  const { frames, plain, spared } = stretch;
  const gone = (stretch.gone ?? 0) + part.frames.length;
  if (gone === frames.length) return undefined;
  const bytes = stretch.bytes - part.bytes;
  if (gone <= frames.length * KEPT) return { frames, bytes, plain, spared, gone };
  return { frames: frames.slice(gone), bytes, plain, spared: spared?.slice(gone) };
}

function isSpared({ plain, spared }: Stretch, place: number): boolean {
  return plain === true || spared?.[place] === true;
}
