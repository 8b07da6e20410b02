/** What is waiting for a client, as "all that waited before, plus this": equal histories are the same object. */

import type { Stand } from '../adapter/contract.js';
import type { Codec, Frame } from '../codec/codec.js';
import type { Encoded, Parcel } from '../codec/parcel.js';
import type { Batch } from '../transport/transport.js';
import { divide, framesOf, join, lengthOf, type Stretch, sparedOf } from './stretch.js';

/** Bytes told in a row that no longer wait for the end of their tick: the operating system may begin to send them. */
export const EAGER_BYTES = 65_536;

/** What a frame takes beside its bytes while it waits: the heads of its texts, and a place in a list. */
const FRAME_COST = 64;
/** Weight of the steps that are kept one by one; each of them has some 200 bytes of its own. */
const PAGE = 65_536;

const nothing: Stretch = { frames: [], bytes: 0 };

/** Bytes of memory, about: those of many small frames are the smaller part of it. */
export function weightOfFrames(frames: number, bytes: number): number {
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
  readonly #step: Stretch;
  /** Whether some frames of the whole history shall not be compressed. */
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

  constructor(step: Stretch, before?: Trail) {
    this.#step = step;
    this.#sparing = step.plain === true || step.spared !== undefined || (before ? before.#sparing : false);
    this.#before = before;
    this.count = lengthOf(step) + (before ? before.count : 0);
    this.bytes = step.bytes + (before ? before.bytes : 0);
  }

  /** Where every history of clients of this codec begins. */
  static root(codec?: Codec): Trail {
    const root = new Trail(nothing);
    root.#codec = codec;
    return root;
  }

  plus(encoded: Encoded): Trail {
    const known = this.#after;
    // Nobody may come to where others have gone on together.
    if (known && this.#afterOf === encoded && !known.#onward) return known;
    const after = new Trail(encoded, this.#ground(encoded));
    after.#codec = this.#codec;
    this.#after = after;
    this.#afterOf = encoded;
    return after;
  }

  get weight(): number {
    return weightOfFrames(this.count, this.bytes);
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
    return new Trail(nothing, this);
  }

  /** What leaves first. */
  get first(): Frame | undefined {
    let trail: Trail = this;
    while (trail.#before) trail = trail.#before;
    return trail.#step.frames[trail.#step.gone ?? 0];
  }

  /** The same behind something else; nobody is led on from there. */
  behind(first: Encoded): Trail {
    return this.#steps().reduce((before, step) => new Trail(step, before), new Trail(first));
  }

  get frames(): readonly Frame[] {
    if (!this.#before && !this.#step.gone) return this.#step.frames;
    return framesOf(this.#steps());
  }

  get spared(): readonly boolean[] | undefined {
    return this.#sparing ? sparedOf(this.#steps()) : undefined;
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
    const { head, rest } = divide(this.#steps(), mostFrames, mostBytes);
    if (rest.length === 0) return { head: this, rest: undefined };
    this.#cut = { head: new Trail(head), rest: along(rest), mostFrames, mostBytes };
    return this.#cut;
  }

  /** From the first one on. @param until behind which they begin */
  #steps(until?: Trail): readonly Stretch[] {
    const steps: Stretch[] = [];
    for (let trail: Trail | undefined = this; trail !== until && trail; trail = trail.#before)
      steps.push(trail.#step);
    return steps.reverse();
  }

  /** What a step with this stands on. When it begins a new page, the steps of the one before become a single one. */
  #ground({ bytes, frames }: Encoded): Trail | undefined {
    if (this.count === 0) return undefined;
    const next = this.weight + weightOfFrames(frames.length, bytes);
    return this.#before && pageOf(next) > this.#page ? this.#bound() : this;
  }

  get #page(): number {
    return pageOf(this.weight);
  }

  /** The same history, with its last page in one step. */
  #bound(): Trail {
    const page = this.#page;
    let before: Trail | undefined = this;
    while (before && before.#page === page) before = before.#before;
    return new Trail(join(this.#steps(before)), before);
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

function along(steps: readonly Stretch[]): Trail | undefined {
  return steps.reduce<Trail | undefined>((before, step) => new Trail(step, before), undefined);
}
