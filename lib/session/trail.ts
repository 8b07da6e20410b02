/** What is waiting for a client, as "all that waited before, plus this": equal histories are the same object. */

import type { Stand } from '../adapter/contract.js';
import type { Codec, Frame } from '../codec/codec.js';
import { type Encoded, type Parcel, sizeOf } from '../codec/parcel.js';
import type { Batch } from '../transport/transport.js';

/** Bytes told in a row that no longer wait for the end of their tick: the operating system may begin to send them. */
export const EAGER_BYTES = 65_536;

/** What a frame takes beside its bytes while it waits: the heads of its texts, and a place in a list. */
const FRAME_COST = 64;
/** Weight of the steps that are kept one by one; each of them has some 200 bytes of its own. */
const PAGE = 65_536;

/** Bytes of memory, about: those of many small frames are the smaller part of it. */
export function weightOf(frames: number, bytes: number): number {
  return bytes + frames * FRAME_COST;
}

type Pack = (frames: readonly Frame[]) => unknown;

/** A history in two parts: what fits into one batch, and what stays. */
export interface Cut {
  readonly head: Trail;
  readonly rest: Trail | undefined;
}

/**
 * One step of a history. A thousand sessions that are told the same things in one tick share the last step, and with
 * it the bytes that a transport makes of the whole: encoded once, joined once, written a thousand times.
 */
export class Trail implements Batch, Stand<Parcel> {
  holders = 0;
  /** Frames of the whole history. */
  readonly count: number;
  readonly bytes: number;
  readonly #before: Trail | undefined;
  readonly #step: readonly Frame[];
  /** Frames of this step that shall not be compressed. */
  readonly #spared: readonly boolean[] | undefined;
  /** Whether there are such frames in the whole history. */
  readonly #sparing: boolean;
  /** Of those who may be told something here. */
  #codec: Codec | undefined;
  /** Where all who stood here have gone together. */
  #onward: Trail | undefined;
  /** The step taken from here last: the next session with this history takes the same one. */
  #after: Trail | undefined;
  #afterOf: Encoded | undefined;
  /** Most histories are packed in one way. */
  #packedBy: Pack | undefined;
  #packed: unknown;
  #packs: Map<Pack, unknown> | undefined;
  #cut: (Cut & { readonly mostFrames: number; readonly mostBytes: number }) | undefined;

  constructor(step: readonly Frame[], bytes: number, before?: Trail, spared?: readonly boolean[]) {
    this.#step = step;
    this.#spared = spared;
    this.#sparing = spared !== undefined || (before ? before.#sparing : false);
    this.#before = before;
    this.count = step.length + (before ? before.count : 0);
    this.bytes = bytes + (before ? before.bytes : 0);
  }

  /** Where every history of clients of this codec begins. */
  static root(codec?: Codec): Trail {
    const root = new Trail([], 0);
    root.#codec = codec;
    return root;
  }

  plus(encoded: Encoded): Trail {
    const known = this.#after;
    // Nobody may come to where others have gone on together.
    if (known && this.#afterOf === encoded && !known.#onward) return known;
    const { frames, bytes, plain } = encoded;
    const spared = plain && frames.map(() => true);
    const after = new Trail(frames, bytes, this.#ground(encoded), spared);
    after.#codec = this.#codec;
    this.#after = after;
    this.#afterOf = encoded;
    return after;
  }

  get weight(): number {
    return weightOf(this.count, this.bytes);
  }

  /** Where those are by now who stood here. */
  get latest(): Trail {
    return this.#onward ?? this;
  }

  fits(parcel: Parcel): boolean {
    if (!this.#codec) return false;
    return this.latest.bytes + parcel.encoded(this.#codec).bytes <= EAGER_BYTES;
  }

  goOn(parcel: Parcel): void {
    if (this.#codec) this.#onward = this.latest.plus(parcel.encoded(this.#codec));
  }

  /** A step further with nothing said, for somebody who stands apart from all others from now on. */
  apart(): Trail {
    return new Trail([], 0, this);
  }

  get frames(): readonly Frame[] {
    if (!this.#before) return this.#step;
    const steps: (readonly Frame[])[] = [];
    for (let trail: Trail | undefined = this; trail; trail = trail.#before) steps.push(trail.#step);
    return steps.reverse().flat();
  }

  get spared(): readonly boolean[] | undefined {
    if (!this.#sparing) return undefined;
    const steps: (readonly boolean[])[] = [];
    for (let trail: Trail | undefined = this; trail; trail = trail.#before) {
      steps.push(trail.#flags);
    }
    return steps.reverse().flat();
  }

  packed<T>(pack: (frames: readonly Frame[]) => T): T {
    if (this.#packedBy === pack) return this.#packed as T;
    if (this.#packedBy) return this.#packedToo(pack);
    this.#packedBy = pack;
    const made = pack(this.frames);
    this.#packed = made;
    return made;
  }

  /** Whether it may leave in one batch. */
  isWithin(mostFrames: number, mostBytes: number): boolean {
    return this.count <= mostFrames && this.bytes <= mostBytes;
  }

  /** Both parts are shared, too. The head has at least one frame: a larger one passes alone. */
  cut(mostFrames: number, mostBytes: number): Cut {
    if (this.isWithin(mostFrames, mostBytes)) return { head: this, rest: undefined };
    const known = this.#cut;
    if (known?.mostFrames === mostFrames && known.mostBytes === mostBytes) return known;
    const { frames, spared } = this;
    const fitting = countFitting(frames, mostFrames, mostBytes);
    if (fitting === frames.length) return { head: this, rest: undefined };
    const first = frames.slice(0, fitting);
    const head = new Trail(first, sizeOf(first), undefined, spared?.slice(0, fitting));
    const rest = new Trail(frames.slice(fitting), this.bytes - head.bytes, undefined, spared?.slice(fitting));
    this.#cut = { head, rest, mostFrames, mostBytes };
    return this.#cut;
  }

  /** What a step with this stands on. When it begins a new page, the steps of the one before become a single one. */
  #ground({ bytes, frames }: Encoded): Trail | undefined {
    if (this.count === 0) return undefined;
    const next = this.weight + weightOf(frames.length, bytes);
    return this.#before && pageOf(next) > this.#page ? this.#bound() : this;
  }

  get #page(): number {
    return pageOf(this.weight);
  }

  /** The same history, with its last page in one step. */
  #bound(): Trail {
    const page = this.#page;
    const steps: Trail[] = [];
    let trail: Trail | undefined = this;
    for (; trail && trail.#page === page; trail = trail.#before) steps.push(trail);
    steps.reverse();
    const frames = steps.flatMap((step) => step.#step);
    const bytes = this.bytes - (trail ? trail.bytes : 0);
    const spared = steps.some((step) => step.#spared) ? steps.flatMap((step) => step.#flags) : undefined;
    return new Trail(frames, bytes, trail, spared);
  }

  /** Of each frame of this step, whether it shall not be compressed. */
  get #flags(): readonly boolean[] {
    return this.#spared ?? this.#step.map(() => false);
  }

  #packedToo<T>(pack: (frames: readonly Frame[]) => T): T {
    this.#packs ??= new Map();
    const known = this.#packs.get(pack);
    if (known !== undefined) return known as T;
    const made = pack(this.frames);
    this.#packs.set(pack, made);
    return made;
  }
}

function pageOf(weight: number): number {
  return Math.floor(weight / PAGE);
}

function countFitting(frames: readonly Frame[], mostFrames: number, mostBytes: number): number {
  let bytes = 0;
  let count = 0;
  for (const frame of frames) {
    bytes += Buffer.byteLength(frame);
    if (count > 0 && (bytes > mostBytes || count >= mostFrames)) break;
    count++;
  }
  return count;
}
